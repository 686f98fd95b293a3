"""Delete data when its time is over: retention periods, the notice before, and holds that stop it."""
