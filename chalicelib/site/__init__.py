"""Serve routes that belong to no stage, and find the stage that a reader belongs to."""
