"""Reads the file that declares a study, and checks everything in it before anything is run. No torch."""

from collections import Counter
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from hdd.errors import HDDError, InvalidInputError, NotFoundError
from hdd.paths import absolute_data_set
from hdd.protocol import SYNTHETIC, Protocol, make_protocol
from hdd.runs.places import check_name
from hdd.settings import PRESETS, Settings, initial_settings, method_and_objective, parse
from hdd.study.grid import Arm, Cell, Variant, points

STUDY_FILE = "study.yaml"
"""The declaration, in the directory of a study."""

PARTS = ("title", "base", "arms", "grid", "tune", "seeds", "evaluate", "control", "unequal_budgets")
PROTOCOL_PARTS = ("epochs", "networks", "width", "depth", "augmentation", "architecture")
BASELINE = "random"


@dataclass(frozen=True)
class Study:
    """A declared study.

    Attributes:
        title: what it asks, for the head of the report.
        variants: the arms at the points of the grid, in the order of the file.
        seeds: each variant is run once for each.
        protocol: how images are evaluated; the seed of a cell takes the place of its seed.
        control: the name of the arm against which differences are taken.
        tuned: the knobs of the grid whose value is chosen by accuracy, for each arm.
        unequal_budgets: whether differences between unequal budgets are wanted.
        document: the file as it was read.
    """

    title: str
    variants: tuple[Variant, ...]
    seeds: tuple[int, ...]
    protocol: Protocol
    control: str
    tuned: tuple[str, ...]
    unequal_budgets: bool
    document: Mapping[str, Any]

    def cells(self) -> list[Cell]:
        """All runs, seed by seed, so that an unfinished study has compared as much as it can."""
        return [Cell(variant, seed) for seed in self.seeds for variant in self.variants]

    @property
    def steps(self) -> list[int]:
        """The steps at which images of some arm are evaluated, ascending."""
        return sorted({step for variant in self.variants for step in variant.steps if not variant.arm.is_baseline})

    def text(self) -> str:
        """The declaration as YAML."""
        return yaml.safe_dump(dict(self.document), sort_keys=False, allow_unicode=True)


class _Loader(yaml.SafeLoader):
    """Makes plain values only, and refuses a key that is given twice, of which PyYAML would drop the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """See `yaml.SafeLoader`."""
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode) and key.value != "<<"]
        for key, count in Counter(keys).items():
            if count > 1:
                raise InvalidInputError(f"line {node.start_mark.line + 1}: {key} is given {count} times. Give it once.")
        return super().construct_mapping(node, deep)


@contextmanager
def _place(name: object) -> Generator[None]:
    """Says where in the file the input of an error is."""
    try:
        yield
    except HDDError as error:
        raise type(error)(f"{name}: {error}") from None


def read_study(path: Path, changes: Mapping[str, Any] | None = None) -> Study:
    """Reads a declaration.

    Args:
        path: the file.
        changes: values of knobs that replace those of its part `base`.

    Raises:
        HDDError: the file cannot be read, or something in it is not allowed; the message names the place.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise NotFoundError(f"There is no study file {path}: docs/studies shows what one looks like.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"The study file {path} cannot be read ({error}): give a text file in UTF-8.") from None
    with _place(path):
        try:
            # The loader makes plain values only: it is a SafeLoader.
            document = yaml.load(text, _Loader)
        except (yaml.YAMLError, RecursionError, ValueError) as error:
            raise InvalidInputError(f"This is not YAML: {' '.join(str(error).split())}.") from None
        document = _mapping(document)
        if changes:
            with _place("base"):
                document = {**document, "base": {**_mapping(document.get("base", {})), **changes}}
        return _study(_found_from_anywhere(document))


def _found_from_anywhere(part: Any, name: str = "") -> Any:
    """A part of a file in which image folders have absolute paths, as runs record them."""
    match part:
        case dict():
            return {key: _found_from_anywhere(value, key) for key, value in part.items()}
        case list():
            return [_found_from_anywhere(value, name) for value in part]
        case str() if name == "dataset":
            return absolute_data_set(part)
        case _:
            return part


def _study(document: Mapping[str, Any]) -> Study:
    """The study that the content of a file declares."""
    _check_names(document, PARTS, "a study")
    for needed in ("arms", "control", "seeds"):
        if needed not in document:
            raise InvalidInputError(f"The part {needed} is missing. A study has the parts {', '.join(PARTS)}.")
    with _place("base"):
        base = _values(document.get("base", {}))
    arms = _arms(document["arms"])
    grid = _grid(document["grid"]) if "grid" in document else {}
    tuned = _tuned(document["tune"], grid) if "tune" in document else ()
    steps, chosen = _evaluate(document.get("evaluate", {}))
    variants = [_variant(base, arm, point, steps) for arm in arms for point in points(arm.varied(grid))]
    control = document["control"]
    if control not in [arm.name for arm in arms]:
        raise InvalidInputError(
            f"control: there is no arm {control!r}: give one of {', '.join(arm.name for arm in arms)}."
        )
    unequal = document.get("unequal_budgets", False)
    if not isinstance(unequal, bool):
        raise InvalidInputError(f"unequal_budgets: {unequal!r} is not allowed: give true or false.")
    title = document.get("title", "")
    if not isinstance(title, str):
        raise InvalidInputError(f"title: {title!r} is not allowed: give a text, in quotation marks if need be.")
    with _place("evaluate"):
        # Arms that differ in these two are evaluated alike, as all others.
        usual = _settings(base, {})
        like_base = {"depth": usual.network_depth, "augmentation": usual.augmentation}
        protocol = make_protocol(chosen.pop("protocol", "full"), **{**like_base, **chosen}, images=SYNTHETIC)
    study = Study(title, tuple(variants), _seeds(document["seeds"]), protocol, control, tuned, unequal, document)
    for name, count in Counter(cell.run_name.casefold() for cell in study.cells()).items():
        if count > 1:
            raise InvalidInputError(f"{count} runs would be called {name}: give the arms names that differ in letters.")
    return study


def _mapping(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise InvalidInputError(f"{value!r} is not allowed here: give names with values, as in `image_lr: 1.0`.")
    return value


def _check_names(given: Mapping[str, Any], known: tuple[str, ...], what: str) -> None:
    for name in given:
        if name not in known:
            raise InvalidInputError(f"There is no {name!r} in {what}: give some of {', '.join(known)}.")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise InvalidInputError(f"{value!r} is not allowed: give a list of values, as in [0.3, 1.0, 3.0].")
    return value


def _value(name: str, value: Any) -> Any:
    """The checked value of a knob. A text may be what the command line takes, such as none, auto or 1e-3."""
    if name == "seed":
        raise InvalidInputError("seed is not allowed here: the part `seeds` says which seeds each arm is run with.")
    if isinstance(value, str):
        return parse(name, value)
    return getattr(Settings(**{name: value}), name)


def _values(given: Any) -> dict[str, Any]:
    """Checked values of knobs, and the name of a preset if there is one."""
    found: dict[str, Any] = {}
    for name, value in _mapping(given).items():
        with _place(name):
            if name != "preset":
                found[name] = _value(name, value)
            elif value in [*PRESETS]:
                found[name] = value
            else:
                raise InvalidInputError(f"There is no preset {value!r}: give one of {', '.join(PRESETS)}.")
    return found


def _arms(given: Any) -> list[Arm]:
    arms: list[Arm] = []
    with _place("arms"):
        if not _mapping(given):
            raise InvalidInputError("There is no arm: give at least one name with the knobs in which it differs.")
        for name, values in given.items():
            with _place(name):
                check_name(name)
                own = {**_mapping({} if values is None else values)}
                baseline = own.pop("baseline", None)
                if baseline not in (None, BASELINE):
                    raise InvalidInputError(f"baseline: {baseline!r} is not allowed: give {BASELINE}, or leave it out.")
                arms.append(Arm(name, _values(own), baseline is not None))
    return arms


def _grid(given: Any) -> dict[str, list[Any]]:
    grid: dict[str, list[Any]] = {}
    with _place("grid"):
        if not _mapping(given):
            raise InvalidInputError("The grid is empty: give a knob with a list of values, or leave `grid` out.")
        for name, values in given.items():
            with _place(name):
                if name == "preset":
                    raise InvalidInputError("A preset is no knob: give each preset an arm of its own.")
                grid[name] = [_value(name, value) for value in _list(values)]
                for value in grid[name]:
                    if grid[name].count(value) > 1:
                        raise InvalidInputError(f"{value} is given {grid[name].count(value)} times. Give it once.")
    return grid


def _tuned(given: Any, grid: Mapping[str, list[Any]]) -> tuple[str, ...]:
    with _place("tune"):
        tuned = _list(given)
        for name in tuned:
            if name not in [*grid]:
                raise InvalidInputError(
                    f"{name!r} is not in the grid: give some of {', '.join(grid) or 'a grid first'}."
                )
    return tuple(tuned)


def _seeds(given: Any) -> tuple[int, ...]:
    with _place("seeds"):
        if isinstance(given, int) and not isinstance(given, bool):
            if given < 1:
                raise InvalidInputError(
                    f"{given} is not allowed: give how many seeds there are, at least 1, or a list."
                )
            return tuple(range(given))
        seeds = [Settings(seed=seed).seed for seed in _list(given)]
        for seed in seeds:
            if seeds.count(seed) > 1:
                raise InvalidInputError(f"{seed} is given {seeds.count(seed)} times. Give it once.")
        return tuple(seeds)


def _evaluate(given: Any) -> tuple[tuple[int, ...], dict[str, Any]]:
    """The steps that are evaluated besides the last, and the protocol's name and the changes to it."""
    with _place("evaluate"):
        chosen = {**_mapping(given)}
        _check_names(chosen, ("protocol", "steps", *PROTOCOL_PARTS), "an evaluation")
        with _place("steps"):
            steps = chosen.pop("steps", [])
            steps = steps if steps == [] else _list(steps)
            for step in steps:
                if type(step) is not int or step < 0 or steps.count(step) > 1:
                    raise InvalidInputError(f"{step!r} is not allowed: give whole numbers ≥ 0, each once.")
    return tuple(steps), chosen


def _settings(base: Mapping[str, Any], values: Mapping[str, Any]) -> Settings:
    """The settings of a run: explicit values win over presets, and those of an arm over those of the base."""
    chosen = {**base, **values}
    preset, dataset = chosen.pop("preset", "geometric"), chosen.pop("dataset", None)
    named = method_and_objective(chosen.pop("method", None), chosen.pop("objective", None))
    return initial_settings(dataset, preset, **named, **chosen)


def _variant(base: Mapping[str, Any], arm: Arm, point: Mapping[str, Any], steps: tuple[int, ...]) -> Variant:
    with _place("arms"), _place(arm.name):
        settings = _settings(base, {**arm.values, **point})
        if arm.is_baseline:
            return Variant(arm, point, settings, (0,))
        for step in steps:
            if step > settings.steps:
                raise InvalidInputError(
                    f"It has {settings.steps} steps, so there is no step {step} to evaluate: "
                    "give earlier steps in `evaluate`, or more `steps`."
                )
        return Variant(arm, point, settings, tuple(sorted({*steps, settings.steps})))
