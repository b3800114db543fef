"""A stage with the page: a server, a link to it that can be cut, and a browser that shows the run."""

import os
import re
import subprocess
import sys
from contextlib import ExitStack, suppress

import psutil
from chromium import chromium_path
from playwright.sync_api import TimeoutError as NotShown
from playwright.sync_api import sync_playwright
from relay import Relay
from serving import answers, free_port
from waiting import wait_until

from chaos.stage import PATIENCE, ROOT, Stage

WATCH = "setInterval(() => { const told = document.querySelector('dialog[open]'); told && tell(told.innerText) }, 20)"
RUNNING = re.compile(r"Running: step (\d+)")


class PageStage(Stage):
    """As `Stage`; what people are told, they read on the page."""

    def __init__(self, folder, scratch, reference):
        self._port, port = free_port(), free_port()
        self._address, self._origin = f"http://127.0.0.1:{port}/app", f"127.0.0.1:{port}"
        self._told = []
        self.server = self.page = None
        super().__init__(folder, scratch, reference)
        with ExitStack() as opened:
            opened.callback(super().close)
            self.serve()
            opened.callback(self.kill_server)
            self.relay = Relay(port, self._port)
            opened.callback(self.relay.close)
            playwright = opened.enter_context(sync_playwright())
            browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--no-sandbox"])
            opened.callback(browser.close)
            self.page = browser.new_page(viewport={"width": 1400, "height": 900})
            self.page.expose_function("tell", lambda words: self._told.append(words))
            self.page.add_init_script(WATCH)
            self.look()
            self._opened = opened.pop_all()

    def new_run(self):
        super().new_run()
        self.goes()
        if self.page is not None:
            self.look()

    def look(self):
        """Opens the page on the newest run."""
        self.page.goto(f"{self._address}?run={self.path.name}", timeout=1000 * PATIENCE)

    def serve(self):
        """Starts the server."""
        command = ["serve", "workbench/app.py", "--address", "127.0.0.1", "--port", str(self._port)]
        command += ["--allow-websocket-origin", self._origin]
        with (self.scratch / "server.log").open("a") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", "panel", *command],
                cwd=ROOT,
                env={
                    **os.environ,
                    "HDD_RUNS": str(self.folder),
                    "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
                    "HDD_CACHE_DIR": str(self.scratch / "cache"),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: answers(f"http://127.0.0.1:{self._port}"), PATIENCE)

    def workers(self):
        """The processes that compute what the disk shows."""
        children = psutil.Process(self.server.pid).children()
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]

    def step_shown(self):
        """The step of the going run that the page shows now; None if it shows none."""
        with suppress(NotShown):
            text = self.page.get_by_text(RUNNING).first.inner_text(timeout=500)
            return int(RUNNING.search(text)[1])
        return None

    def is_live(self):
        """Waits until the page shows a run that goes on."""
        self.goes()
        self.follows()
        self._told.clear()

    def follows(self):
        """Waits until the page shows a step that came after this call."""
        before = self.run.step
        wait_until(lambda: (self.step_shown() or 0) > before, PATIENCE)

    def hears(self, words):
        """What the page has told in dialogs since it was live; waits until the words are among that."""
        with suppress(AssertionError):
            wait_until(
                lambda: self.page.wait_for_timeout(20) or any(words in each for each in self._told), PATIENCE / 3
            )
        return " ".join(dict.fromkeys(self._told))

    def text(self, pattern):
        """The text of the page that contains the pattern, "" if none comes."""
        with suppress(NotShown):
            return self.page.get_by_text(re.compile(pattern)).first.inner_text(timeout=1000 * PATIENCE / 3)
        return ""

    def recover(self):
        if not self.run.engine_alive():
            # The page may not know yet that its engine has ended.
            button = self.page.get_by_role("button", name=re.compile("Resume from step"))
            button.click(timeout=1000 * PATIENCE)
            wait_until(self.run.engine_alive, PATIENCE)
        self.follows()

    def close(self):
        self._opened.close()

    def kill_server(self):
        """kill -9."""
        self.server.kill()
        self.server.wait()
