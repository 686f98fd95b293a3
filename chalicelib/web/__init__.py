"""Shared by all pages: links, forms, headers, the base page and its stylesheet."""
