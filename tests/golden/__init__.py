"""Rows as every version has stored them, which today's code must read."""
