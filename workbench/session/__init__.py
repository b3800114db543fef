"""One browser session, and the line to its tab."""
