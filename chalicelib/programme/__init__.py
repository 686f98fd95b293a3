"""Stage 0, what the sponsor commissions: a programme file and its people become checked types, with their dates."""
