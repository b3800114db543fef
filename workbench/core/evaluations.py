"""The evaluations of a run in words, and how long another one will take."""

import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hdd.networks import DEFAULT
from hdd.protocol import (
    FULL_REAL,
    PROTOCOLS,
    RANDOM_REAL,
    SYNTHETIC,
    accuracy_text,
    architecture,
    baseline_of,
    condition,
    is_baseline,
    make_protocol,
    of_steps,
)
from hdd.published import Distance
from workbench.core.progress_text import duration


def newest_baseline(evaluations: Iterable[dict[str, Any]], protocol: str) -> dict[str, Any] | None:
    """The newest baseline of random real images under the protocol with this name, None if there is none."""
    found = [
        each
        for each in evaluations
        if each["protocol"]["name"] == protocol and each["protocol"].get("images") == RANDOM_REAL
    ]
    return found[-1] if found else None


def result_text(evaluation: Mapping[str, Any], published: Distance | None = None) -> str:
    """What an evaluation found, such as "Quick evaluation, step 1000: 98.9 ± 0.2 %", and how far from the published."""
    protocol = evaluation["protocol"]
    name = protocol["name"].capitalize()
    what = f"{name} baseline" if is_baseline(evaluation) else f"{name} evaluation, step {evaluation['step']}"
    if protocol.get("images", SYNTHETIC) not in (SYNTHETIC, RANDOM_REAL):
        what += f", {protocol['images']}"
    if architecture(evaluation) != DEFAULT:
        what += f", {architecture(evaluation)}"
    if (ipc := evaluation.get("kept_ipc")) is not None:
        what += f", {ipc} images per class"
    return f"{what}: {figure_text(evaluation)}{'' if published is None else f', {published}'}"


def figure_text(evaluation: Mapping[str, Any]) -> str:
    """The accuracy of an evaluation; if there was only one network, this says so instead of giving a spread."""
    accuracies = evaluation["accuracies"]
    return accuracy_text(accuracies) + (" (1 network)" if len(accuracies) == 1 else "")


def newest_texts(
    evaluations: Sequence[dict[str, Any]], ipc: int, published: Callable[[dict[str, Any]], Distance | None]
) -> list[str]:
    """The newest result of ConvNets under each protocol, with the baseline and the published accuracy beside it.

    Args:
        evaluations: of a run.
        ipc: images per class of the run.
        published: the distance of an evaluation of the run from a published accuracy, None if there is none.
    """
    usual = [each for each in evaluations if architecture(each) == DEFAULT]
    newest = {each["protocol"]["name"]: each for each in of_steps(usual)}
    names = dict.fromkeys([*newest, *(each["protocol"]["name"] for each in usual)])
    texts: list[str] = []
    for name in names:
        control = baseline_of(newest[name], usual) if name in newest else newest_baseline(usual, name)
        parts = [result_text(newest[name], published(newest[name]))] if name in newest else []
        if control is not None:
            beside = f"{control.get('kept_ipc') or ipc} random real images per class: {figure_text(control)}"
            parts.append(beside if parts else f"{name.capitalize()} baseline, {beside}")
        if parts:
            texts.append("; ".join(parts) + ".")
    return texts


def _across_architectures(evaluations: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest evaluation by each architecture of what the newest one by another network than a ConvNet was about."""
    made = of_steps(evaluations)
    others = [each for each in made if architecture(each) != DEFAULT]
    if not others:
        return []

    def subject(each: Mapping[str, Any]) -> dict[str, Any]:
        return {**condition(each), "architecture": None, "step": each["step"]}

    return [*{architecture(each): each for each in made if subject(each) == subject(others[-1])}.values()]


def architecture_rows(evaluations: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """How well networks of each architecture learn from the same images under the same protocol.

    Args:
        evaluations: of a run.

    Returns:
        (architecture, accuracy), and if there are any baselines of random real images, that of the architecture too;
        for the step and protocol of the newest evaluation by another network than a ConvNet, empty if there is none.
    """
    found = _across_architectures(evaluations)
    baselines = [baseline_of(each, evaluations) for each in found]
    rows = [(architecture(each), figure_text(each)) for each in found]
    if not any(baselines):
        return [*rows]
    return [(*row, "–" if each is None else figure_text(each)) for row, each in zip(rows, baselines, strict=True)]


def architecture_heading(evaluations: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    """The heading of `architecture_rows`, which begins with what they are about, such as "Quick, step 20"."""
    found = _across_architectures(evaluations)
    what = f"{found[0]['protocol']['name'].capitalize()}, step {found[0]['step']}" if found else ""
    columns = len(architecture_rows(evaluations)[0]) if found else 0
    return (what, "Accuracy", "Random real")[:columns]


def results_text(results: Sequence[Mapping[str, Any]], by_step: bool = False) -> str:
    """What several evaluations found: "convnet 62.5 ± 17.7 %, mlp 50.0 ± 0.1 %", or by step "step 0: 12.5 ± 0.3 %, …".

    Of many, the first and the last ones are told.
    """
    by_network = not by_step or len({architecture(each) for each in results}) > 1
    texts: list[str] = []
    for each in results:
        step = f"step {each['step']}: " if by_step else ""
        texts.append(f"{step}{f'{architecture(each)} ' if by_network else ''}{figure_text(each)}")
    return ", ".join(texts if len(texts) <= 2 * TOLD else [*texts[:TOLD], "…", *texts[-TOLD:]])


def evaluation_progress(progress: Mapping[str, Any]) -> tuple[str, int, int]:
    """How far an evaluation is: with the architecture that is being trained, or with all steps if there is only one.

    Args:
        progress: what `hdd evaluate --json-lines` has printed, see `workbench.core.job.Job`.

    Returns:
        What is trained and its place as the beginning of a sentence, such as "mlp (2 of 3), ", "step 9 (3 of 11), " or
        "step 9, mlp (6 of 22), ", which is "" if there is only one; and the number of epochs that are done and of all
        epochs, 0 before the first.
    """
    names, done, total = progress.get("architectures", [DEFAULT]), progress.get("done", 0), progress.get("total", 0)
    steps = progress.get("steps", [])
    count = len(names) * max(1, len(steps))
    if count == 1 or not total:
        return "", done, total
    place, each = names.index(progress["architecture"]), total // count
    if steps:
        place += len(names) * steps.index(progress["step"])
    by = [*([f"step {progress['step']}"] if steps else []), *([progress["architecture"]] if len(names) > 1 else [])]
    words = f"{', '.join(by)} ({place + 1} of {count}), "
    # The time left is told of what has one pace: of all steps, but of one architecture.
    if len(names) == 1:
        return words, done, total
    # An architecture that has just begun has printed no progress yet, so the newest is that of the one before.
    return words, max(0, done - place * each), each


def so_far_text(accuracies: Sequence[float]) -> str:
    """The accuracies of the networks that are trained already, as the end of a sentence; "" before the first."""
    if not accuracies:
        return ""
    return f"; so far {accuracy_text(accuracies)} ({len(accuracies)} network{'s' if len(accuracies) > 1 else ''})"


def expected_seconds(evaluations: Iterable[dict[str, Any]], protocol: str, by: str = DEFAULT) -> float | None:
    """How long an evaluation will take on this host, from the newest similar one of the same run; None without one.

    Args:
        evaluations: of the run.
        protocol: a key of `hdd.protocol.PROTOCOLS`.
        by: the architecture that is trained.
    """
    chosen = make_protocol(protocol, architecture=by)
    for each in reversed([*evaluations]):
        made, took = each["protocol"], each.get("took")
        epochs = made.get("epochs", 0) * made.get("networks", 0)
        # An epoch of all real images takes much longer than one of the synthetic ones.
        same = (
            made.get("images") != FULL_REAL
            and architecture(each) == chosen.architecture
            and made.get("width") == chosen.width
        )
        if took and epochs and took["host"] == socket.gethostname() and same:
            return took["seconds"] / epochs * chosen.epochs * chosen.networks
    return None


def expected_text(evaluations: Sequence[dict[str, Any]], architectures: Iterable[str], steps: int = 1) -> str:
    """How long evaluations by these architectures will take on this host; "" if none of them was measured here.

    Args:
        evaluations: of the run.
        architectures: what is trained.
        steps: of how many steps the images are evaluated.

    Returns:
        For example "Expected time: quick about 3 min, full about 25 min; resnet18 was not measured here yet."
    """
    measured: dict[str, float] = dict.fromkeys(NAMES, 0.0)
    unknown: list[str] = []
    for by in (names := [*architectures]):
        seconds = {name: expected_seconds(evaluations, name, by) for name in NAMES}
        for name, each in seconds.items():
            if each is None:
                unknown += [by] if by not in unknown else []
            else:
                measured[name] += each * steps
    if len(unknown) == len(names):
        return ""
    missing = f"; not measured here yet: {', '.join(unknown)}" if unknown else ""
    times = ", ".join(f"{name} about {duration(seconds)}" for name, seconds in measured.items())
    return f"Expected time: {times}{missing}."


def protocol_text(protocol: str) -> str:
    """What a protocol does, such as "2 networks, 300 epochs each"."""
    chosen = make_protocol(protocol)
    return f"{chosen.networks} networks, {chosen.epochs} epochs each"


TOLD = 3
"""How many of the first and of the last results are told of many."""
NAMES = tuple(reversed(PROTOCOLS))
"""The names of the protocols, the quickest first."""
