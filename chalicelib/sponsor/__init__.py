"""Show the sponsor figures of a cohort, never of one delegate (stage 7)."""
