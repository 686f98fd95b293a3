"""What is asked of the board, and the order of another edition."""
