"""Work of a delegate, as their coach reads it."""
