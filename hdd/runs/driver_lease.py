"""Who may steer a run: one driver over all pages, servers, kernels and commands, while all others watch.

The lease is the file live/driver.json of the run. Its holder touches it every few seconds; if it has not for
`EXPIRED_SECONDS`, because its server, kernel or machine has ended, the lease is free. This module does not import
torch.
"""

import hashlib
import json
import math
import os
import secrets
import socket
import stat
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from hdd.files import replace_file

EXPIRED_SECONDS = 15.0
KEPT_SECONDS = 2.0
"""The holder touches the lease if it is older than this."""

LOCKED_SECONDS = 2.0
LONGEST = 10_000
"""How many bytes of the file are read at most; what is longer was not written by `DriverLease`."""

_LEASE = Path("live", "driver.json")


@dataclass(frozen=True)
class Driver:
    """Who steers a run.

    Attributes:
        key: of a browser tab, a kernel or a command. Whoever knows it may steer, so the file has only its digest; that
            is all that another process sees of it.
        who: in words, for people.
    """

    key: str
    who: str


def by(means: str) -> str:
    """Who makes a change by some means, where no name is known, as "page on HOST"."""
    return f"{means} on {socket.gethostname()}"


class DriverLease:
    """The lease of a run; safe to use from any thread.

    Args:
        run: directory of the run. Where it cannot be written, nobody gets the lease.
        unseen_seconds: how late a change by another process may be seen, for those who ask very often.
    """

    def __init__(self, run: Path, unseen_seconds: float = 0.0) -> None:
        self._path = run / _LEASE
        self._unseen_seconds = unseen_seconds
        self._looked_at = -math.inf
        self._about: os.stat_result | None = None
        self._lock = threading.Lock()
        # A file server has a clock of its own, by which it says when a file was touched.
        self._clock_ahead = 0.0
        self._keys: dict[str, str] = {}
        # What stands for the key of another process must be no key that anybody could give.
        self._elsewhere = secrets.token_hex()
        self._read: tuple[tuple[int, int], Driver | None] | None = None

    @property
    def holder(self) -> Driver | None:
        """Who holds the lease, None while it is free."""
        try:
            about = self._look()
        except PermissionError as error:
            return self._unknown(error)
        return None if about is None or self._age(about) > EXPIRED_SECONDS else self._last(about)

    def _look(self) -> os.stat_result | None:
        """What the file system says of the lease, None where there is none.

        Raises:
            PermissionError: nobody can say here whether there is one.
        """
        now = time.monotonic()
        if now >= self._looked_at + self._unseen_seconds:
            try:
                self._about = self._path.stat()
            except PermissionError:
                raise
            except OSError:
                self._about = None
            self._looked_at = now
        return self._about

    def _last(self, about: os.stat_result) -> Driver | None:
        """Who took the lease last, whether or not it has expired."""
        stamp = about.st_ino, about.st_ctime_ns
        known = self._read
        if known is None or known[0] != stamp:
            # Anything else, such as a device, could be read for ever.
            known = self._read = stamp, self._content() if stat.S_ISREG(about.st_mode) else None
        return known[1]

    @property
    def driver(self) -> str | None:
        """The key of the holder, None while the lease is free."""
        holder = self.holder
        return None if holder is None else holder.key

    def holds(self, key: str) -> bool:
        """Whether `key` holds the lease, whoever gave it the key."""
        self._digest(key)
        self._forget()
        return self.driver == key

    def _forget(self) -> None:
        """Has the lease read again."""
        self._read, self._looked_at = None, -math.inf

    def take(self, key: str, who: str = "", over: bool = False) -> bool:
        """Takes the lease if it is free; returns whether `key` holds it now.

        Args:
            key: of who wants it.
            who: in words, for people.
            over: take it from another holder too.
        """
        self._digest(key)
        with suppress(OSError, Timeout), self._changing():
            holder = self.holder
            if over or holder is None:
                self._write(Driver(key, who))
        return self.driver == key

    def keep(self, *keys: str) -> None:
        """Keeps the lease from expiring, if one of the keys holds it.

        A holder that slept, or whose clock was set, finds its lease expired; it gets it back unless another took it.
        """
        try:
            about = self._look()
        except PermissionError:
            return
        if about is None or self._age(about) <= KEPT_SECONDS:
            return
        if (last := self._last(about)) is not None and last.key in keys:
            with suppress(OSError):
                os.utime(self._path)
            self._looked_at = -math.inf

    def leave(self, key: str, to: str | None = None, who: str = "") -> None:
        """If `key` holds the lease, passes it to the key `to` (`who` in words), or frees it where that is None."""
        if self.driver != key:
            return
        with suppress(OSError, Timeout), self._changing():
            if self.driver == key and to is not None:
                self._write(Driver(to, who))
            elif self.driver == key:
                self._path.unlink(missing_ok=True)

    @contextmanager
    def _changing(self) -> Generator[None]:
        """Within this context, nobody else changes the lease."""
        self._path.parent.mkdir(exist_ok=True)
        lock = self._path.with_suffix(".lock")
        with self._lock, FileLock(lock, timeout=LOCKED_SECONDS):
            lock.touch()
            self._clock_ahead = lock.stat().st_mtime - time.time()
            self._forget()
            try:
                yield
            finally:
                self._forget()

    def _age(self, about: os.stat_result) -> float:
        """How far from now the lease was touched, in seconds; after the clock was set back, that is in the future."""
        return abs(time.time() + self._clock_ahead - about.st_mtime)

    def _write(self, driver: Driver) -> None:
        with replace_file(self._path) as partial:
            partial.write_text(json.dumps({"key": self._digest(driver.key), "who": driver.who}))

    def _digest(self, key: str) -> str:
        digest = hashlib.sha256(key.encode()).hexdigest()
        self._keys[digest] = key
        return digest

    def _content(self) -> Driver | None:
        try:
            with self._path.open("rb") as file:
                found = json.loads(file.read(LONGEST))
            return Driver(self._keys.get(found["key"], f"{self._elsewhere} {found['key']}"), str(found["who"]))
        except PermissionError as error:
            return self._unknown(error)
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def _unknown(self, error: PermissionError) -> Driver:
        """Stands for a holder who cannot be seen: nobody may act as if there were none."""
        return Driver(self._elsewhere, f"somebody who cannot be seen here ({self._path}: {error.strerror})")
