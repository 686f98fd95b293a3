"""Show the organisation figures of a cohort, never of one delegate (stage 7)."""
