"""Make and read signed links, and declare what each kind contains."""
