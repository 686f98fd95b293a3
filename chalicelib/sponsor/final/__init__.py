"""The facts of an edition for the sponsor: one typed model, made from published figures and signed answers. Pure."""
