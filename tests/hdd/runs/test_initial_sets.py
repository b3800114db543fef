"""Runs that start from a distilled set: they keep its images, and need the file never again."""

import shutil

import numpy as np
import pytest
import torch

from hdd import api, sets
from hdd.errors import HDDError
from hdd.runs import history
from hdd.runs.open_set import open_set
from hdd.runs.resume import resume
from hdd.runs.run import Run
from hdd.sets import Reading, SyntheticSet

SMALL = {"network_width": 8, "real_batch": 16, "steps": 4, "threads": 1, "snapshot_every": 1}


@pytest.fixture(scope="module")
def digits():
    from hdd.data import load

    return load("digits")


@pytest.fixture(scope="module")
def made(digits):
    """A set in another order of classes, two images each, normalised as pixels are."""
    order = torch.arange(10).flip(0)
    places = torch.cat([torch.nonzero(digits.test_labels == label)[:2, 0] for label in order])
    pixels = digits.test_images[places].float() / 255
    names = [str(int(label)) for label in order]
    return SyntheticSet(pixels.numpy(), np.repeat(np.arange(10), 2), names, (0,), (1,))


@pytest.fixture(scope="module")
def started(made, digits, tmp_path_factory):
    """The run, and the folder of the set, which is deleted."""
    folder = tmp_path_factory.mktemp("started")
    sets.save(made, folder / "set")
    run = api.distill(out=folder / "run", data=digits, initial=folder / "set", **SMALL)
    shutil.rmtree(folder / "set")
    return run


def test_step_0_has_the_images_of_the_set(started, made, digits):
    assert started.initial_settings.ipc == 2
    wanted = digits.normalise(torch.tensor(np.rint(made.images[::-1] * 255)).byte()).numpy().reshape(10, 2, 1, 16, 16)
    # The set runs from class 9 to class 0; within a class its order is kept.
    given = started.given_initial_images()
    np.testing.assert_allclose(given, wanted[:, ::-1], atol=1e-5)
    np.testing.assert_array_equal(started.images(0), given.astype(np.float16))
    told = started.synthetic(4).provenance["initial images"]
    assert len(told["fingerprint"]) == 64 and told["provenance"]["from"].endswith("set")


def test_it_is_replayed_forked_and_rewound_without_the_file(started, digits, tmp_path):
    again, difference = api.replay(started, tmp_path / "again")
    assert difference is None and again.step == 4
    child = resume(history.fork(started, 0, tmp_path / "child"), data=digits)
    assert history.first_difference(started, child) is None
    shutil.copytree(started.path, tmp_path / "rewound")
    rewound = Run(tmp_path / "rewound")
    history.rewind(rewound, 0)
    for series in (rewound.checkpoints, rewound.snapshots):
        series.drop(series.steps())
    assert history.first_difference(started, resume(rewound, data=digits)) is None
    (tmp_path / "rewound" / "initial.safetensors").unlink()
    with pytest.raises(HDDError, match=r"initial\.safetensors\) are missing or damaged"):
        history.copy_ledger(rewound, tmp_path / "no")


def test_labels_that_are_one_hot_are_hard(started, made, digits, tmp_path):
    one_hot = SyntheticSet(made.images, np.eye(10)[made.labels], made.classes, made.mean, made.std)
    run = api.distill(out=tmp_path / "run", data=digits, initial=one_hot, **SMALL | {"steps": 1})
    np.testing.assert_array_equal(run.given_initial_images(), started.given_initial_images())


def test_it_goes_on_from_a_step_of_a_run(started, digits, tmp_path):
    other = api.distill(out=tmp_path / "other", data=digits, initial=f"{started.path}@2", **SMALL | {"steps": 1})
    np.testing.assert_array_equal(
        other.given_initial_images(), open_set(f"{started.path}@2").images.reshape(10, 2, 1, 16, 16)
    )
    assert other.synthetic(1).provenance["initial images"]["provenance"]["step"] == 2
    with pytest.raises(HDDError, match="names no step"):
        open_set(f"{started.path}@last")
    with pytest.raises(HDDError, match="No images of step 9 are kept"):
        open_set(f"{started.path}@9")
    with pytest.raises(HDDError, match="leave out values"):
        open_set(started.path, Reading(values="unit"))


def test_sets_that_cannot_start_a_run(made, digits, tmp_path):
    def refused(message, **settings):
        with pytest.raises(HDDError, match=message):
            api.distill(out=tmp_path / "run", data=digits, **SMALL | settings)
        assert not (tmp_path / "run").exists()

    refused("has 2 images of each class, but ipc=3", initial=made, ipc=3)
    refused("decoder plain, but the method idm has quadrants", initial=made, method="idm")
    few = SyntheticSet(made.images[:-1], made.labels[:-1], made.classes, made.mean, made.std)
    refused("has 1 to 2 images of each class", initial=few)
    soft = SyntheticSet(made.images, np.full((20, 10), 0.1), made.classes, made.mean, made.std)
    refused("soft labels", initial=soft)
    large = SyntheticSet(np.zeros((20, 1, 8, 8)), made.labels, made.classes, made.mean, made.std)
    refused("are 1×8×8, but those of digits are 1×16×16", initial=large)
    refused("There is no synthetic set", initial=tmp_path / "nowhere")


def test_any_set_is_evaluated_as_a_run_is(started, made, digits, tmp_path):
    short = {"protocol": "quick", "epochs": 2, "networks": 1, "width": 8}
    run = api.evaluate(started, 0, **short)
    sets.save(started.synthetic(0), tmp_path / "res.pt", "condensation")
    assert api.evaluate_set(tmp_path / "res.pt", data=digits, **short).accuracies == run.accuracies
    baseline = api.evaluate(started, **short, images="random real")
    assert api.evaluate_set(made, data=digits, **short, images="random real").accuracies == baseline.accuracies
    few = SyntheticSet(made.images[:-1], made.labels[:-1], made.classes, made.mean, made.std)
    with pytest.raises(HDDError, match="no number of random real images compares with it"):
        api.evaluate_set(few, data=digits, images="random real")
    with pytest.raises(HDDError, match="Name the data set"):
        api.evaluate_set(made)
