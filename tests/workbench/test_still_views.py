"""Where a notebook gets no messages from its kernel, its views say so."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import os, sys
from workbench.notebook import ImageWall
from workbench.theme import Notice

if __name__ == "__main__":
    wall = ImageWall(sys.argv[1])
    wall.fill()
    print("said:", [notice.object for notice in wall.select(Notice)], flush=True)
    os._exit(0)
"""


@pytest.mark.parametrize(
    ("variable", "name"),
    [("COLAB_RELEASE_TAG", "Colab"), pytest.param("VSCODE_PID", "VS Code", marks=pytest.mark.slow), ("ANYTHING", None)],
)
def test_a_view_that_stands_still_says_so(make_run, tmp_path, variable, name):
    run = make_run(steps=20)
    script = tmp_path / "cell.py"
    script.write_text(SCRIPT)
    bare = {key: value for key, value in os.environ.items() if not key.startswith(("VSCODE", "COLAB", "KAGGLE"))}
    told = subprocess.run(
        [sys.executable, str(script), str(run.path)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**bare, variable: "1", "PYTHONPATH": os.pathsep.join(sys.path)},
    ).stdout
    (said,) = [line for line in told.splitlines() if line.startswith("said:")]
    if name is None:
        assert said == "said: []"
    else:
        assert f"This view stands still here, because {name} does not pass on" in said and "JupyterLab" in said
