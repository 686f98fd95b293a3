"""Work between workshops: field types, drafts, states, and what each reader gets."""
