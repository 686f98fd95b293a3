"""What Fullcircle runs on: the stack, the deploy, and a whole cloud on one machine."""
