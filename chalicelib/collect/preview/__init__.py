"""Show an administrator the questionnaire and every email before the cohort starts."""
