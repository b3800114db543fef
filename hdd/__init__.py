"""Hyperbolic dataset distillation that can be steered, killed, rewound, forked and replayed."""
