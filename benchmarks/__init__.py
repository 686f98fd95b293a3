"""What Fullcircle costs, measured."""
