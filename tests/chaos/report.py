"""The table of what came of the events."""

from itertools import groupby


def table(outcomes):
    """Markdown: one row for each fault, and one for all."""
    ordered = sorted(outcomes, key=lambda each: (each.event.fault.kind, each.event.fault.name))
    rows = [_row(fault, list(group)) for fault, group in groupby(ordered, key=lambda each: each.event.fault)]
    lost, wrong, untold = _counts(outcomes)
    return "\n".join(
        [
            "| kind | what happens | events | runs lost | wrong bits | not told | told to whom, and where "
            "| what is told | going again after, s: median, worst |",
            "|---|---|---|---|---|---|---|---|---|",
            *rows,
            f"| **all** | | **{len(outcomes)}** | **{lost}** | **{wrong}** | **{untold}** | | | |",
        ]
    )


def _counts(outcomes):
    """How many lost a run, made wrong bits, and were not told."""
    lost, wrong = (sum(bool(getattr(each, name)) for each in outcomes) for name in ("lost", "wrong"))
    return lost, wrong, sum(not each.said for each in outcomes)


def _row(fault, outcomes):
    lost, wrong, untold = _counts(outcomes)
    times = sorted(each.seconds for each in outcomes)
    said = next((each.said for each in outcomes if each.said), "–").replace("|", "\\|").strip()
    return (
        f"| {fault.kind} | {fault.name} | {len(outcomes)} | {lost} | {wrong} | {untold} | {fault.to} | “{said}” | "
        f"{times[len(times) // 2]:.1f}, {times[-1]:.1f} |"
    )
