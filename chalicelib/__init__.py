"""Fullcircle: 360-degree feedback from the first questionnaire to what changed for the service."""
