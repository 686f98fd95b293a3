"""Routes that belong to no stage, and which stage answers for a reader."""
