"""Stage 5: workshops and the work between them, on the delegate's own page."""
