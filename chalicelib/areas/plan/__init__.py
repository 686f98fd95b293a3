"""The development plan on paper: a PDF of its own, which follows the areas. The report does not change."""
