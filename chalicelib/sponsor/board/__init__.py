"""Requests to the board, and orders for another edition."""
