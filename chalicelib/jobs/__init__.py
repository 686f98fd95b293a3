"""Everything that happens later: commit it with its cause, claim it, work, settle it, sweep up what was lost."""
