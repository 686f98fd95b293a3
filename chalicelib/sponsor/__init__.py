"""Stage 7: what the organisation sees: figures of a cohort, never of one delegate."""
