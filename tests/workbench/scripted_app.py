"""The page with scripted engines and a stand-in for the projector, over the runs in ?runs=FOLDER or $HDD_RUNS."""

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import panel as pn
from stand_in import StandIn

from workbench.core.jobs import Engines
from workbench.shell import Shell

pn.extension(notifications=True, reconnect=False)

ENGINE = (sys.executable, str(Path(__file__).with_name("scripted.py")))


def root():
    given = pn.state.session_args.get("runs")
    return given[0].decode() if given else os.environ.get("HDD_RUNS", "runs")


key = f"engines {root()}"
if key not in pn.state.cache:
    pn.state.cache[key] = Engines(Path(root()), ENGINE)
    pn.state.cache.setdefault("projector", StandIn(ThreadPoolExecutor(1)))

shell = Shell(pn.state.cache[key], pn.state.cache["projector"], autostart="--autostart" in sys.argv)
shell.page.servable()
