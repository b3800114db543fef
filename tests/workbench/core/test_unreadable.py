"""What the page is told of a run whose images it may not read."""

import pytest
import scripted
from read_only import needs_setpriv, output

LOOK = """
import sys, time
from pathlib import Path
from workbench.core.run_source import source_of
source, session = source_of(Path(sys.argv[1])), object()
source.join(session, "tab", lambda: None)
until = time.monotonic() + 60
while time.monotonic() < until and source.state.problem is None:
    time.sleep(0.05)
time.sleep(1)
print(source.state.problem)
source.leave(session)
"""


@needs_setpriv
@pytest.mark.parametrize("name", ["snapshots", "checkpoints"])
def test_a_folder_that_cannot_be_read_is_told_and_not_called_empty(tmp_path, name):
    folder = scripted.make(tmp_path / "run").path / name
    folder.mkdir(exist_ok=True)
    folder.chmod(0o300)
    try:
        assert output(LOOK, folder.parent).startswith(f"{folder} cannot be read (Permission denied).")
    finally:
        folder.chmod(0o755)
