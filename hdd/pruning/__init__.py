"""Pruning of the real images: `scores` ranks them and makes masks, `knobs` are what a run can ask for (no torch)."""
