"""Vocabulary of the field and small tools for every folder: model, ids, clock, settings, errors, formatting."""
