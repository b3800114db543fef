"""The command that writes a distilled set in any format."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress

from hdd import sets
from hdd.cli.common import DataPlace, ReadAs, SetPath, load_library, print_line, progress_console
from hdd.cli.knob_options import takes_knobs
from hdd.cli.set_options import check_alone, check_data_set_named
from hdd.errors import InvalidInputError
from hdd.paths import holds_run
from hdd.runs.open_set import marks_of, open_set, open_set_of
from hdd.runs.run import Run
from hdd.sets import Reading, SyntheticSet
from hdd.sets.marks import Verdict, left_out
from hdd.settings import initial_settings


@takes_knobs(["image_size", "unreadable"])
def export(
    path: SetPath,
    knobs: dict[str, Any],
    out: Annotated[
        Path | None, typer.Option("--out", help="Where to write the set; the place must be empty or must not exist.")
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(help="Write the whole run instead, as one page that plays without a server; leave out --out."),
    ] = None,
    step: Annotated[
        int | None, typer.Option(help="Step of the run whose images are written; default: the newest kept step.")
    ] = None,
    format: Annotated[str, typer.Option(help=f"Format: {sets.FORMATS.summary()}")] = "export",
    decoded: Annotated[
        bool, typer.Option("--decoded", help="Write the images to train on, where stored images hold several each.")
    ] = False,
    without: Annotated[
        list[Verdict] | None,
        typer.Option(help="Leave out the images that were given this verdict on the page; can be given several times."),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(help="For files that do not say it: the data set that the set was distilled from."),
    ] = None,
    data_place: DataPlace = None,
    read_as: ReadAs = None,
) -> None:
    """Write the distilled set of a run, or of a file, in a format: with a manifest, and a program that trains on it.

    With --html, write the run as a page whose timeline shows images, disk and curves.
    """
    if (out is None) == (html is None):
        raise InvalidInputError("Say where to write: --out PLACE for the set, or --html FILE for the run as a page.")
    if html is not None:
        if (step, dataset) != (None, None) or decoded or format != "export" or read_as or without or knobs:
            raise InvalidInputError("--html writes a whole run: give nothing else than the run, and --data.")
        _export_film(path, html, data_place)
        return
    assert out is not None, "checked above"
    if data_place is not None:
        raise InvalidInputError("--data is for --html: a set is written without the real images of its run.")
    made = _opened(path, step, dataset, Reading.of_texts(read_as or []), knobs)
    if without:
        made = left_out(made, marks_of(path, made), without)
    made = made.decoded() if decoded else made
    losses = sets.save(made, out, format)
    at = f", step {made.provenance['step']}" if "step" in made.provenance else ""
    print_line(f"{out}: {len(made.images)} images of {len(made.classes)} classes{at}")
    for loss in losses:
        print_line(f"Not held by the format {format}: {loss}")


def _export_film(path: str, html: Path, place: str | None) -> None:
    run = Run(path)
    load_library()
    from hdd.film import save_film

    with Progress(*Progress.get_default_columns(), console=progress_console) as progress:
        task = progress.add_task("drawing steps")

        def on_frame(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        size = save_film(run, html, on_frame=on_frame, place=place)
    print_line(f"{html}: {size / 1e6:.1f} MB, opens in any browser")


def _opened(path: str, step: int | None, dataset: str | None, reading: Reading, knobs: dict[str, Any]) -> SyntheticSet:
    if holds_run(Path(path)):
        check_alone(dataset, reading, knobs)
        return Run(path).synthetic(step)
    if step is not None:
        raise InvalidInputError(f"--step {step} is for runs: leave it out, or write RUN@STEP.")
    if dataset is None:
        check_data_set_named(knobs)
        return open_set(path, reading)
    load_library()
    from hdd.data import load_chosen

    data = load_chosen(initial_settings(dataset, **knobs))
    return sets.fitted(open_set_of(path, data, reading), data)
