"""Throws faults at real runs and the real page, and prints a table of what came of them. `make chaos` runs it."""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

from chromium import chromium_path
from rich.console import Console

from chaos import clocks, disks, kills, links
from chaos.loop import happen
from chaos.page import PageStage
from chaos.plan import plan
from chaos.report import table
from chaos.stage import ROOT, Stage, make_run

FAULTS = kills.FAULTS + links.FAULTS + disks.FAULTS + clocks.FAULTS
OWN_MOUNTS = "CHAOS_OWN_MOUNTS"
"""Set where this process may mount disks, which nobody else sees and which are gone with it."""

DISK = "48m"


def with_own_mounts():
    """Starts this command anew where it may mount disks; returns if that is not permitted."""
    command = ["unshare", "--mount", *([] if os.getuid() == 0 else ["--map-root-user"])]
    if shutil.which("unshare") and subprocess.run([*command, "true"], capture_output=True).returncode == 0:
        again = [*command, sys.executable, "-m", "chaos", *sys.argv[1:]]
        os.execvpe("unshare", again, {**os.environ, OWN_MOUNTS: "yes"})


@contextmanager
def disk(path):
    """A folder; within this context it is a small disk of its own, where that is permitted."""
    path.mkdir()
    if OWN_MOUNTS not in os.environ:
        yield path
        return
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "chaos", path], check=True)
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", path], check=True)


@contextmanager
def undisturbed(path, scratch):
    """The run with which the others are compared, while a process of its own makes its steps."""
    run = make_run(path)
    process = subprocess.Popen(
        [sys.executable, "-m", "hdd", "resume", str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "HDD_CACHE_DIR": str(scratch)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield run
    finally:
        process.kill()
        process.wait()
        run.close()


class Show:
    """Lets the events of some stages happen at once, and says what came of each as soon as it is known."""

    def __init__(self, console, count):
        self._console, self._count = console, count
        self.outcomes = []
        self.is_over = False

    def play(self, make, events, *arguments):
        """Lets events happen to a stage that is made for them."""
        stage = make(*arguments)
        try:
            for event in events:
                if self.is_over:
                    break
                self._tell(happen(stage, event))
        finally:
            stage.close()

    def _tell(self, outcome):
        self.outcomes.append(outcome)
        fault = outcome.event.fault
        what = f"{len(self.outcomes)}/{self._count} {fault.kind}, {fault.name}: "
        if outcome.is_good:
            what += f"going again after {outcome.seconds:.1f} s"
        else:
            what += outcome.lost or outcome.wrong or f"told only: {outcome.told}"
        self._console.print(what, markup=False, highlight=False, soft_wrap=True)


def main():
    parser = argparse.ArgumentParser(prog="make chaos", description=__doc__)
    parser.add_argument("--events", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the plan of events")
    parser.add_argument("--only", metavar="PATTERN", default="", help="only faults whose name has this pattern")
    parser.add_argument("--no-page", action="store_true", help="without server and browser")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if OWN_MOUNTS not in os.environ:
        with_own_mounts()
    console = Console(stderr=True)
    faults = [
        fault
        for fault in FAULTS
        if (OWN_MOUNTS in os.environ or not fault.needs_mounts)
        and (not fault.on_page or not (given.no_page or chromium_path() is None))
        and re.search(given.only, fault.name)
    ]
    for fault in [fault for fault in FAULTS if fault not in faults]:
        console.print(f"left out: {fault.kind}, {fault.name}", markup=False, highlight=False)
    events = plan(faults, given.events, given.seed)
    show, started = Show(console, len(events)), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder, ExitStack() as stack:
        folder = Path(folder)
        # Nothing that the user has is read or changed.
        os.environ["HDD_CACHE_DIR"] = str(folder / "cache")
        reference = stack.enter_context(undisturbed(folder / "undisturbed", folder / "reference-cache"))
        threads = []
        alone = [event for event in events if not event.fault.on_page]
        on_page = [event for event in events if event.fault.on_page]
        for number, (make, its) in enumerate([(Stage, alone[::2]), (Stage, alone[1::2]), (PageStage, on_page)]):
            if its:
                place = stack.enter_context(disk(folder / f"disk-{number}"))
                scratch = folder / f"scratch-{number}"
                scratch.mkdir()
                threads.append(threading.Thread(target=show.play, args=(make, its, place, scratch, reference)))
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except KeyboardInterrupt:
            console.print("Ending after what happens now.")
            show.is_over = True
            for thread in threads:
                thread.join()
    sys.stdout.write(f"{table(show.outcomes)}\n\nseed {given.seed}, {(time.monotonic() - started) / 60:.1f} minutes\n")
    sys.exit(len(show.outcomes) < len(events) or not all(each.is_good for each in show.outcomes))


if __name__ == "__main__":
    main()
