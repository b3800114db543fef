"""The command that evaluates the images of a run. It imports torch when it is run."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import Progress, TaskID
from rich.table import Table

from hdd import ranking
from hdd.cli.common import (
    AsJson,
    AsJsonLines,
    DataPlace,
    JsonLines,
    ReadAs,
    SetPath,
    console,
    load_library,
    print_json,
    print_line,
    progress_console,
)
from hdd.cli.control import By, TakeOver, check_control
from hdd.cli.knob_options import takes_knobs
from hdd.cli.set_options import check_alone
from hdd.errors import InvalidInputError
from hdd.networks import DEFAULT, NETWORKS, fitting, make_network
from hdd.paths import holds_run
from hdd.protocol import FULL_REAL, RANDOM_REAL, Evaluation, Protocol, accuracy_text, percent_text
from hdd.published import Distance, distance
from hdd.runs.open_set import open_set_of
from hdd.runs.real_images import check_place_of_run
from hdd.runs.run import Run
from hdd.sets import Reading, SyntheticSet, fitted
from hdd.settings import Settings, initial_settings

BASELINES = {"random": RANDOM_REAL, "full": FULL_REAL}
Baseline = StrEnum("Baseline", list(BASELINES))


@takes_knobs(["image_size", "unreadable"])
def evaluate(
    path: SetPath,
    knobs: dict[str, Any],
    step: Annotated[
        int | None, typer.Option(help="Step whose images are tested; default: the newest kept step.")
    ] = None,
    steps: Annotated[
        str | None, typer.Option(metavar="STEPS", help="Several kept steps, joined by commas, one after another.")
    ] = None,
    every: Annotated[int | None, typer.Option(min=1, help="All kept steps that are a multiple of this number.")] = None,
    protocol: Annotated[
        str, typer.Option(help="full: 1000 epochs, 5 networks; quick: 300 epochs, 2 networks.")
    ] = "full",
    networks: Annotated[int | None, typer.Option(min=1, help="Number of networks to train.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs for each network.")] = None,
    width: Annotated[int | None, typer.Option(min=1, help="Width of the architectures that have a choice.")] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, help="Seed of the random draws; evaluations with the same seed can be compared in pairs."),
    ] = None,
    augment: Annotated[
        bool | None, typer.Option(help="Train with or without augmentation; default: as in the run.")
    ] = None,
    baseline: Annotated[
        Baseline | None,
        typer.Option(
            help="For comparison, train on real images instead: random ones, as many per class, or the full training "
            "part, for as many steps in whole epochs unless --epochs says how many."
        ),
    ] = None,
    architectures: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Architectures to train, joined by commas, or all that fit the images; default: convnet. "
            f"{NETWORKS.summary()}",
        ),
    ] = None,
    dataset: Annotated[
        str | None,
        typer.Option(help="For files, not for runs: the data set that the set was distilled from, which tests it."),
    ] = None,
    data_place: DataPlace = None,
    read_as: ReadAs = None,
    take_over: TakeOver = False,
    by: By = None,
    as_json: AsJson = False,
    as_json_lines: AsJsonLines = False,
) -> None:
    """Train networks on the images of a run, or of any distilled set, and test them on real images.

    Step 0 of a run holds its initial images. Results are recorded in the run; those of a file are only printed.
    """
    lines = JsonLines(as_json_lines)
    with lines.errors():
        reading = Reading.of_texts(read_as or [])
        run = None if _is_file(path, step, dataset) else Run(path)
        check_place_of_run(run is not None, data_place)
        if run is not None:
            check_alone(dataset, reading, knobs)
        given = {"networks": networks, "epochs": epochs, "width": width, "seed": seed}
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if baseline is not None:
            changes["images"] = BASELINES[baseline]
        if augment is not None:
            changes["augmentation"] = Settings.knob("augmentation").default if augment else "none"
        if run is None and (steps, every) != (None, None):
            raise InvalidInputError("--steps and --every are for runs: leave them out.")
        wanted = [None] if run is None else chosen_steps(run, step, steps, every)
        if baseline is not None and (steps, every) != (None, None):
            raise InvalidInputError("A baseline belongs to no step: leave out --steps and --every.")
        if run is not None and run.read_only:
            progress_console.print(
                f"{run.path} can only be read here ({run.read_only}), so the accuracies are printed and not recorded.",
                markup=False,
                highlight=False,
            )
        elif run is not None and by is None:
            check_control(run, "hdd evaluate", take_over)
        api = load_library(background=True)
        from hdd.runs.real_images import load_real_images

        made = data = None
        if run is not None:
            data = load_real_images(run, data_place)
            names, ipc = chosen_architectures(run, architectures), run.initial_settings.ipc
        else:
            assert dataset is not None, "`_is_file` refuses files without one"
            data = api.load_chosen(initial_settings(dataset, **knobs))
            made = fitted(open_set_of(path, data, reading), data)
            names, ipc = _architectures(made.decoded(), Protocol().depth, architectures), max(made.counts)
        several = len(wanted) > 1
        lines.write(architectures=names, **({"steps": wanted} if several else {}))
        jobs = [(each, name) for each in wanted for name in names]
        found: list[dict[str, Any]] = []
        columns = Progress.get_default_columns()
        with Progress(*columns, console=progress_console, disable=as_json_lines) as progress:
            for place, (each, name) in enumerate(jobs):
                label = f"{name}, step {each}" if several else name
                task = progress.add_task(label)
                lines.write(**({"step": each} if several else {}), architecture=name, accuracies=[])

                def on_epoch(done: int, total: int, place: int = place, task: TaskID = task) -> None:
                    progress.update(task, completed=done, total=total)
                    lines.write_throttled(done=place * total + done, total=len(jobs) * total)

                def on_network(
                    accuracies: list[float], name: str = name, label: str = label, task: TaskID = task
                ) -> None:
                    progress.update(task, description=f"{label}, so far {accuracy_text(accuracies)}")
                    lines.write(architecture=name, accuracies=accuracies)

                options = {**changes, "architecture": name}
                if made is not None:
                    evaluation = api.evaluate_set(made, None, protocol, on_epoch, on_network, data=data, **options)
                    found.append({"set": path, "dataset": dataset, **evaluation.as_dict(), **_NO_FIGURES})
                else:
                    assert run is not None, "what is no file is a run"
                    evaluation = api.evaluate(run, each, protocol, on_epoch, on_network, data, **options)
                    found.append(_recorded(run, evaluation))
                if as_json_lines:
                    lines.write(result=found[-1])
        if as_json:
            print_json(found[0] if (architectures, steps, every) == (None,) * 3 else found)
        elif not as_json_lines:
            _print_evaluations(path if run is None else str(run.path), ipc, found, evaluation)


_NO_FIGURES = {"ior": None, "hlr": None, "published": None}
"""Of a set without a run, which keeps no baselines to compare with."""


def _is_file(path: str, step: int | None, dataset: str | None) -> bool:
    """Whether a set is a file, or a step of a run that is treated as one.

    Raises:
        HDDError: it is, but the data set is missing, or a step is given.
    """
    place = Path(path)
    if holds_run(place) or not (place.exists() or holds_run(Path(path.rpartition("@")[0]))):
        return False
    if dataset is None:
        raise InvalidInputError(f"{path} is no run: name the data set that tests it, as in --dataset digits.")
    if step is not None:
        raise InvalidInputError(f"--step {step} is for runs: leave it out.")
    return True


def _recorded(run: Run, evaluation: Evaluation) -> dict[str, Any]:
    """The newest evaluation of a run, JSON-compatible, with what it is compared with."""
    recorded = run.evaluations()
    published = distance(run.initial_settings, run.steered(), recorded[-1])
    figures = ranking.figures(recorded[-1], recorded) | {"published": published and published.as_dict()}
    about = {"run": str(run.path), **{name: recorded[-1][name] for name in ("step", "kept_ipc")}}
    return {**about, **evaluation.as_dict(), **figures}


def chosen_steps(run: Run, step: int | None, steps: str | None, every: int | None) -> list[int | None]:
    """The steps that the options --step, --steps and --every name; None stands for the newest kept step.

    Raises:
        HDDError: several of these options are given, a step is no number or not kept, or none is.
    """
    if (step, steps, every).count(None) < 2:
        raise InvalidInputError("--step, --steps and --every all say which steps are tested: give one of them.")
    kept = run.kept_steps()
    if every is not None:
        if not (found := [each for each in kept if each % every == 0]):
            raise InvalidInputError(f"No kept step of {run.path} is a multiple of {every}: give another number.")
        return [*found]
    if steps is None:
        return [step]
    texts = [text.strip() for text in steps.split(",")]
    if bad := [text for text in texts if not text.isdecimal()]:
        raise InvalidInputError(f"{bad[0]!r} in --steps is not a step: write, for example, 0,100,200.")
    # Images of steps that are not kept are named before any network is trained.
    for text in texts:
        if int(text) not in kept:
            run.images(int(text))
    return [*dict.fromkeys(map(int, texts))]


def chosen_architectures(run: Run, text: str | None) -> list[str]:
    """The architectures that the option --architectures names: joined by commas, or all that fit the images of a run.

    Raises:
        HDDError: an architecture is unknown, or the images are too small for it.
    """
    if text is None:
        return [DEFAULT]
    return _architectures(run.synthetic().decoded(), run.initial_settings.network_depth, text)


def _architectures(made: SyntheticSet, depth: int, text: str | None) -> list[str]:
    """As `chosen_architectures`, for decoded images."""
    import torch

    if text is None:
        return [DEFAULT]
    _, channels, height, width = made.images.shape
    if text == "all":
        return fitting(channels, (height, width), depth=depth)
    names = [name.strip() for name in text.split(",")]
    for name in names:
        with torch.device("meta"):
            make_network(name, channels, (height, width), len(made.classes), depth=depth)
    return names


def _print_evaluations(where: str, ipc: int, found: list[dict[str, Any]], evaluation: Evaluation) -> None:
    """Prints what was found, as a table if there are several evaluations; `evaluation` is the last of them.

    Args:
        where: the run or the set.
        ipc: its number of images per class, before pruning.
        found: what was found.
        evaluation: the last of them.
    """
    steps = {each["step"] for each in found if "step" in each}
    what = f" at step {found[0]['step']}" if len(steps) == 1 else ""
    kept = [each.get("kept_ipc") or ipc for each in found]
    if kept[0] != ipc and len({*kept}) == 1:
        what += f", {kept[0]} images per class kept"
        ipc = kept[0]
    if evaluation.protocol.images == RANDOM_REAL:
        what = f", {ipc} random real images per class"
    elif evaluation.protocol.images == FULL_REAL:
        what = ", all real training images"
    names = {"ior": "improvement over random (IOR)", "hlr": "hard-label recovery (HLR)"}
    if len(found) == 1:
        print_line(f"{where}{what}: {evaluation}")
        for name, label in names.items():
            if found[0][name] is not None:
                print_line(f"{label}: {ranking.Difference(**found[0][name])}")
        _print_published(found)
        return
    shown = {name: label for name, label in names.items() if any(each[name] for each in found)}
    columns = {
        "step": [str(each.get("step", "")) for each in found],
        "images per class": [*map(str, kept)],
        "architecture": [each["protocol"]["architecture"] for each in found],
    }
    # What is the same everywhere is said elsewhere.
    columns = {name: values for name, values in columns.items() if len({*values}) > 1}
    columns["test accuracy"] = [percent_text(each["mean"], each["sd"]) for each in found]
    for name, label in shown.items():
        columns[label] = [str(ranking.Difference(**each[name])) if each[name] else "" for each in found]
    table = Table(*columns, title=f"{where}{what}", title_justify="left")
    for row in zip(*columns.values(), strict=True):
        table.add_row(*row)
    console.print(table, markup=False)
    count, epochs = evaluation.protocol.networks, evaluation.protocol.epochs
    of = f"Mean ± standard deviation over {count} networks" if count > 1 else "1 network"
    print_line(f"{of}, {epochs} epochs each; {evaluation.protocol.name} protocol")
    _print_published(found)


def _print_published(found: list[dict[str, Any]]) -> None:
    """Prints how far the networks of the published architecture are from the published accuracy, if there is one."""
    for each in found:
        if each["published"] is not None:
            print_line(f"{percent_text(each['mean'], each['sd'])} is {Distance(**each['published'])}")
