"""The delegate's own page: where they are, totals, assignments."""
