"""The views of a run, one a file. What a view shows depends only on the frame and on the session's selection."""
