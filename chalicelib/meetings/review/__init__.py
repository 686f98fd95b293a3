"""Record the six-month review: the outcome of each area, and the next steps."""
