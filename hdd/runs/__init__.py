"""Runs on disk: how they are made, advanced, steered, rewound, forked and replayed.

`run` and `history` do not import torch; `engine`, `resume` and `start` do.
"""
