"""Facts: every number a reader sees, with its definition, its rows and its parents."""
