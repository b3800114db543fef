"""The table of a study in words and columns, and as study.md. The terminal shows the same. No torch."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hdd.knobs.text import to_text
from hdd.networks import users
from hdd.protocol import percent_text
from hdd.study.budget import difference_text, words
from hdd.study.statistics import LEVEL, Sample
from hdd.study.table import Row, StudyTable

REPORT, PLOT = "study.md", "study.svg"

MADE_BY = ("hdd-workbench", "commit", "torch", "numpy", "python", "system", "processor", "threads", "hosts", "data")
"""What the report says of how the runs were made."""

Lines = list[list[str]]


def accuracy_text(sample: Sample | None) -> str:
    """For example "62.5 ± 0.7"; the unit is in the head of the column."""
    return "–" if sample is None else percent_text(sample.mean, sample.sd).removesuffix(" %")


def difference_of(sample: Sample) -> str:
    """A difference in points with its interval, for example "+0.43 [-0.10, +0.96]"."""
    half = sample.half_width
    interval = "" if half is None else f" [{100 * (sample.mean - half):+.2f}, {100 * (sample.mean + half):+.2f}]"
    return f"{100 * sample.mean:+.2f}{interval}"


def _difference_cell(row: Row) -> str:
    if row.is_control:
        return "control"
    if row.difference is not None:
        return difference_of(row.difference) + (" ≠" if row.differing else "")
    return "unequal budgets" if row.differing else "–"


def _step_size(row: Row) -> str:
    return "–" if row.step_size is None else f"{row.step_size:.3g}"


def _seconds(row: Row) -> str:
    return "–" if row.seconds is None else f"{row.seconds[0]:.0f} + {row.seconds[1]:.0f}"


def main_table(table: StudyTable) -> tuple[list[str], Lines]:
    """Titles and lines of the main table, one line for each row."""
    level = f"{100 * LEVEL:.0f} %"
    titles = ["arm", "accuracy (%)", "n", f"difference (points) [{level}]", "image step size", "seconds"]
    lines = [
        [
            row.label,
            accuracy_text(row.accuracy),
            str(0 if row.accuracy is None else row.accuracy.n),
            _difference_cell(row),
            _step_size(row),
            _seconds(row),
        ]
        for row in table.rows
    ]
    return titles, lines


def steps_table(table: StudyTable) -> tuple[list[str], Lines] | None:
    """Titles and lines of the accuracies by step; None if the study evaluates one step only."""
    if len(table.study.steps) < 2:
        return None
    titles = ["accuracy (%) at step", *map(str, table.study.steps)]
    return titles, [
        [row.label, *(accuracy_text(row.accuracy_at(step)) for step in table.study.steps)] for row in table.rows
    ]


def candidates_table(table: StudyTable) -> tuple[list[str], Lines] | None:
    """Titles and lines of all values from which the tuned ones were chosen; None if nothing is tuned."""
    if not table.study.tuned:
        return None
    lines: Lines = []
    for row in table.rows:
        for candidate in row.candidates:
            sizes = [result.step_size for result in candidate.results if result.step_size is not None]
            size = f"{sum(sizes) / len(sizes):.3g}" if sizes else "–"
            count = 0 if candidate.accuracy is None else candidate.accuracy.n
            lines.append([candidate.variant.label, accuracy_text(candidate.accuracy), str(count), size])
    return ["every value", "accuracy (%)", "n", "image step size"], lines


def budget_lines(table: StudyTable) -> list[str]:
    """Sentences about the budgets, to be read before the table."""
    rows = [row for row in table.rows if len(row.budget) > 1]
    shared = (
        {name: value for name, value in rows[0].budget.items() if all(r.budget.get(name) == value for r in rows)}
        if rows
        else {}
    )
    lines = []
    if shared:
        lines.append("The same for all: " + "; ".join(f"{words(k)} {to_text(v)}" for k, v in shared.items()) + ".")
    for row in table.rows:
        if row.differing:
            end = (
                "The difference is given because the study says unequal_budgets: true."
                if table.study.unequal_budgets
                else "So no difference is given; unequal_budgets: true in the study file would give it."
            )
            lines.append(f"Unequal budgets, {row.label}: {difference_text(row.differing)}. {end}")
    return lines


def method_lines(table: StudyTable) -> list[str]:
    """Sentences on how accuracies and differences were found."""
    study, protocol = table.study, table.study.protocol
    width = f", width {protocol.width}" if protocol.architecture in users("width") else ""
    networks = "1 network" if protocol.networks == 1 else f"{protocol.networks} networks"
    augmented = "not augmented" if protocol.augmentation == "none" else "augmented"
    total = len(table.results)
    lines = [
        f"{table.done} of {total} runs are done." if table.done < total else f"All {total} runs are done.",
        f"Accuracy: on the test images, mean over {networks} ({protocol.architecture}{width}, {protocol.epochs} "
        f"epochs, {augmented}) trained on the images of the last step; then mean ± standard deviation over n seeds.",
        f"Difference: to {study.control}, paired by seed, with the {100 * LEVEL:.0f} % interval of its mean by "
        "Student's t distribution with n − 1 degrees of freedom. Each interval stands for itself: of many, some miss.",
    ]
    if study.tuned:
        how = (
            "by the accuracy of the same seed, as there is only one, so accuracies are too high"
            if len(study.seeds) == 1
            else "for each seed by the mean accuracy of the other seeds"
        )
        lines.append(f"{', '.join(study.tuned)}: chosen arm by arm, {how}, on the same test images.")
    return lines


def remark_lines(table: StudyTable) -> list[str]:
    """What a reader has to know about single rows."""
    return [f"{row.label}: {'; '.join(row.remarks).rstrip('.')}." for row in table.rows if row.remarks]


def _markdown(titles: Sequence[str], lines: Lines) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return [line(titles), "|" + "---|" * len(titles), *map(line, lines), ""]


def made_by_lines(table: StudyTable) -> list[str]:
    """What the runs were made with, and whether that differs between them."""
    lines: list[str] = []
    for name in MADE_BY:
        found: list[str] = []
        for result in table.results:
            value = result.made_by.get(name)
            text = ", ".join(value) if isinstance(value, list) else str(value or "")
            if text and text not in found:
                found.append(text)
        if found:
            lines.append(f"{name}: {' and, in other runs, '.join(found)}")
    return lines


def markdown(table: StudyTable, folder: Path, plot: str | None = PLOT) -> str:
    """The content of study.md.

    Args:
        table: what was found.
        folder: the directory of the study, for the command.
        plot: name of the picture beside the report; None if there is none.
    """
    study = table.study
    lines = [f"# {study.title or folder.name}", "", f"Made by `hdd study {folder}`.", ""]
    for texts in (method_lines(table), budget_lines(table)):
        lines += [*(f"- {text}" for text in texts)]
    lines += ["", *_markdown(*main_table(table))]
    lines += [
        "*image step size*: mean gradient norm × image learning rate. *seconds*: of a run, for its steps + for its "
        "evaluations.",
        "",
        *(f"- {text}" for text in remark_lines(table)),
    ]
    for heading, part in (("Accuracy by step", steps_table(table)), ("All values", candidates_table(table))):
        if part is not None:
            lines += ["", f"## {heading}", "", *_markdown(*part)]
    if plot is not None:
        lines += ["", f"![accuracies]({plot})"]
    lines += ["", "## How it was made", "", *(f"- {text}" for text in made_by_lines(table))]
    return "\n".join([*lines, "", "```yaml", study.text().rstrip(), "```", ""])


def as_dict(table: StudyTable) -> dict[str, Any]:
    """The table, JSON-compatible: fractions, not percent."""

    def sample(value: Sample | None) -> Mapping[str, object] | None:
        return None if value is None else value.as_dict()

    return {
        "title": table.study.title,
        "control": table.study.control,
        "seeds": [*table.study.seeds],
        "protocol": vars(table.study.protocol),
        "runs": {"done": table.done, "of": len(table.results)},
        "rows": [
            {
                "arm": row.candidates[0].variant.arm.name,
                "label": row.label,
                "accuracy": sample(row.accuracy),
                "by_step": {str(step): sample(row.accuracy_at(step)) for step in table.study.steps},
                "difference": sample(row.difference),
                "budget": dict(row.budget),
                "unequal_budget": {name: [*values] for name, values in row.differing.items()},
                "image_step_size": row.step_size,
                "seconds": None if row.seconds is None else {"steps": row.seconds[0], "evaluations": row.seconds[1]},
                "remarks": row.remarks,
                "values": [
                    {"label": each.variant.label, "point": dict(each.variant.point), "accuracy": sample(each.accuracy)}
                    for each in row.candidates
                ],
            }
            for row in table.rows
        ],
    }
