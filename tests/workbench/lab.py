"""A real JupyterLab, and a notebook in a tab of it."""

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from serving import free_port
from waiting import wait_until

SECONDS = 120
TOKEN = "lab"


@contextmanager
def serve_lab(folder: Path, log: Path) -> Iterator[str]:
    """Runs a JupyterLab over a folder; gives its address."""
    port = free_port()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    command += [f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={folder}"]
    command += ["--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    # What a language server that happens to be installed complains about is shown over the notebook.
    command += ["--LanguageServerManager.autodetect=False"]
    with log.open("w") as lines:
        process = subprocess.Popen(command, stdout=lines, stderr=lines, cwd=folder, env={**os.environ})
    address = f"http://127.0.0.1:{port}"

    def up() -> bool | None:
        assert process.poll() is None, log.read_text()
        with suppress(OSError):
            urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=5).close()
            return True

    wait_until(up, SECONDS)
    yield address
    process.terminate()
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Lab:
    """A notebook in a tab of JupyterLab."""

    def __init__(self, tab, address, notebook):
        self.tab, self.page = tab, tab.page
        self.page.set_default_timeout(1000 * SECONDS)
        self.page.goto(f"{address}/lab/tree/{notebook}?token={TOKEN}&reset", timeout=1000 * SECONDS)
        self.page.locator(".jp-Notebook .jp-Cell:visible").first.wait_for()
        self.page.get_by_text("| Idle").first.wait_for()

    def menu(self, menu, item):
        self.page.get_by_role("menuitem", name=menu, exact=True).click()
        self.page.locator(".lm-Menu-itemLabel").get_by_text(item, exact=True).click()

    def save(self, path):
        """Saves the notebook, which is the file `path`; gives its content."""
        unsaved = path.read_bytes()
        self.menu("File", "Save Notebook")

        def content():
            # While it is being written it is not complete.
            saved = path.read_bytes()
            with suppress(ValueError):
                return saved != unsaved and json.loads(saved)

        return wait_until(content, SECONDS)

    def figure(self, name):
        return self.tab.figure(name) if self.page.evaluate("typeof Bokeh !== 'undefined'") else None

    def wall(self):
        figure = self.figure("wall")
        return figure[0]["image"][0]["flat"] if figure and figure[0]["image"] else None
