"""The report of a study as the page shows it: the words and tables of `hdd.study.report`, and the runs they lead to."""

from dataclasses import dataclass

from hdd.study import report
from hdd.study.pace import left_text
from hdd.study.table import StudyTable
from workbench.core.arm_plots import ArmPlots, first_run, make_plots, row_results


@dataclass(frozen=True)
class ReportTable:
    """A table of the report.

    Attributes:
        caption: what it is.
        titles: of its columns.
        lines: the cells of each line.
        runs: for each line the run that the page shows for it, see `workbench.core.arm_plots.RunMark.run`.
    """

    caption: str
    titles: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    runs: tuple[str, ...]


@dataclass(frozen=True)
class StudyReport:
    """What a study has found so far.

    Attributes:
        title: what it asks; the name of its folder if the file does not say.
        progress: how many runs are done, and how long the others will take.
        failures: which arms have runs that failed, such as those whose images diverged; "" if there are none.
        plots: of the rows.
        tables: means and differences; and if there are several, the accuracies by step, and all values that were tried.
        notes: what a reader has to know about single rows, how the figures were found, and what the arms may use.
    """

    title: str
    progress: str
    failures: str
    plots: ArmPlots
    tables: tuple[ReportTable, ...]
    notes: tuple[str, ...]


def make_report(table: StudyTable, name: str, prefix: str = "") -> StudyReport:
    """The report of a study.

    Args:
        table: what was found so far.
        name: of the study's folder.
        prefix: see `workbench.core.arm_plots.make_plots`.
    """
    done, *method = report.method_lines(table)
    left = left_text(table.results)
    of_rows = [first_run(row_results(row), prefix) for row in table.rows]
    of_values = [first_run(each.results, prefix) for row in table.rows for each in row.candidates]
    parts = (
        ("Means and differences", report.main_table(table), of_rows),
        ("Accuracy by step", report.steps_table(table), of_rows),
        ("All values", report.candidates_table(table), of_values),
    )
    return StudyReport(
        title=table.study.title or name,
        progress=f"{done} {left[:1].upper()}{left[1:]}." if left else done,
        failures=_failures(table),
        plots=make_plots(table, prefix),
        tables=tuple(
            ReportTable(caption, tuple(part[0]), tuple(map(tuple, part[1])), tuple(runs))
            for caption, part, runs in parts
            if part is not None
        ),
        notes=(*report.remark_lines(table), *method, *report.budget_lines(table)),
    )


def _failures(table: StudyTable) -> str:
    failed = [each.cell.variant.label for each in table.results if each.problem]
    arms = ", ".join(dict.fromkeys(failed))
    return (
        f"{len(failed)} {'run' if len(failed) == 1 else 'runs'} failed: {arms}. The notes below say why."
        if failed
        else ""
    )
