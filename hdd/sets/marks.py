"""What a person decided about single images of a set, and calls them. Does not import torch."""

import json
from collections.abc import Callable, Container, Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock, Timeout

from hdd.errors import MALFORMED, InvalidInputError, StorageError
from hdd.files import replace_file
from hdd.sets.synthetic_set import SyntheticSet

NAME = "verdicts.json"
"""The name of the file in a run's directory."""

TAG_LENGTH = 40
LOCKED_SECONDS = 2.0


class Verdict(StrEnum):
    """What is to become of an image."""

    KEEP = "keep"
    DOUBT = "doubt"
    DROP = "drop"


@dataclass(frozen=True)
class Mark:
    """What was decided about an image.

    Attributes:
        verdict: what is to become of it; None if that is open.
        tags: words that people gave it, sorted.
    """

    verdict: Verdict | None = None
    tags: tuple[str, ...] = ()

    @classmethod
    def of_json(cls, found: Any) -> "Mark":
        """The mark that `as_json` gave.

        Raises:
            ValueError, LookupError, AttributeError, TypeError, HDDError: it gave no such thing.
        """
        if isinstance(found, str):
            return cls(Verdict(found))
        verdict, tags = found.get("verdict"), found["tags"]
        return cls(None if verdict is None else Verdict(verdict), tuple(_tag(each) for each in tags))

    def as_json(self) -> Any:
        """The mark, JSON-compatible: the verdict alone where there are no tags."""
        if not self.tags:
            return str(self.verdict)
        return {**({} if self.verdict is None else {"verdict": str(self.verdict)}), "tags": list(self.tags)}


def tags_of(text: str) -> tuple[str, ...]:
    """The tags in a text, which joins them by commas.

    Raises:
        HDDError: one is too long.
    """
    return tuple(sorted({_tag(each) for each in text.split(",") if each.strip()}))


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(f"{text!r} is no number of a step or an image")
    return int(text)


def _tag(text: str) -> str:
    tag = " ".join(text.split())
    if len(tag) > TAG_LENGTH:
        raise InvalidInputError(f"The tag {tag[:TAG_LENGTH]}… is too long: give at most {TAG_LENGTH} characters.")
    return tag


def _stamp(path: Path) -> object:
    """A value that changes when the file is written; None without a file."""
    try:
        about = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise StorageError(f"The verdicts in {path} cannot be read ({error.strerror or error}).") from None
    return about.st_ino, about.st_mtime_ns, about.st_size


class Marks:
    """The marks on the images of a run or a file, in a JSON file that is written at every change.

    An image is known by its step, 0 in a file, and its number among the decoded images of the set.

    Args:
        path: the file; it need not exist.

    Raises:
        HDDError: the file is damaged or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._steps: dict[int, dict[int, Mark]] = {}
        self._stamp: object = None
        self._read()

    def _read(self) -> None:
        """Reads what other processes have written meanwhile."""
        stamp = _stamp(self._path)
        if stamp == self._stamp:
            return
        if stamp is None:
            self._steps, self._stamp = {}, None
            return
        try:
            found = json.loads(self._path.read_text(encoding="utf-8"))
            self._steps = {
                _natural(step): {_natural(image): Mark.of_json(each) for image, each in images.items()}
                for step, images in found.items()
            }
            self._stamp = stamp
        except (*MALFORMED, OSError, InvalidInputError) as error:
            raise StorageError(
                f"The verdicts in {self._path} cannot be read ({error}): repair or remove the file."
            ) from None

    def of(self, step: int) -> dict[int, Mark]:
        """The marks on the images of a step, by image; images without one are left out.

        Raises:
            HDDError: the file is damaged or cannot be read.
        """
        self._read()
        return dict(self._steps.get(step, {}))

    def judge(self, step: int, images: Iterable[int], verdict: Verdict | None) -> None:
        """Gives a verdict on images of a step, or with None takes theirs back.

        Raises:
            HDDError: the file is damaged or cannot be written; nothing is changed then.
        """
        self._change(step, images, lambda mark: replace(mark, verdict=verdict))

    def tag(self, step: int, images: Iterable[int], add: Iterable[str] = (), remove: Container[str] = ()) -> None:
        """Adds tags to images of a step, and takes others away.

        Raises:
            HDDError: as in `judge`.
        """
        added = {*add}

        def tagged(mark: Mark) -> Mark:
            return replace(mark, tags=tuple(sorted(added | {each for each in mark.tags if each not in remove})))

        self._change(step, images, tagged)

    def forget_after(self, step: int) -> None:
        """Takes back all marks on images of later steps, which a rewind deletes.

        Raises:
            HDDError: as in `judge`.
        """
        self._read()
        if all(each <= step for each in self._steps):
            return
        with self._changing():
            self._write({each: images for each, images in self._steps.items() if each <= step})

    def _change(self, step: int, images: Iterable[int], change: Callable[[Mark], Mark]) -> None:
        with self._changing():
            changed = self.of(step)
            for image in images:
                changed[image] = change(changed.pop(image, Mark()))
            self._write({**self._steps, step: {image: mark for image, mark in changed.items() if mark != Mark()}})

    @contextmanager
    def _changing(self) -> Generator[None]:
        """Within this context no other process changes the file, of which the newest content is known."""
        try:
            self._path.parent.mkdir(exist_ok=True)
            lock = FileLock(self._path.with_name(f".{self._path.name}.lock"), timeout=LOCKED_SECONDS)
            lock.acquire()
        except (OSError, Timeout) as error:
            raise self._cannot_write(error) from None
        try:
            self._read()
            yield
        finally:
            lock.release()

    def _cannot_write(self, error: Exception) -> StorageError:
        why = getattr(error, "strerror", None) or error
        return StorageError(f"The verdicts cannot be written to {self._path} ({why}): they were not changed.")

    def _write(self, steps: dict[int, dict[int, Mark]]) -> None:
        texts = {step: {image: mark.as_json() for image, mark in images.items()} for step, images in steps.items()}
        try:
            with replace_file(self._path) as partial:
                partial.write_text(
                    json.dumps({step: images for step, images in texts.items() if images}, indent=1), encoding="utf-8"
                )
        except OSError as error:
            raise self._cannot_write(error) from None
        self._steps, self._stamp = steps, _stamp(self._path)


def place(path: Path, is_run: bool) -> Path:
    """The file of the marks on a run, which is in its directory, or on a set, beside which it is."""
    return path / NAME if is_run else path.with_name(f"{path.name}.{NAME}")


def left_out(made: SyntheticSet, marks: Mapping[int, Mark], verdicts: Container[Verdict | None]) -> SyntheticSet:
    """The set without the images that have one of these verdicts.

    Args:
        made: the set. Where stored images hold several each and some are to go, the result has them decoded.
        marks: by the number of the decoded image.
        verdicts: of the images that go.

    Raises:
        HDDError: a class would be left without images.
    """
    gone = [image for image, mark in marks.items() if mark.verdict in verdicts]
    if not gone:
        return made
    decoded = made.decoded()
    if max(gone) >= len(decoded.images):
        raise InvalidInputError(
            f"The verdicts speak of image {max(gone)}, but the set has {len(decoded.images)} images: they are those of "
            "another set, or it was read in another way."
        )
    kept = np.delete(np.arange(len(decoded.images)), gone)
    labels = decoded.hard_labels
    if emptied := sorted({*labels.tolist()} - {*labels[kept].tolist()}):
        raise InvalidInputError(
            f"Class {decoded.classes[emptied[0]]} would be left without images: take back a verdict on one of them."
        )
    provenance = {**made.provenance, "images left out": sorted(gone)}
    return replace(decoded, images=decoded.images[kept], labels=decoded.labels[kept], provenance=provenance)
