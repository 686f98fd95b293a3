"""Workshops: sessions with dates, who attended, and the facilitator’s pages."""
