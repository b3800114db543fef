"""Knobs that every run has, whatever its method and objective."""

import param

from hdd.data.layouts import REFUSE, UNREADABLE
from hdd.knobs import Choice, Integer, Text
from hdd.methods import METHODS
from hdd.methods.knobs import OPTIMISATION
from hdd.objectives import OBJECTIVES
from hdd.objectives.base import GROUP as GEOMETRY

RUN = "Data and run"


class RunKnobs(param.Parameterized):
    """What is distilled, by which method and objective, where and for how long."""

    dataset = Text(
        "digits",
        steerable=False,
        label="Data set",
        group=RUN,
        doc="Name of a data set (`hdd datasets` lists them) or folder:PATH with a folder of images for each class.",
    )
    image_size = Integer(
        None,
        bounds=(8, 1024),
        allow_None=True,
        steerable=False,
        label="Image size",
        unit="pixels",
        group=RUN,
        doc="Side to which the images of a folder are resized; none keeps them as they are.",
    )
    unreadable = Choice(
        REFUSE,
        objects=list(UNREADABLE),
        steerable=False,
        label="Unreadable images",
        group=RUN,
        doc="What is done about images of a folder that cannot be read: refuse the folder, or skip them and name them.",
    )
    method = Choice(
        METHODS.names()[0],
        objects=list(METHODS.names()),
        steerable=False,
        label="Method",
        group=RUN,
        doc=f"What moves the images. {METHODS.summary()}",
    )
    ipc = Integer(
        10,
        bounds=(1, 10_000),
        steerable=False,
        budget=True,
        label="Images per class",
        group=RUN,
        doc="Number of synthetic images of each class; at most the number of real images of the smallest class.",
    )
    init = Choice(
        "real",
        objects=["real", "noise"],
        steerable=False,
        label="Initial images",
        group=RUN,
        doc="What the synthetic images start from: random real images of each class, or Gaussian noise.",
    )
    seed = Integer(
        0,
        bounds=(0, 2**63 - 1),
        steerable=False,
        label="Random seed",
        group=RUN,
        doc="Determines every random draw: the same seed, settings and edits give the same run.",
    )
    device = Text(
        "auto",
        regex=r"\A(auto|cpu|mps|cuda(:\d{1,3})?)\Z",
        allowed="one of auto, cpu, mps, cuda, cuda:N",
        steerable=False,
        label="Device",
        group=RUN,
        doc="Device that computes: cpu, mps, cuda, cuda:N, or auto, which uses CUDA, else MPS, else the CPU.",
    )
    threads = Integer(
        None,
        bounds=(1, 1024),
        allow_None=True,
        steerable=False,
        label="CPU threads",
        group=RUN,
        doc="Number of threads of the engine. It affects exact reproducibility, so a run keeps the number it was made "
        "with.",
    )
    snapshot_every = Integer(
        10,
        bounds=(1, 10**6),
        steerable=False,
        label="Snapshot every",
        unit="steps",
        group=RUN,
        doc="Steps between snapshots. The number is doubled as a long run grows, so that about 500 snapshots are kept.",
    )
    objective = Choice(
        OBJECTIVES.names()[0],
        objects=list(OBJECTIVES.names()),
        label="Objective",
        group=GEOMETRY,
        doc=f"What the images are matched by. {OBJECTIVES.summary()}",
    )
    steps = Integer(
        1000,
        bounds=(1, 10**8),
        budget=True,
        label="Steps",
        group=OPTIMISATION,
        doc="Number of steps after which the run is finished.",
    )
