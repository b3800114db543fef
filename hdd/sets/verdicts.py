"""What a person decided about single images of a set. Does not import torch."""

import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from hdd.errors import StorageError
from hdd.files import replace_file

NAME = "verdicts.json"
"""The name of the file in a run's directory."""


class Verdict(StrEnum):
    """What is to become of an image."""

    KEEP = "keep"
    DOUBT = "doubt"
    DROP = "drop"


class Verdicts:
    """The verdicts on the images of a run or a file, in a JSON file that is written at every change.

    Args:
        path: the file; it need not exist.

    Raises:
        HDDError: the file is damaged or cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._steps: dict[str, dict[str, str]] = {}
        if path.exists():
            try:
                found = json.loads(path.read_text(encoding="utf-8"))
                self._steps = {
                    str(int(step)): {str(int(image)): str(Verdict(each)) for image, each in images.items()}
                    for step, images in found.items()
                }
            except (OSError, ValueError, AttributeError, TypeError) as error:
                raise StorageError(
                    f"The verdicts in {path} cannot be read ({error}): repair or remove the file."
                ) from None

    def of(self, step: int) -> dict[int, Verdict]:
        """The verdicts on the images of a step, by image; images without one are left out."""
        return {int(image): Verdict(each) for image, each in self._steps.get(str(step), {}).items()}

    def give(self, step: int, images: Iterable[int], verdict: Verdict | None) -> None:
        """Gives a verdict on images of a step, or with None takes theirs back.

        Raises:
            HDDError: the file cannot be written; nothing is changed then.
        """
        changed = dict(self._steps.get(str(step), {}))
        for image in images:
            changed.pop(str(image), None)
            if verdict is not None:
                changed[str(image)] = str(verdict)
        self._write({**self._steps, str(step): changed})

    def forget_after(self, step: int) -> None:
        """Takes back all verdicts on images of later steps, which a rewind deletes.

        Raises:
            HDDError: as in `give`.
        """
        kept = {each: images for each, images in self._steps.items() if int(each) <= step}
        if kept != self._steps:
            self._write(kept)

    def _write(self, steps: dict[str, dict[str, str]]) -> None:
        try:
            with replace_file(self._path) as partial:
                partial.write_text(
                    json.dumps({each: of for each, of in steps.items() if of}, indent=1), encoding="utf-8"
                )
        except OSError as error:
            raise StorageError(
                f"The verdicts cannot be written to {self._path} ({error.strerror or error}): they were not changed."
            ) from None
        self._steps = steps
