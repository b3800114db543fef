"""The command that evaluates the images of a run. It imports torch when it is run."""

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.progress import Progress, TaskID
from rich.table import Table

from hdd import ranking
from hdd.cli.common import (
    AsJson,
    AsJsonLines,
    JsonLines,
    RunPath,
    console,
    load_library,
    print_json,
    print_line,
    progress_console,
)
from hdd.errors import InvalidInputError
from hdd.networks import DEFAULT, NETWORKS, fitting, make_network
from hdd.protocol import FULL_REAL, RANDOM_REAL, Evaluation, accuracy_text, percent_text
from hdd.published import Distance, distance
from hdd.runs.run import Run
from hdd.settings import Settings

BASELINES = {"random": RANDOM_REAL, "full": FULL_REAL}
Baseline = StrEnum("Baseline", list(BASELINES))


def evaluate(
    path: RunPath,
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
    as_json: AsJson = False,
    as_json_lines: AsJsonLines = False,
) -> None:
    """Train networks on a run's synthetic images and test them on real images. Step 0 holds the initial images."""
    lines = JsonLines(as_json_lines)
    with lines.errors():
        run = Run(path)
        given = {"networks": networks, "epochs": epochs, "width": width, "seed": seed}
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if baseline is not None:
            changes["images"] = BASELINES[baseline]
        if augment is not None:
            changes["augmentation"] = Settings.knob("augmentation").default if augment else "none"
        wanted = chosen_steps(run, step, steps, every)
        if baseline is not None and (steps, every) != (None, None):
            raise InvalidInputError("A baseline belongs to no step: leave out --steps and --every.")
        api = load_library(background=True)
        names = chosen_architectures(run, architectures)
        lines.write(architectures=names)
        several = len(wanted) > 1
        jobs = [(each, name) for each in wanted for name in names]
        found: list[dict[str, Any]] = []
        columns = Progress.get_default_columns()
        with Progress(*columns, console=progress_console, disable=as_json_lines) as progress:
            for place, (each, name) in enumerate(jobs):
                label = f"{name}, step {each}" if several else name
                task = progress.add_task(label)
                lines.write(architecture=name, accuracies=[])

                def on_epoch(done: int, total: int, place: int = place, task: TaskID = task) -> None:
                    progress.update(task, completed=done, total=total)
                    lines.write_throttled(done=place * total + done, total=len(jobs) * total)

                def on_network(
                    accuracies: list[float], name: str = name, label: str = label, task: TaskID = task
                ) -> None:
                    progress.update(task, description=f"{label}, so far {accuracy_text(accuracies)}")
                    lines.write(architecture=name, accuracies=accuracies)

                evaluation = api.evaluate(run, each, protocol, on_epoch, on_network, **changes, architecture=name)
                recorded = run.evaluations()
                figures = ranking.figures(recorded[-1], recorded)
                published = distance(run.initial_settings, run.steered(), recorded[-1])
                figures["published"] = published and published.as_dict()
                about = {"run": str(run.path), **{name: recorded[-1][name] for name in ("step", "kept_ipc")}}
                found.append({**about, **evaluation.as_dict(), **figures})
                if as_json_lines:
                    lines.write(result=found[-1])
        if as_json:
            print_json(found[0] if (architectures, steps, every) == (None,) * 3 else found)
        elif not as_json_lines:
            _print_evaluations(run, found, evaluation)


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
    import torch

    if text is None:
        return [DEFAULT]
    made = run.synthetic().decoded()
    _, channels, height, width = made.images.shape
    depth = run.initial_settings.network_depth
    if text == "all":
        return fitting(channels, (height, width), depth=depth)
    names = [name.strip() for name in text.split(",")]
    for name in names:
        with torch.device("meta"):
            make_network(name, channels, (height, width), len(made.classes), depth=depth)
    return names


def _print_evaluations(run: Run, found: list[dict[str, Any]], evaluation: Evaluation) -> None:
    """Prints what was found, as a table if there are several evaluations; `evaluation` is the last of them."""
    steps = {each["step"] for each in found}
    what = f" at step {found[0]['step']}" if len(steps) == 1 else ""
    ipc = found[0]["kept_ipc"] or run.initial_settings.ipc
    if ipc != run.initial_settings.ipc and len({each["kept_ipc"] for each in found}) == 1:
        what += f", {ipc} images per class kept"
    if evaluation.protocol.images == RANDOM_REAL:
        what = f", {ipc} random real images per class"
    elif evaluation.protocol.images == FULL_REAL:
        what = ", all real training images"
    names = {"ior": "improvement over random (IOR)", "hlr": "hard-label recovery (HLR)"}
    if len(found) == 1:
        print_line(f"{run.path}{what}: {evaluation}")
        for name, label in names.items():
            if found[0][name] is not None:
                print_line(f"{label}: {ranking.Difference(**found[0][name])}")
        _print_published(found)
        return
    shown = {name: label for name, label in names.items() if any(each[name] for each in found)}
    columns = {
        "step": [str(each["step"]) for each in found],
        "images per class": [str(each["kept_ipc"] or run.initial_settings.ipc) for each in found],
        "architecture": [each["protocol"]["architecture"] for each in found],
    }
    # What is the same everywhere is said elsewhere.
    columns = {name: values for name, values in columns.items() if len({*values}) > 1}
    columns["test accuracy"] = [percent_text(each["mean"], each["sd"]) for each in found]
    for name, label in shown.items():
        columns[label] = [str(ranking.Difference(**each[name])) if each[name] else "" for each in found]
    table = Table(*columns, title=f"{run.path}{what}", title_justify="left")
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
