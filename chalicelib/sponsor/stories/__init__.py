"""Stories in delegates’ own words: offered, approved word for word, checked, published, and withdrawn."""
