"""From the files people have to typed tables in which every value keeps its source cell."""
