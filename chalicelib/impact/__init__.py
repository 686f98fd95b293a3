"""Stage 6: six months on, what was implemented and what it did."""
