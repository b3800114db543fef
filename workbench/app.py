"""What `panel serve workbench/app.py` serves: the live page on the runs in $HDD_RUNS, or in ./runs.

Options for everybody are those of `panel serve`; `--args --autostart` starts the digits run where there is none.
"""

import os
import sys
from pathlib import Path

import panel as pn

from workbench.core.jobs import Engines
from workbench.core.projector import shared_projector
from workbench.shell import Shell

pn.extension(notifications=True, reconnect=True)

if "hdd engines" not in pn.state.cache:
    pn.state.cache["hdd engines"] = Engines(Path(os.environ.get("HDD_RUNS", "runs")))

Shell(pn.state.cache["hdd engines"], shared_projector(), autostart="--autostart" in sys.argv).page.servable()
