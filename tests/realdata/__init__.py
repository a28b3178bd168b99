"""Real files that nobody here wrote, read in place (`../shared/realdata`) and never committed."""
