"""Arrange the debrief and the six-month review as meetings: offers, bookings, moves, reminders."""
