"""The Python interface: a run in one call. The command line calls the same functions."""

import os
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import torch

from hdd.data import Dataset, load_chosen
from hdd.data.layouts import REFUSE
from hdd.devices import pick_device
from hdd.errors import InvalidInputError
from hdd.evaluation import (
    OnEpoch,
    OnNetwork,
    epochs_of_as_many_steps,
    evaluate_full,
    evaluate_images,
    evaluate_random,
)
from hdd.paths import data_set_title
from hdd.process import release_memory
from hdd.progress import Progress
from hdd.protocol import FULL_REAL, RANDOM_REAL, SYNTHETIC, Evaluation, Protocol, make_protocol
from hdd.records import StepRecord
from hdd.runs import history
from hdd.runs.open_set import open_set_of
from hdd.runs.places import check_free
from hdd.runs.real_images import load_real_images
from hdd.runs.resume import check_can_queue, resume
from hdd.runs.run import Run
from hdd.runs.start import create
from hdd.sets import Reading, SyntheticSet, fitted
from hdd.settings import PRESETS, Settings, initial_settings, method_and_objective

OnStep = Callable[[StepRecord], None]
OnWait = Callable[[str], None]


def distill(
    dataset: str | None = None,
    *,
    method: str | None = None,
    objective: str | None = None,
    preset: str = "geometric",
    out: str | os.PathLike[str] | None = None,
    at: Mapping[int, Mapping[str, Any]] | None = None,
    who: str = "python",
    on_step: OnStep | None = None,
    on_load: Progress | None = None,
    on_create: Callable[[Run], None] | None = None,
    on_wait: OnWait | None = None,
    data: Dataset | None = None,
    queue: bool = False,
    initial: SyntheticSet | str | os.PathLike[str] | None = None,
    reading: Reading | None = None,
    **settings: Any,
) -> Run:
    """Makes a run and advances it to its end, in this process.

    Args:
        dataset: a name that `hdd datasets` lists, or folder:PATH; None takes that of the preset, or else "digits".
        method: what moves the images: "dm" or "idm". If no objective is given, the method's own objective is taken,
            which for both makes plain distribution matching.
        objective: the objective at the start: "hdd" (Lorentz centroids; together with "dm" this is DM+HDD) or "mean".
            If neither a method nor an objective is given, the preset decides.
        preset: "geometric", "released", or the name of a published row, see `hdd.settings.PRESETS`.
        out: directory of the run; None makes one below ./runs, named after the data set, the objective and the time.
        at: edits to make when that many steps are completed, {step: {knob: value}}.
        who: the author that is recorded for these edits.
        on_step: called after every step.
        on_load: called with the number of images read and of all images, while a folder is read for the first time.
        on_create: called with the run as soon as it is made.
        on_wait: called with what the run is waiting for, whenever that changes.
        data: the data set, if it is already loaded.
        queue: True waits until all engines that came to the device earlier have ended; False shares the device.
        initial: a set whose images the run starts from, or where it is, as in `hdd.runs.open_set.open_set`. Without
            ipc, that of the set is taken. The run keeps the images, so the file is not needed again.
        reading: how the file of `initial` is to be read.
        settings: other knobs of `hdd.settings.Settings`; they take precedence over the preset.

    Returns:
        The run, which is finished, or was stopped by SIGTERM or a command.

    Raises:
        HDDError: an input is not allowed; the message names it.
        KeyboardInterrupt: as in `hdd.runs.resume.resume`.
    """
    chosen = initial_settings(dataset, preset, **method_and_objective(method, objective), **settings)
    if out is None:
        name = data_set_title(chosen.dataset)
        out = Path("runs") / f"{name}-{chosen.objective}-{datetime.now():%Y%m%d-%H%M%S}"
    check_free(Path(out))
    if queue:
        check_can_queue(chosen.device, Path(out))
    try:
        loaded = data or load_chosen(chosen, on_load)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"The data set {chosen.dataset} was not loaded completely, so no run was made."
        ) from None
    start = None
    if initial is not None:
        start = _fitted_start(initial, loaded, reading)
        if "ipc" not in settings and "ipc" not in PRESETS[preset].values:
            chosen = Settings(**{**chosen.values(), "ipc": max(start.counts)})
    run = create(out, chosen, loaded, at, who, start)
    if on_create is not None:
        on_create(run)
    if queue:
        # A waiting process must not hold the images; when its turn comes, it reads them from the cache.
        loaded = data
        release_memory()
    return resume(run, on_step=on_step, data=loaded, queue=queue, on_wait=on_wait)


def _fitted_start(
    initial: SyntheticSet | str | os.PathLike[str], data: Dataset, reading: Reading | None
) -> SyntheticSet:
    """The set that a run on `data` starts from; its provenance says where it was."""
    if isinstance(initial, SyntheticSet):
        return fitted(initial, data)
    made = fitted(open_set_of(initial, data, reading), data)
    return replace(made, provenance={"from": os.fspath(initial), **made.provenance})


def fork(
    run: Run | str | os.PathLike[str],
    step: int,
    out: str | os.PathLike[str],
    edits: Mapping[str, Any] | None = None,
    who: str = "python",
    on_step: OnStep | None = None,
    on_wait: OnWait | None = None,
    queue: bool = False,
    place: str | None = None,
    on_load: Progress | None = None,
    on_warning: OnWait | None = None,
) -> Run:
    """Branches a new run from `run` at `step`, makes edits at that step, and advances the new run to its end.

    `hdd.runs.history.fork` branches without advancing. Arguments and errors are described there, in `distill` and in
    `hdd.runs.resume.resume`. If the real images are not there, nothing is made.
    """
    run = as_run(run)
    check_free(Path(out))
    if queue:
        check_can_queue(run.initial_settings.device, Path(out))
    data = load_real_images(run, place, on_load)
    child = history.fork(run, step, out, edits, who)
    if queue:
        # A waiting process must not hold the images; when its turn comes, it reads them from the cache.
        data = None
        release_memory()
    return resume(child, on_step=on_step, queue=queue, on_wait=on_wait, data=data, on_warning=on_warning)


def replay(
    run: Run | str | os.PathLike[str],
    out: str | os.PathLike[str],
    on_step: OnStep | None = None,
    place: str | None = None,
    on_load: Progress | None = None,
) -> tuple[Run, int | None]:
    """Makes a run again from its settings and ledger, up to the step that it has reached, and compares the two.

    Arguments and errors are as in `fork`.

    Returns:
        The new run, and the first step at which the two runs differ (`hdd.runs.history.first_difference`); None if
        they do not differ.
    """
    run = as_run(run)
    check_free(Path(out))
    data = load_real_images(run, place, on_load)
    again = history.copy_ledger(run, out)
    resume(again, until=run.step, on_step=on_step, data=data)
    return again, history.first_difference(run, again)


def evaluate(
    run: Run | str | os.PathLike[str],
    step: int | None = None,
    protocol: str = "full",
    on_epoch: OnEpoch | None = None,
    on_network: OnNetwork | None = None,
    data: Dataset | None = None,
    place: str | None = None,
    **changes: Any,
) -> Evaluation:
    """Trains networks on the synthetic images of a run, tests them on real images, and records the result in the run.

    Nothing is recorded in a run that can only be read here (`Run.read_only`).

    Args:
        run: the run or its directory; an engine may be advancing it.
        step: the step whose images are evaluated; None takes the newest kept step.
        protocol: "full" or "quick", see `hdd.protocol`.
        on_epoch: called with the number of epochs done and of all epochs.
        on_network: called after each network with the accuracies so far.
        data: the run's real images, if they are already loaded.
        place: the folder in which the real images are now, if it was moved.
        changes: changes to the protocol, for example networks=3, architecture="resnet18" or augmentation="none". With
            images="random real", the networks are trained on random real images instead, as many per class as distilled
            pruning keeps now, and with images="full real" on all real training images, which takes as many steps (in
            whole epochs) unless epochs are given. Such a baseline belongs to no step, and is recorded at step 0.

    Raises:
        HDDError: no images of that step are kept, the protocol is not allowed, or a baseline is given a step.
    """
    run = as_run(run)
    settings = run.initial_settings
    chosen = make_protocol(
        protocol, **{"depth": settings.network_depth, "augmentation": settings.augmentation, **changes}
    )
    newest = max(run.kept_steps(), default=0)
    if chosen.images == SYNTHETIC:
        step = newest if step is None else step
    elif step not in (None, 0):
        raise InvalidInputError(f"step={step} is not allowed for {chosen.images} images: leave the step out.")
    kept = run.mask_at(newest if step is None else step).kept
    ipc = int(kept[0].sum())
    # Random real images need none of the run.
    made = None if chosen.images == RANDOM_REAL else run.synthetic(step).decoded()
    data = data or load_real_images(run, place)
    result, seconds = _measured(made, ipc, data, chosen, settings.device, "epochs" in changes, on_epoch, on_network)
    took = {"seconds": seconds, "host": socket.gethostname()}
    kept_ipc = None if kept.all() or chosen.images == FULL_REAL else ipc
    run.write_evaluation(step or 0, asdict(result.protocol), result.accuracies, took, kept_ipc)
    return result


def evaluate_set(
    where: SyntheticSet | str | os.PathLike[str],
    dataset: str | None = None,
    protocol: str = "full",
    on_epoch: OnEpoch | None = None,
    on_network: OnNetwork | None = None,
    *,
    reading: Reading | None = None,
    data: Dataset | None = None,
    device: str = "auto",
    image_size: int | None = None,
    unreadable: str = REFUSE,
    **changes: Any,
) -> Evaluation:
    """Trains networks on any distilled set and tests them on real images, under the protocols of `evaluate`.

    Args:
        where: the set, or where it is, as in `hdd.runs.open_set.open_set`.
        dataset: name of the data set that it was distilled from.
        protocol, on_epoch, on_network, changes: as in `evaluate`. Random real images are as many of each class as the
            set has stored images, so these must be equally many.
        reading: how the file is to be read.
        data: the data set, if it is already loaded.
        device, image_size, unreadable: as the knobs of these names; the last two are about `dataset`.

    Raises:
        HDDError: there is no such set, it does not fit the data set, or the protocol is not allowed.
    """
    if data is None:
        if dataset is None:
            raise InvalidInputError("Name the data set that the set was distilled from: its real images test it.")
        data = load_chosen(initial_settings(dataset, image_size=image_size, unreadable=unreadable))
    chosen = make_protocol(protocol, **{"augmentation": initial_settings(data.name).augmentation, **changes})
    made = fitted(where if isinstance(where, SyntheticSet) else open_set_of(where, data, reading), data)
    if chosen.images == RANDOM_REAL and len(set(made.counts)) > 1:
        raise InvalidInputError(
            f"The set has {min(made.counts)} to {max(made.counts)} images of each class, so no number of random real "
            "images compares with it: evaluate it without that baseline."
        )
    decoded = made.decoded()
    result, _ = _measured(decoded, max(made.counts), data, chosen, device, "epochs" in changes, on_epoch, on_network)
    return result


def _measured(
    made: SyntheticSet | None,
    ipc: int,
    data: Dataset,
    protocol: Protocol,
    device_name: str,
    epochs_given: bool,
    on_epoch: OnEpoch | None,
    on_network: OnNetwork | None,
) -> tuple[Evaluation, float]:
    """Evaluates decoded images, or the baseline that the protocol names; with the seconds that it took.

    A full real baseline takes as many steps as training on `made`, unless epochs are given.
    """
    device, started = pick_device(device_name), time.perf_counter()
    if protocol.images == RANDOM_REAL or made is None:
        result = evaluate_random(data, ipc, protocol, device, on_epoch, on_network)
    elif protocol.images == SYNTHETIC:
        images, labels = torch.as_tensor(made.images).to(device), torch.as_tensor(made.labels)
        result = evaluate_images(images, labels, data, protocol, on_epoch, on_network)
    else:
        if not epochs_given:
            epochs = epochs_of_as_many_steps(len(made.images), protocol, len(data.train_labels))
            protocol = replace(protocol, epochs=epochs)
        result = evaluate_full(data, protocol, device, on_epoch, on_network)
    return result, time.perf_counter() - started


def as_run(run: Run | str | os.PathLike[str]) -> Run:
    """Returns the run itself, or opens the run in a directory."""
    return run if isinstance(run, Run) else Run(run)
