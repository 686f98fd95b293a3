"""Make a delegate's result of the impact survey after it has closed: facts, page and PDF, which do not change."""
