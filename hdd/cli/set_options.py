"""Options that say what a distilled set in a file was made from, and where they are out of place."""

from collections.abc import Mapping
from typing import Any

from hdd.cli.knob_options import flag
from hdd.errors import InvalidInputError
from hdd.sets import Reading


def check_alone(dataset: str | None, reading: Reading, knobs: Mapping[str, Any]) -> None:
    """Checks that nothing is given beside a run that only a set in a file needs.

    Raises:
        HDDError: a data set, a reading, or knobs of the data set are given.
    """
    if dataset is not None or reading.given() or knobs:
        options = ", ".join(["--dataset", "--as", *map(flag, knobs)])
        raise InvalidInputError(f"A run says itself what it was made from: leave out {options}.")


def check_data_set_named(knobs: Mapping[str, Any]) -> None:
    """Checks that no knobs of a data set are given where none is named.

    Raises:
        HDDError: they are.
    """
    if knobs:
        raise InvalidInputError(f"{next(iter(knobs))} is for the images of a data set: name one with --dataset.")
