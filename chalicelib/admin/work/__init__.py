"""An administrator and the work of one delegate."""
