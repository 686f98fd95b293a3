"""Let the administrator watch progress, extend or close, retry, export and erase."""
