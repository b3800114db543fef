"""The marks on the images of what a page shows, for the images as the wall has them."""

from collections.abc import Hashable, Iterable, Mapping
from weakref import WeakValueDictionary

from hdd.sets.marks import Mark, Marks, Verdict
from workbench.core.audited import Audited
from workbench.core.source import Source

_shared: WeakValueDictionary[Hashable, Marks] = WeakValueDictionary()
"""What the sessions of this process have read, so that each sees what another one has changed."""


class Marking:
    """The marks on the images of a run or a set.

    Args:
        source: what the page shows.
        audited: the file that it is.
    """

    def __init__(self, source: Source, audited: Audited) -> None:
        self._source, self._audited = source, audited
        self._key: Hashable = None
        self._marks: Marks | None = None

    def _read(self) -> Marks:
        """The marks as they are since the last rewind, which deletes some of them.

        Raises:
            HDDError: their file is damaged.
        """
        key = self._audited.marks, self._audited.identity, self._source.state.rewinds
        if self._marks is None or key != self._key:
            found = _shared.get(key) or Marks(self._audited.marks)
            self._marks, self._key = _shared.setdefault(key, found), key
        return self._marks

    def stored(self, step: int) -> dict[int, int]:
        """The number on the wall of the image that holds each image of the decoded set, by the number of that."""
        kept = self._source.mask_at(self._source.state, step).kept.nonzero()[0].tolist()
        held = self._source.layout.held
        return {image: kept[image // held] for image in range(held * len(kept))}

    def of(self, step: int) -> Mapping[int, Mark]:
        """The marks on the images of a kept step, by their numbers in the decoded set.

        Raises:
            HDDError: their file is damaged.
        """
        return self._read().of(step)

    def of_images(self, step: int, images: Iterable[int]) -> list[Mark]:
        """The marks on images of the wall, one for each image that they hold in the decoded set."""
        marks = self.of(step)
        return [marks.get(number, Mark()) for number in self._numbers(step, images)]

    def judge(self, step: int, numbers: Iterable[int], verdict: Verdict | None) -> None:
        """Gives a verdict, or takes it back, by numbers in the decoded set.

        Raises:
            HDDError: the file of the marks is damaged or cannot be written.
        """
        self._read().judge(step, numbers, verdict)

    def judge_images(self, step: int, images: Iterable[int], verdict: Verdict | None) -> None:
        """As `judge`, for images of the wall."""
        self.judge(step, self._numbers(step, images), verdict)

    def tag_images(self, step: int, images: Iterable[int], add: Iterable[str], remove: Iterable[str]) -> None:
        """Adds tags to images of the wall, and takes others away.

        Raises:
            HDDError: as in `judge`.
        """
        self._read().tag(step, self._numbers(step, images), add, {*remove})

    def _numbers(self, step: int, images: Iterable[int]) -> list[int]:
        wanted = {*images}
        return [number for number, image in self.stored(step).items() if image in wanted]


def marking_of(source: Source) -> Marking | None:
    """The marks on a source; None for a set that was read from no file."""
    audited = Audited.of(source)
    return None if audited is None else Marking(source, audited)
