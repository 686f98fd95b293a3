"""The page “Edit dates”: the sessions of a cohort in one form, with a preview of who is sent what."""
