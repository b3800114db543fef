import os
import shutil


def chromium_path():
    """The Chromium that tests drive: $CHROMIUM, or one on the PATH; None where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
