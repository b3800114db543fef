"""Step engines: each advances a synthetic set by one step at a time."""
