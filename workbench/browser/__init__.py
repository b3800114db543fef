"""The JavaScript of the page, a file a purpose, and the Python that brings it into a browser."""

from pathlib import Path
from typing import Any

from bokeh.models import CustomJS

_HERE = Path(__file__).parent


def callback(name: str, **arguments: Any) -> CustomJS:
    """A callback of Bokeh's that runs a file of this folder.

    Args:
        name: of the file.
        arguments: what the file may use, by name.
    """
    return CustomJS.from_file(_HERE / name, **arguments)


def module(*files: str | Path) -> str:
    """Files as one JavaScript module, in their order: each may use what those before it declare.

    Args:
        files: names in this folder, or paths.
    """
    return "\n".join((_HERE / file).read_text(encoding="utf-8") for file in files)
