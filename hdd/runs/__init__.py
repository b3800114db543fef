"""Runs on disk: made, advanced, steered, rewound, forked and replayed.

`run` and `history` import no torch; `engine`, `resume` and `start` do.
"""
