"""Distribution matching: the synthetic images follow the gradient of an objective on the features of random networks.

This is the method of Zhao & Bilen (WACV 2023) with any objective of `hdd.objectives`; with "hdd" it is DM+HDD of Li et
al. (2025). Each step draws a fresh network, real images and an augmentation, or uses those that an earlier step drew,
see `hdd.methods.network_pool`. So a step depends only on the images, the momentum and (seed, step).
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hdd.devices import explain_out_of_memory, pick_device
from hdd.errors import HDDError, InvalidInputError
from hdd.knobs import Integer
from hdd.methods.base import Method
from hdd.methods.divergence import explain_divergence
from hdd.methods.knobs import AUGMENTATIONS, OPTIMISATION, MatchingKnobs
from hdd.methods.network_pool import NetworkPool
from hdd.methods.published import DM_PRESETS
from hdd.objectives import OBJECTIVES
from hdd.pruning.distilled_knobs import NAMES as DISTILLED_PRUNING
from hdd.pruning.knobs import PruningKnobs
from hdd.pruning.mask import Mask
from hdd.records import StepRecord

if TYPE_CHECKING:
    from torch import Tensor

    from hdd.data import Dataset
    from hdd.methods.batches import Batches
    from hdd.settings import Settings

_WIDE = {"network_width": 128}
_NO_FLIP = {"augmentation": "_".join(operation for operation in AUGMENTATIONS if operation != "flip")}
_DEFAULTS = {
    "digits": {"network_width": 32, "real_batch": 64, **_NO_FLIP},
    "mnist": _WIDE | _NO_FLIP,
    "svhn": _WIDE | _NO_FLIP,
}


class DMKnobs(MatchingKnobs):
    """The knobs of matching, and the pool of networks."""

    real_uses = Integer(
        1,
        bounds=(1, 10**6),
        softbounds=(1, 20),
        step=1,
        label="Uses of real features",
        unit="steps",
        group=OPTIMISATION,
        doc="Number of steps in which a network is used, with the features of the real images and the augmentation "
        "that were drawn with it. 1 draws everything anew in each step, as in the papers; with more, most steps "
        "embed no real images.",
    )
    network_pool = Integer(
        1,
        bounds=(1, 1000),
        softbounds=(1, 20),
        step=1,
        label="Networks in turn",
        group=OPTIMISATION,
        doc="Number of networks that take turns if real features are used in more than one step. For each of them "
        "classes × real batch × size of a feature × 4 bytes are kept.",
    )


class DM(Method):
    """Distribution matching: random networks, by default a fresh one in every step.

    Attributes:
        feature_scale: the factor on the features that is in force; None until it is set or measured, which is in the
            first step at the latest.
    """

    knobs = DMKnobs
    objective = "mean"
    presets = DM_PRESETS

    @classmethod
    def defaults(cls, dataset: str) -> Mapping[str, Any]:
        """See `Method.defaults`. A mirrored digit is not a digit, and the small bundled digits need no wide network."""
        return _DEFAULTS.get(dataset, _WIDE)

    @classmethod
    def check(cls, data: Dataset, settings: Settings) -> None:
        """See `Method.check`.

        Raises:
            HDDError: ipc is larger than the smallest class, this machine does not have the device or what the objective
                needs, or the network does not fit the images.
        """
        from hdd.methods.batches import check_fits

        OBJECTIVES.get(settings.objective).check()
        check_fits(data, settings)

    def __init__(self, data: Dataset, settings: Settings) -> None:
        from hdd.methods.descent import Descent

        self.check(data, settings)
        self.data, self.settings = data, settings
        self.device = pick_device(settings.device)
        self.step_count = 0
        self.feature_scale: float | None = None
        self._mask: Mask | None = None
        with explain_out_of_memory(self.device):
            self._batches = self._make_batches()
            self._descent = Descent(self._batches.initial_images(settings.init, settings.ipc))
            self._batches.prune(settings)

    def _make_batches(self) -> Batches:
        """Makes the batches of a new run; a subclass may use batches of its own."""
        from hdd.methods.batches import Batches

        return Batches(self.data, self.settings, self.device)

    @property
    def images(self) -> Tensor:
        """(C, ipc, channels, H, W) float32 on the device, normalised."""
        return self._descent.images

    @property
    def momentum(self) -> Tensor:
        """The last step of the images before it was multiplied by the learning rate, in the shape of `images`."""
        return self._descent.momentum

    @property
    def mask(self) -> Mask:
        """See `Method.mask`. That of the initial settings is made when it is first needed."""
        return self._mask or self._put_mask(self._mask_in_force())

    def _mask_in_force(self) -> Mask:
        """The mask that the settings give the present images."""
        from hdd.pruning.distilled import distilled_mask

        with explain_out_of_memory(self.device):
            return distilled_mask(self.data, self.settings, self.images.cpu().numpy(), self.decoder, self.device)

    def _put_mask(self, mask: Mask) -> Mask:
        self._mask = mask
        self._descent.move_only(mask.kept)
        return mask

    @property
    def _network_pool(self) -> NetworkPool:
        return NetworkPool(self.settings.network_pool, self.settings.real_uses)

    def _real_features(self) -> Tensor:
        """Features (C, N, D) of the real images of the next step, whose network is drawn."""
        pool, settings = self._network_pool, self.settings
        drawn = pool.drawn_at(self.step_count)
        self._batches.draw_network(drawn)
        return self._batches.real_features(drawn, settings.real_batch, settings.augmentation, pool.kept)

    def _measure_scale(self, real: Tensor | None = None) -> float:
        """Sets `feature_scale` unless it is set, and returns it.

        Args:
            real: the real features of the next step, centred; if None, they are computed when they are needed.
        """
        if self.feature_scale is None:
            self.feature_scale = self._scale_in_force(real)
        return self.feature_scale

    def _scale_in_force(self, real: Tensor | None) -> float:
        from hdd.geometry.embed import auto_feature_scale

        settings = self.settings
        if settings.feature_scale != "auto":
            return settings.feature_scale
        with explain_out_of_memory(self.device):
            if real is None:
                (real,) = self._batches.centred(settings, self._real_features())
            measured = auto_feature_scale(real, settings.curvature, settings.target_radius)
        return _checked_scale(settings, measured)

    def steer(self, **changes: Any) -> None:
        """See `Method.steer`.

        Setting feature_scale to "auto", or changing target_radius or feature_centre while feature_scale is "auto",
        measures the scale again under the curvature that is then in force.

        Raises:
            HDDError: a knob is unknown or fixed, a value is outside its bounds, the objective cannot be used here, or
                the device has too little memory. Then nothing is changed.
        """
        # If the scale has not been measured yet, it must be measured under the old settings; likewise the mask.
        self._measure_scale()
        before, distilled = (self.settings, self._batches.pool.mask, self.feature_scale), self.mask
        self.settings = self.settings.changed(**changes)
        try:
            OBJECTIVES.get(self.settings.objective).check()
            if changes.keys() & set(PruningKnobs.param):
                with explain_out_of_memory(self.device):
                    self._batches.prune(self.settings)
            if changes.keys() & set(DISTILLED_PRUNING):
                distilled = self._mask_in_force()
            measured_by = {"target_radius", "feature_centre"} if self.settings.feature_scale == "auto" else set()
            if changes.keys() & {"feature_scale", *measured_by}:
                self.feature_scale = None
                self._measure_scale()
        except HDDError:
            self.settings, mask, self.feature_scale = before
            self._batches.pool.set_mask(mask)
            raise
        self._put_mask(distilled)
        if self.settings.objective != before[0].objective:
            self._descent.objective_switched()

    def state(self) -> dict[str, Tensor]:
        """See `Method.state`. If an automatic feature scale has not been measured yet, it is measured here."""
        import torch

        self._measure_scale()
        return {
            "step": torch.tensor(self.step_count),
            **self._descent.state(),
            "distilled_kept": torch.from_numpy(self.mask.kept),
            "distilled_scores": torch.from_numpy(self.mask.scores),
            "feature_scale": torch.tensor(self.feature_scale, dtype=torch.float64),
        }

    def load_state(self, state: dict[str, Tensor]) -> None:
        """See `Method.load_state`; earlier versions wrote no mask, and kept all images."""
        self.step_count = int(state["step"])
        self._descent.load_state(state)
        if "distilled_kept" in state:
            self._put_mask(Mask(state["distilled_kept"].numpy(), state["distilled_scores"].numpy()))
        else:
            self._put_mask(Mask.of_all(*self.images.shape[:2]))
        self.feature_scale = float(state["feature_scale"])

    def step(self) -> StepRecord:
        """See `Method.step`.

        Raises:
            HDDError: the device has too little memory, or the images diverge. Then the images stay as they were.
        """
        with explain_out_of_memory(self.device):
            return self._step()

    def _step(self) -> StepRecord:
        started = time.perf_counter()
        settings, step, batches, descent = self.settings, self.step_count, self._batches, self._descent
        # The mask of the initial settings is made here at the latest.
        _ = self.mask
        real = self._real_features()
        leaf = descent.leaf()
        features = batches.synthetic_features(leaf, self._network_pool.drawn_at(step), settings.augmentation)
        real, synthetic = batches.centred(settings, real, features)
        scale = self._measure_scale(real)
        objective = OBJECTIVES.get(settings.objective).under(settings, scale, step)
        matching = objective.loss(real, synthetic)
        losses, parts = self._total(matching, features)
        with explain_divergence(settings, step, self.data.classes, lambda: objective.radii(real, synthetic.detach())):
            recorded = descent.descend(leaf, losses, settings.image_lr, settings.momentum, settings.gradient_norm)
        self.step_count += 1
        return self.record(
            losses.detach(),
            recorded | parts | objective.diagnostics(real, synthetic.detach(), matching.detach()),
            scale,
            time.perf_counter() - started,
        )

    def _total(self, matching: Tensor, features: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The losses (C,) that the images follow, and what is recorded of them; a subclass may add terms.

        Args:
            matching: (C,), the losses of the objective.
            features: (C, M, D), of the synthetic images, with gradient and not centred.
        """
        return matching, {}


def _checked_scale(settings: Settings, measured: float) -> float:
    """A measured feature scale, if the knob allows it.

    Raises:
        HDDError: it is too large, because the curvature is so near 0.
    """
    from hdd.settings import allowed

    try:
        settings.changed(feature_scale=measured)
    except InvalidInputError:
        raise InvalidInputError(
            f"With curvature={settings.curvature:g} and target_radius={settings.target_radius:g} the automatic "
            f"feature scale would be {measured:.3g}, which is not {allowed('feature_scale')}: give a curvature "
            "further from 0, a smaller target_radius, or a number for feature_scale."
        ) from None
    return measured
