"""Return to a delegate what the impact survey collected: facts, page and PDF, frozen once it has closed."""
