"""The development plan on paper: a separate PDF, made again when the areas change. The report does not change."""
