"""Pictures of the pages on a phone and on a desk: `make pictures` writes docs/pictures/."""
