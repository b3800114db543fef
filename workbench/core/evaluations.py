"""The evaluations of a run in words, and how long another one will take."""

import socket
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from hdd.protocol import PROTOCOLS, accuracy_text, is_baseline, make_protocol, of_steps
from hdd.published import Distance


def baseline(evaluations: Iterable[dict[str, Any]], protocol: str) -> dict[str, Any] | None:
    """The newest baseline under the protocol with this name, None if there is none."""
    found = [each for each in evaluations if is_baseline(each) and each["protocol"]["name"] == protocol]
    return found[-1] if found else None


def result_text(evaluation: Mapping[str, Any], published: Distance | None = None) -> str:
    """What an evaluation found, such as "Quick evaluation, step 1000: 98.9 ± 0.2 %", and how far from the published."""
    name = evaluation["protocol"]["name"].capitalize()
    what = f"{name} baseline" if is_baseline(evaluation) else f"{name} evaluation, step {evaluation['step']}"
    return f"{what}: {figure_text(evaluation)}{'' if published is None else f', {published}'}"


def figure_text(evaluation: Mapping[str, Any]) -> str:
    """The accuracy of an evaluation; if there was only one network, this says so instead of giving a spread."""
    accuracies = evaluation["accuracies"]
    return accuracy_text(accuracies) + (" (1 network)" if len(accuracies) == 1 else "")


def newest_texts(
    evaluations: Sequence[dict[str, Any]], ipc: int, published: Callable[[dict[str, Any]], Distance | None]
) -> list[str]:
    """The newest result under each protocol, with the baseline and the published accuracy beside it.

    Args:
        evaluations: of a run.
        ipc: images per class of the run.
        published: the distance of an evaluation of the run from a published accuracy, None if there is none.
    """
    newest = {each["protocol"]["name"]: each for each in of_steps(evaluations)}
    names = dict.fromkeys([*newest, *(each["protocol"]["name"] for each in evaluations)])
    texts: list[str] = []
    for name in names:
        control = baseline(evaluations, name)
        parts = [result_text(newest[name], published(newest[name]))] if name in newest else []
        if control is not None:
            beside = f"{ipc} random real images per class: {figure_text(control)}"
            parts.append(beside if parts else f"{name.capitalize()} baseline, {beside}")
        texts.append("; ".join(parts) + ".")
    return texts


def expected_seconds(evaluations: Iterable[dict[str, Any]], protocol: str) -> float | None:
    """How long an evaluation will take on this host, from the newest similar one of the same run; None without one.

    Args:
        evaluations: of the run.
        protocol: a key of `hdd.protocol.PROTOCOLS`.
    """
    chosen = make_protocol(protocol)
    for each in reversed([*evaluations]):
        made, took = each["protocol"], each.get("took")
        epochs = made.get("epochs", 0) * made.get("networks", 0)
        if took and epochs and took["host"] == socket.gethostname() and made.get("width") == chosen.width:
            return took["seconds"] / epochs * chosen.epochs * chosen.networks
    return None


def protocol_text(protocol: str) -> str:
    """What a protocol does, such as "2 networks, 300 epochs each"."""
    chosen = make_protocol(protocol)
    return f"{chosen.networks} networks, {chosen.epochs} epochs each"


NAMES = tuple(reversed(PROTOCOLS))
"""The names of the protocols, the quickest first."""
