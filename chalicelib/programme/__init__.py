"""Turn a programme file and its people, with their dates, into checked types (stage 0)."""
