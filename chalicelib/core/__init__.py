"""Words of the field and small tools that every folder may use: model, ids, clock, settings, errors, formatting."""
