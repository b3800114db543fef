"""Pruning of the real images: `scores` ranks them and makes masks; `knobs` declares the knobs and imports no torch."""
