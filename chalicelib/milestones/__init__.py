"""Show a delegate the workshops and the assignments between them, on their own page (stage 5)."""
