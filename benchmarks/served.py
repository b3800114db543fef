"""The page as `panel serve` serves it, watched by `probe`; a script's own names are gone when its session ends."""

import runpy
from pathlib import Path

import probe

probe.start()
runpy.run_path(str(Path(__file__).parent.parent / "workbench" / "app.py"))
