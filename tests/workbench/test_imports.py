"""The server draws; to show a page, it loads neither torch nor other libraries that take long."""

import subprocess
import sys
from pathlib import Path

from scripted_study import ScriptedStudy

CODE = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
import panel as pn
from stand_in import StandIn
from workbench.core.jobs import Engines
from workbench.shell import Shell
import workbench.core.projector
pn.extension(notifications=True)
root = Path(sys.argv[1])
page = Shell(Engines(root), StandIn(ThreadPoolExecutor(1)))
page.attach(root / "done")
session = page._session
while session.source.state.reading:
    pass
session.show()
names = " ".join(type(view).__name__ for view in session.views)
expected = "Shell TabPages ImageWall DriverButton Disk Runner Evaluator Curves Timeline RootDistances Steering"
assert names == expected, names
page.close()
heavy = {"torch", "torchvision", "sklearn", "umap", "matplotlib", "scipy"} & set(sys.modules)
assert not heavy, heavy
"""

STUDY = """
import sys
from pathlib import Path
import workbench.tabs.studies
from workbench.core.study_list import study_list_of
found = study_list_of(Path(sys.argv[1])).read().found
assert found.progress == "All 4 runs are done.", found
heavy = {"torch", "torchvision", "sklearn", "umap", "matplotlib"} & set(sys.modules)
assert not heavy, heavy
"""


def test_a_page_with_a_run_is_built_without_torch(make_run, root):
    make_run("done", steps=20)
    here = str(Path(__file__).parent)
    built = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {here!r}){CODE}", str(root)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert built.returncode == 0, built.stderr


def test_a_study_is_read_without_torch(root):
    study = ScriptedStudy(root / "tiny")
    for cell in study.study.cells():
        study.make(cell.variant.arm.name, cell.seed, 0.5)
    read = subprocess.run([sys.executable, "-c", STUDY, str(root)], capture_output=True, text=True, timeout=120)
    assert read.returncode == 0, read.stderr
