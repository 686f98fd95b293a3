"""Record the six-month review: what becomes of each area, and the next steps."""
