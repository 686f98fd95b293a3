"""Ask after six months what was put into practice and what it achieved (stage 6)."""
