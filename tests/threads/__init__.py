"""Threads of a delegate's year: each has its own state, and says who is to act."""
