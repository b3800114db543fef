"""What a session shows of a run, a view a file; each is a function of a frame and of the session's selection."""
