"""The table of a study: a pure function of its declaration and of what its runs have found. No torch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from hdd.knobs.text import to_text
from hdd.study.budget import budget, unequal
from hdd.study.declaration import Study
from hdd.study.grid import Variant
from hdd.study.results import CellResult
from hdd.study.statistics import Sample, paired


@dataclass(frozen=True)
class Candidate:
    """A variant with the results of its seeds.

    Attributes:
        variant: what was run.
        results: one for each seed, in the order of the study.
    """

    variant: Variant
    results: tuple[CellResult, ...]

    @property
    def accuracy(self) -> Sample | None:
        """At the last step, over the seeds that are done; None before the first is."""
        values = [result.last for result in self.results if result.last is not None]
        return Sample(tuple(values)) if values else None

    @property
    def is_complete(self) -> bool:
        """Whether each seed is done."""
        return all(result.is_done for result in self.results)


@dataclass(frozen=True)
class Row:
    """What is compared: an arm at the values of the grid that are not tuned.

    Attributes:
        label: the arm, and those values.
        candidates: the variants from which the value of the tuned knobs is chosen; one if nothing is tuned.
        chosen: for each seed that has a result, (result, candidate that it comes from).
        budget: see `hdd.study.budget.budget`.
        is_control: whether differences are taken against it.
        control: the label of the row that its difference is taken against; "" if there is none, or it is one itself.
        differing: where its budget differs from that of its control row.
        difference: of the accuracies at the last step to those of the control row, seed by seed; None without a control
            row, before there are pairs, and where budgets differ and the study does not allow that.
    """

    label: str
    candidates: tuple[Candidate, ...]
    chosen: tuple[tuple[CellResult, Candidate], ...]
    budget: Mapping[str, Any]
    is_control: bool
    control: str
    differing: Mapping[str, tuple[Any, Any]]
    difference: Sample | None

    @property
    def accuracy(self) -> Sample | None:
        """At the last step; None before the first seed is done."""
        return self._sample([result.last for result, _ in self.chosen])

    def accuracy_at(self, step: int) -> Sample | None:
        """At a step, over the seeds for which it is known; None if there are none."""
        return self._sample([result.accuracies.get(step) for result, _ in self.chosen])

    @staticmethod
    def _sample(values: Sequence[float | None]) -> Sample | None:
        known = tuple(value for value in values if value is not None)
        return Sample(known) if known else None

    @property
    def step_size(self) -> float | None:
        """Image step size: mean over seeds, steps and classes of gradient norm × image learning rate; None for images
        that do not move."""
        sizes = [result.step_size for result, _ in self.chosen if result.step_size is not None]
        return fmean(sizes) if sizes else None

    @property
    def seconds(self) -> tuple[float, float] | None:
        """Seconds for the steps and for the evaluations of a run, mean over seeds; None before there is one."""
        if not self.chosen:
            return None
        return (
            fmean(result.step_seconds for result, _ in self.chosen),
            fmean(result.evaluation_seconds for result, _ in self.chosen),
        )

    @property
    def remarks(self) -> list[str]:
        """What a reader has to know about this row."""
        found: list[str] = []
        count = len(self.candidates[0].results)
        if len(self.candidates) > 1:
            found += self._choice()
        elif 0 < len(self.chosen) < count:
            found.append(f"{len(self.chosen)} of {count} seeds")
        for candidate in self.candidates:
            failed = [result for result in candidate.results if result.problem]
            if failed:
                found.append(f"{candidate.variant.label}: {len(failed)} of {count} seeds failed: {failed[0].problem}")
        return found

    def _choice(self) -> list[str]:
        """Which values were chosen for how many seeds, and whether they lie at the edge of the grid."""
        if not self.chosen:
            return ["to be chosen when all of its runs have ended"]
        labels = [_point_text(candidate.variant) for _, candidate in self.chosen]
        counts = {label: labels.count(label) for label in sorted({*labels}, key=labels.index)}
        found = [
            f"chosen {label}" + ("" if len(counts) == 1 else f" for {count} of {len(labels)} seeds")
            for label, count in counts.items()
        ]
        for name in self.candidates[0].variant.point:
            values = [candidate.variant.point[name] for candidate in self.candidates]
            numbers = [value for value in values if isinstance(value, int | float)]
            taken = {candidate.variant.point[name] for _, candidate in self.chosen}
            if len({*numbers}) > 1 and taken & {min(numbers), max(numbers)}:
                found.append(f"{name} is at the edge of the grid, so a better value may lie beyond it")
        return found


@dataclass(frozen=True)
class StudyTable:
    """The rows of a study, in the order of its file.

    Attributes:
        study: what was declared.
        rows: what is compared.
        results: of all runs.
    """

    study: Study
    rows: tuple[Row, ...]
    results: tuple[CellResult, ...]

    @property
    def done(self) -> int:
        """How many runs are done."""
        return sum(result.is_done for result in self.results)


def make_table(study: Study, results: Sequence[CellResult]) -> StudyTable:
    """The table of a study.

    Args:
        study: what was declared.
        results: as `hdd.study.results.read_results` returns them.
    """
    candidates = [
        Candidate(variant, tuple(each for each in results if each.cell.variant is variant))
        for variant in study.variants
    ]
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(_row_label(study, candidate.variant), []).append(candidate)
    chosen = {label: _chosen(group) for label, group in groups.items()}
    controls = [label for label, group in groups.items() if group[0].variant.arm.name == study.control]
    rows: list[Row] = []
    for label, group in groups.items():
        variant, own = group[0].variant, budget(group[0].variant, len(group))
        is_control = label in controls
        control, differing, difference = "", {}, None
        fitting = [each for each in controls if _fits(study, groups[each][0].variant, variant)]
        if fitting and not is_control:
            (control,) = fitting
            differing = unequal(own, budget(groups[control][0].variant, len(groups[control])))
            if study.unequal_budgets or not differing:
                difference = paired(_by_seed(chosen[label]), _by_seed(chosen[control]))
        rows.append(Row(label, tuple(group), tuple(chosen[label]), own, is_control, control, differing, difference))
    return StudyTable(study, tuple(rows), tuple(results))


def _by_seed(chosen: Sequence[tuple[CellResult, Candidate]]) -> list[tuple[int, float]]:
    return [(result.cell.seed, result.last) for result, _ in chosen if result.last is not None]


def _point_text(variant: Variant) -> str:
    return ", ".join(f"{name}={to_text(value)}" for name, value in variant.point.items())


def _row_label(study: Study, variant: Variant) -> str:
    kept = {name: value for name, value in variant.point.items() if name not in study.tuned}
    return ", ".join([variant.arm.name, *(f"{name}={to_text(value)}" for name, value in kept.items())])


def _fits(study: Study, control: Variant, variant: Variant) -> bool:
    """Whether `control` is what `variant` is compared with: it has the same values of the knobs that multiply it."""
    return all(
        getattr(variant.settings, name) == value for name, value in control.point.items() if name not in study.tuned
    )


def _chosen(group: Sequence[Candidate]) -> list[tuple[CellResult, Candidate]]:
    """The results that stand for a row, one for each seed that has one.

    Where values are tuned, that of each seed is the one with the highest mean accuracy at the last step over the other
    seeds, so that no seed has a say in its own choice; with a single seed, it has to. Values of which a run failed are
    not chosen, and nothing is chosen before all runs have ended.
    """
    if len(group) == 1:
        return [(result, group[0]) for result in group[0].results if result.accuracies]
    if not all(result.is_decided for candidate in group for result in candidate.results):
        return []
    fit = [candidate for candidate in group if candidate.is_complete]
    if not fit:
        return []
    found: list[tuple[CellResult, Candidate]] = []
    for place in range(len(fit[0].results)):

        def accuracy_of_others(candidate: Candidate, place: int = place) -> float:
            values = [result.last or 0.0 for result in candidate.results]
            return fmean(values[:place] + values[place + 1 :] or values)

        best = max(fit, key=accuracy_of_others)
        found.append((best.results[place], best))
    return found
