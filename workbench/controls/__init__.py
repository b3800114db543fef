"""What a session can change: a new run, a going run's knobs, its engine."""
