"""From number to cells and back, recomputation by another path, differences between editions."""
