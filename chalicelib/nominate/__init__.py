"""Let the delegate choose raters (stage 1)."""
