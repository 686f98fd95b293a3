"""Work between workshops: forms that delegates fill in, submit and get back read or returned."""
