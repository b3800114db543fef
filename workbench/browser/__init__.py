"""The JavaScript of the page, one purpose a file, and the Python code that sends it to a browser."""

from pathlib import Path
from typing import Any

from bokeh.models import CustomJS

_HERE = Path(__file__).parent


def callback(name: str, **arguments: Any) -> CustomJS:
    """A Bokeh callback that runs a file of this folder.

    Args:
        name: of the file.
        arguments: the variables that the file can use.
    """
    return CustomJS.from_file(_HERE / name, **arguments)


def module(*files: str | Path) -> str:
    """Joins files into one JavaScript module, in which each file can use what the files before it declare.

    Args:
        files: names of files in this folder, or paths.
    """
    return "\n".join((_HERE / file).read_text(encoding="utf-8") for file in files)
