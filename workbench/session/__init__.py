"""One browser session on a run: a feed shared by all, a seat for one driver, frames pulled one at a time."""
