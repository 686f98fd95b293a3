"""Ask raters on the way, in mid-way rounds, what has changed in a delegate's development areas."""
