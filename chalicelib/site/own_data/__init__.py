"""The page on which people get a copy of their own data."""
