"""Send what came of their feedback to the raters, at the delegate’s wish, without showing who answered."""
