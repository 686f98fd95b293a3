"""What the administrator does: watch progress, extend or close, retry, export, erase."""
