"""Stage 1: the delegate chooses raters."""
