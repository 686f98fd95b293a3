"""Email the raters the delegate’s thanks and the areas that they chose, without showing who answered."""
