"""Stage 4: the coach previews, records development areas, releases."""
