"""Ask raters in mid-way rounds what has changed in a delegate's development areas."""
