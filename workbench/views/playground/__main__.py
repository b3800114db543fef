"""`python -m workbench.views.playground FOLDER` writes the figures as pages: one each, and `index.html` with all."""

import argparse
import sys
from pathlib import Path

from hdd.errors import HDDError
from workbench.views.playground import FIGURES, Playground


def main() -> None:
    """Writes the pages into the folder that is named, which is made if it is not there."""
    parser = argparse.ArgumentParser(
        prog="python -m workbench.views.playground", description="Write the figures of the playground as pages."
    )
    parser.add_argument("folder", type=Path, help="where to write index.html, with all figures, and a page for each")
    folder: Path = parser.parse_args().folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        Playground().save(folder / "index.html")
        for name in FIGURES:
            Playground(name).save(folder / f"{name}.html")
    except (HDDError, OSError) as error:
        sys.exit(f"The pages cannot be written: {error}")


if __name__ == "__main__":
    main()
