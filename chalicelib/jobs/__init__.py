"""Run what happens later: commit a job with its cause, claim it, do it, settle it, and sweep up lost hints."""
