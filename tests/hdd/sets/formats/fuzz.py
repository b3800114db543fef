"""Damages files of published formats at random and reads them, for as long as one likes: no crash, no hang, no code.

`make fuzz` runs it for ten minutes. What is found is kept in the folder that is named, and the exit code is 1 then.
"""

import argparse
import faulthandler
import multiprocessing
import random
import resource
import signal
import sys
import tempfile
import time
import zipfile
from io import BytesIO
from pathlib import Path

import published

from hdd import sets
from hdd.errors import HDDError
from hdd.sets import Reading
from hdd.sets.formats import manifest

FAMILIES = (*published.FAMILIES, "parquet")
LONGEST = 10
"""Seconds after which reading counts as a hang; the files are of a few kB."""

MEMORY = 4 * 2**30
"""Bytes of address space beyond what the process has at first."""

FORBIDDEN = {
    "pickle.find_class",
    "subprocess.Popen",
    "socket.connect",
    "os.system",
    "os.exec",
    "os.mkdir",
    "os.remove",
}
"""Events of Python's audit hooks that reading a set must not cause."""


def damaged(content: bytes, draw: random.Random) -> bytes:
    """Bytes with a few random changes: of single bytes, of lengths, of parts that move, are repeated or go."""
    changed = bytearray(content)
    for _ in range(draw.choice((1, 1, 2, 4, 8))):
        # Numbers of images fill most of a file, so the places near its ends are drawn more often.
        near = min(400, len(changed))
        place = draw.choice(
            (draw.randrange(near), len(changed) - 1 - draw.randrange(near), draw.randrange(len(changed)))
        )
        kind = draw.randrange(6)
        if kind == 0:
            changed[place] = draw.randrange(256)
        elif kind == 1:
            changed[place] ^= 1 << draw.randrange(8)
        elif kind == 2:
            length = draw.choice((1, 2, 4, 8))
            changed[place : place + length] = draw.choice((b"\0", b"\xff", b"\x7f", b"\x80")) * length
        elif kind == 3:
            start, length = draw.randrange(len(changed)), draw.randrange(1, 40)
            changed[place:place] = changed[start : start + length]
        elif kind == 4:
            del changed[place : place + draw.randrange(1, 40)]
        else:
            del changed[place:]
        if not changed:
            return b""
    return bytes(changed)


def damaged_member(content: bytes, draw: random.Random) -> bytes:
    """An archive one member of which is damaged, or has a strange name, and which is whole otherwise."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        members = [(info.filename, archive.read(info)) for info in archive.infolist()]
    chosen = draw.randrange(len(members))
    name, inside = members[chosen]
    if draw.randrange(8) == 0:
        name = draw.choice(("../" + name, "/" + name, name * 40, name + "\n", ".", "a\\..\\" + name))
    else:
        inside = damaged(inside or b"\0", draw)
    members[chosen] = name, inside
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for each, part in members:
            archive.writestr(each, part)
    return file.getvalue()


def hang(*_: object) -> None:
    faulthandler.dump_traceback()
    raise SystemExit(f"reading takes longer than {LONGEST} s")


def forbid(event: str, _: object) -> None:
    if event in FORBIDDEN and reading.is_on:
        raise SystemExit(f"reading a set has caused {event}")


class reading:
    """Whether a set is being read."""

    is_on = False


def work(family: str, seed: int, seconds: float, kept: Path, told: "multiprocessing.Queue") -> None:
    """Reads damaged files of a family until the time is over; each is in the folder `kept` while it is read."""
    faulthandler.enable()
    signal.signal(signal.SIGALRM, hang)
    sys.addaudithook(forbid)
    path, file = published.family(family, kept)
    sets.load(path, Reading(class_count=3))
    if family == "safetensors":
        # Its checksum would have every damaged file refused before it is read.
        manifest.place(path).unlink()
    content, draw = file.read_bytes(), random.Random(f"{family} {seed}")
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    archived = content.startswith(b"PK")
    read = made = 0
    slowest, until = 0.0, time.monotonic() + seconds
    while time.monotonic() < until:
        file.write_bytes((damaged_member if archived and draw.random() < 0.7 else damaged)(content, draw))
        started = time.monotonic()
        signal.alarm(LONGEST)
        reading.is_on = True
        try:
            found = sets.load(path, Reading(class_count=3))
            assert isinstance(found, sets.SyntheticSet)
            made += 1
        except HDDError as error:
            assert str(error)
        reading.is_on = False
        signal.alarm(0)
        read += 1
        slowest = max(slowest, time.monotonic() - started)
    told.put((family, read, made, slowest))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="in total, over all formats")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="folder of the files that fail; default: a new one")
    given = parser.parse_args()
    folder = given.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
    seconds, failed, total = 60 * given.minutes / len(FAMILIES), 0, 0
    print(f"{'format':14}{'files read':>12}{'still a set':>13}{'slowest':>10}")
    context = multiprocessing.get_context("spawn")
    for family in FAMILIES:
        kept = folder / family
        kept.mkdir(parents=True)
        told = context.Queue()
        process = context.Process(target=work, args=(family, given.seed, seconds, kept, told))
        process.start()
        process.join()
        if process.exitcode:
            failed += 1
            print(f"{family:14} failed with exit code {process.exitcode}: the file is in {kept}")
        else:
            _, read, made, slowest = told.get()
            total += read
            print(f"{family:14}{read:12}{made:13}{1000 * slowest:7.0f} ms", flush=True)
    print(f"{total} files, {failed} of {len(FAMILIES)} formats failed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
