"""The app for `panel serve workbench/app.py`: the live page of the runs in $HDD_RUNS, or else in ./runs.

It opens the distilled sets in $HDD_SETS, or else in the folder of the runs.

It takes the options of `panel serve`; `--args --autostart` also starts the digits run if there is no run yet.
"""

import gc
import sys

import panel as pn
from bokeh.settings import settings
from tornado.process import task_id

from hdd.paths import runs_folder, sets_folder
from workbench.compat.session_remains import settle
from workbench.core.jobs import Engines
from workbench.core.projector import shared_projector
from workbench.shell import Shell

# The page itself says when the connection is lost, and reloads itself: see `workbench/browser/outage.js`.
pn.extension(notifications=True, reconnect=False)
# Otherwise Bokeh checks the signature of each of the thousand callbacks of a page, and other sessions wait meanwhile.
settings.perform_error_diagnostics = False

if "hdd engines" not in pn.state.cache:
    pn.state.cache["hdd engines"] = Engines(runs_folder())
    # What is loaded by now stays: the million objects of libraries.
    settle()
    # Without this, making a page alone sets off two more collections, and other sessions wait for each.
    gc.set_threshold(700, 10, 100)

if task_id() is None:
    page = Shell(
        pn.state.cache["hdd engines"], shared_projector(), autostart="--autostart" in sys.argv, sets_root=sets_folder()
    ).page
else:
    # A page and its socket could come to different processes, and each would have engines and jobs of its own.
    page = pn.pane.HTML(
        "<h3>This server was started with --num-procs, with which the page does not work.</h3>"
        "<p>Start it without that option. Several servers may show the same folder of runs.</p>"
    )
page.servable()
