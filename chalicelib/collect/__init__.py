"""Let raters answer the questionnaire (stage 2)."""
