"""The life of one round of answers: opening, asking, reminding."""
