"""`python -m workbench.views.playground FOLDER` writes the figures as pages: one each, and `index.html` with all."""

import sys
from pathlib import Path

from hdd.errors import HDDError
from workbench.views.playground import FIGURES, Playground


def main() -> None:
    """Writes the pages into the folder that is named, which is made if it is not there."""
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit("Name the folder for the pages: python -m workbench.views.playground FOLDER")
    folder = Path(sys.argv[1])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        Playground().save(folder / "index.html")
        for name in FIGURES:
            Playground(name).save(folder / f"{name}.html")
    except (HDDError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
