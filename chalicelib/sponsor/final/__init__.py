"""The final for the sponsor: one typed model of its facts, made from published figures and signed answers. Pure."""
