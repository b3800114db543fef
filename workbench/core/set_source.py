"""The source of a synthetic set without a run: it has one step, nothing to steer, and no curves."""

from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from hdd.data.layouts import REFUSE
from hdd.pixels import to_pixels
from hdd.projection import Geometry, Pruning, Viewing
from hdd.pruning.mask import Mask
from hdd.sets import SyntheticSet
from hdd.sets.decoders import DECODERS
from hdd.settings import initial_settings
from workbench.core.audience import Audience
from workbench.core.class_layout import ClassLayout
from workbench.core.shared_answers import SharedAnswers
from workbench.core.source import SourceState, StepImages


@dataclass(frozen=True)
class SetFile:
    """Where a set was read from, and how: what another process needs to read it again.

    Attributes:
        path: of its file or folder.
        dataset: name of the data set that it was distilled from.
        read_as: how it was read, as texts NAME=VALUE.
        image_size: side in pixels to which the images of the data set are resized, for a folder; None keeps its own.
        unreadable: what is done about images of a folder that cannot be read, as the knob of that name.
    """

    path: Path
    dataset: str
    read_as: tuple[str, ...] = ()
    image_size: int | None = None
    unreadable: str = REFUSE


class SetSource:
    """What views read of a synthetic set; see `workbench.core.source.Source`.

    Args:
        synthetic: the set. Its stored images are shown, but the disk draws those that they hold; pass
            `synthetic.decoded()` to show these everywhere.
        dataset: name of the data set that it was distilled from; None shows neither real images nor a disk.
        name: the name that is shown.
        seed: of the viewing network and of the sample of real images.
        image_size: side in pixels to which the images of the data set are resized, for a folder; None keeps its own.
        file: where it was read from; None if nobody else can read it.
        unreadable: as in `SetFile`.

    Raises:
        HDDError: there is no such data set.

    Attributes:
        file: as given.
        driver: None, because there is nothing to steer.
    """

    changes = False
    driver = None

    def __init__(
        self,
        synthetic: SyntheticSet,
        dataset: str | None = None,
        name: str = "synthetic set",
        seed: int = 0,
        image_size: int | None = None,
        file: SetFile | None = None,
        unreadable: str = REFUSE,
    ) -> None:
        self.name = name
        self.file = file
        self.classes = list(synthetic.classes)
        self.mean, self.std = (np.asarray(values, np.float32) for values in (synthetic.mean, synthetic.std))
        self.layout = ClassLayout(synthetic.hard_labels, len(self.classes), DECODERS[synthetic.decoder].held)
        self.viewing = None
        self.state = SourceState(kept=(0,))
        self._images = StepImages(0, synthetic.images)
        self._audience = Audience()
        self._answers = SharedAnswers()
        if dataset is not None:
            settings = initial_settings(dataset, seed=seed, image_size=image_size, unreadable=unreadable)
            normalisation = synthetic.mean, synthetic.std
            viewing = Viewing.of(settings, decoder=synthetic.decoder)
            self.viewing = replace(viewing, classes=len(self.classes), normalisation=normalisation)
            self._pruning = Pruning.of(settings)

    def to_pixels(self, images: np.ndarray) -> np.ndarray:
        """As `Source.to_pixels`."""
        return to_pixels(images, self.mean, self.std)

    def read(self, step: int) -> "Future[StepImages]":
        """As `Source.read`."""
        answer: Future[StepImages] = Future()
        answer.set_result(self._images)
        return answer

    def settings_at(self, state: SourceState, step: int) -> None:
        """As `Source.settings_at`: a set has none."""

    def mask_at(self, state: SourceState, step: int) -> Mask:
        """As `Source.mask_at`: a set has only images that are kept."""
        return Mask.of_all(len(self.layout))

    def look_at(self, state: SourceState, step: int, images: StepImages) -> tuple[Geometry, Pruning]:
        """As `Source.look_at`: those that the default preset gives the data set."""
        assert self.viewing is not None, "without real images there is no disk"
        return self.viewing.geometry, self._pruning

    def shared(self, question: Hashable, ask: Callable[[], Future[Any]]) -> Future[Any]:
        """As `Source.shared`."""
        return self._answers.share(question, ask)

    def join(self, session: object, tab: str, wake: Callable[[], None]) -> None:
        """As `Source.join`."""
        self._audience.join(session, tab, wake)
        wake()

    def leave(self, session: object) -> None:
        """As `Source.leave`."""
        self._audience.leave(session)

    def tabs(self) -> list[str]:
        """As `Source.tabs`."""
        return self._audience.tabs()
