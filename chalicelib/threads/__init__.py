"""What each thread of a delegate’s year is doing, and who is to do what."""
