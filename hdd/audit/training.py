"""How well networks learn from the set, beside as many random real images: of several architectures."""

from dataclasses import replace

from hdd.api import evaluate_set
from hdd.audit.base import Measure, Metric
from hdd.audit.subject import Subject
from hdd.networks import DEFAULT, fitting
from hdd.protocol import FULL_REAL, RANDOM_REAL, SYNTHETIC, Evaluation, accuracy_text
from hdd.ranking import Difference, hard_label_recovery, improvement_over_random
from hdd.sets import SyntheticSet

PROTOCOL = "quick"

ARCHITECTURES = (DEFAULT, "mlp", "lenet")
"""Those that two cores train in minutes; `hdd evaluate --architectures all` takes AlexNet, VGG11 and ResNet18 too."""


def _evaluated(subject: Subject, made: SyntheticSet, architecture: str, images: str) -> Evaluation:
    doing = f"training {architecture} on {'the set' if images == SYNTHETIC else f'{images} images'}"

    def on_epoch(done: int, total: int) -> None:
        if subject.progress is not None:
            subject.progress(doing, done, total)

    return evaluate_set(
        made, None, PROTOCOL, on_epoch, data=subject.data, architecture=architecture, images=images, seed=subject.seed
    )


def measure(subject: Subject) -> list[Measure]:
    """Trains networks on the set and on random real images, and tests them on the real test images."""
    given = subject.given
    _, channels, height, width = subject.synthetic.images.shape
    fit = fitting(channels, (height, width))
    names = [name for name in ARCHITECTURES if name in fit]
    made = {name: _evaluated(subject, given, name, SYNTHETIC) for name in names}
    # How the baseline is drawn says how many images a class has, so it needs one number for all classes.
    comparable = len(set(given.counts)) == 1
    random = {name: _evaluated(subject, given, name, RANDOM_REAL) for name in names} if comparable else {}
    figures = [_accuracy(made[name], random.get(name), given.counts[0]) for name in names]
    return [*figures, *_ranked(subject, made, random)]


def _accuracy(made: Evaluation, random: Evaluation | None, per_class: int) -> Measure:
    name = made.protocol.architecture
    words = f"{accuracy_text(made.accuracies)} by {len(made.accuracies)} networks of architecture {name}; "
    if random is None:
        words += "the classes have unequal numbers of images, so no number of random real ones compares"
    else:
        words += f"{accuracy_text(random.accuracies)} with random real images, {per_class} of each class"
    return Measure(f"accuracy of {name}", made.mean, f"{words}.", control=random and random.mean)


def _gain(made: Evaluation, random: Evaluation) -> Difference:
    gain = improvement_over_random(made.as_dict(), [random.as_dict()])
    assert gain is not None, "both are of one protocol"
    return gain


def _ranked(subject: Subject, made: dict[str, Evaluation], random: dict[str, Evaluation]) -> list[Measure]:
    """The figures of DD-Ranking, which have hard labels, and what of the improvement other architectures keep."""
    given, own = subject.given, made[DEFAULT]
    if given.labels.ndim == 2:
        own = _evaluated(subject, replace(given, labels=given.hard_labels), DEFAULT, SYNTHETIC)
    full = _evaluated(subject, given, DEFAULT, FULL_REAL)
    recovery = hard_label_recovery(own.as_dict(), [full.as_dict()])
    assert recovery is not None, "both are of one protocol"
    found = [
        Measure(
            "hard-label recovery",
            100 * recovery.mean,
            f"All real images, trained on for as many steps, are better by {recovery}. Lower is better; so few steps "
            "flatter the set.",
            unit="points",
        )
    ]
    if not random:
        return found
    gain = _gain(own, random[DEFAULT])
    words = f"Over as many random real images, with hard labels: {gain}, by {DEFAULT}."
    found.append(Measure("improvement over random", 100 * gain.mean, words, unit="points"))
    others = [_gain(made[name], random[name]).mean for name in made if name != DEFAULT]
    if others:
        value = 100 * sum(others) / len(others)
        words = f"Mean improvement over random real images, over {len(others)} other architectures than {DEFAULT}."
        found.append(Measure("transfer", value, words, unit="points"))
    return found


METRIC = Metric(
    "Training",
    "Shows what the set is made for: what networks learn from it, beside as many random real images, and whether "
    "other architectures than the one it was distilled with learn it too. Two networks of each, and few epochs: enough "
    "to rank sets, not to report them.",
    "Protocol of Zhao & Bilen (2023); hard-label recovery and improvement over random of DD-Ranking (Li et al. 2025)",
    measure,
    trains=True,
)
