"""Send the emails of a cohort that are planned for the morning of a working day."""
