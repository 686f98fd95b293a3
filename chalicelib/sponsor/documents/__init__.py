"""The sponsor's documents: pages for the board, slides, a summary to read online, a table and the evidence pack."""
