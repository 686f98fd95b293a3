"""Let the coach preview the report, record development areas and release it (stage 4)."""
