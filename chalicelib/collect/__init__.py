"""Stage 2: raters answer."""
