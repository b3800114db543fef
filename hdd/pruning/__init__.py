"""Pruning: which real images are left out of matching, and which synthetic images are left out of the distilled set.

`scores` ranks real images, `distilled` ranks synthetic ones, and both make masks; `knobs` and `distilled_knobs` declare
the knobs of each, and import no torch.

Li et al. (NeurIPS 2025) report accuracies at pruning rates of 0, 20, 40 and 80 %. How they score images, and whether
they prune before, during or after the distillation, is not public. So both readings are here, with several scores each,
and none of them is claimed to be the paper's.
"""
