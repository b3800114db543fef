"""The controls of the page: they make a new run, steer the knobs of a run, and start and stop its engine."""
