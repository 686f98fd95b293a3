"""Every parser of what people send takes time in proportion to its length."""
