"""Evaluations in words, and the time that another one will take."""

import socket

import pytest

from hdd.published import Distance
from workbench.core.evaluations import (
    architecture_heading,
    architecture_rows,
    evaluation_progress,
    expected_seconds,
    expected_text,
    newest_texts,
    result_text,
    results_text,
    so_far_text,
)


def evaluation(accuracies=(0.5, 0.75), step=20, name="quick", **changes):
    protocol = {"name": name, "epochs": 300, "networks": 2, "width": 128, **changes}
    took = {"seconds": 60.0, "host": socket.gethostname()}
    return {"step": step, "protocol": protocol, "accuracies": [*accuracies], "took": took}


REAL = {"images": "random real", "step": 0}


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (evaluation((0.987, 0.991), step=1000), "Quick evaluation, step 1000: 98.9 ± 0.3 %"),
        (evaluation((0.987,), name="full"), "Full evaluation, step 20: 98.7 % (1 network)"),
        (evaluation((0.5, 0.75), **REAL), "Quick baseline: 62.5 ± 17.7 %"),
        (evaluation((0.9,), step=0, images="full real"), "Quick baseline, full real: 90.0 % (1 network)"),
        (evaluation(architecture="mlp"), "Quick evaluation, step 20, mlp: 62.5 ± 17.7 %"),
    ],
)
def test_a_result_is_a_sentence_with_the_figure(made, text):
    assert result_text(made) == text
    assert "± 0.0" not in text


def test_the_newest_result_of_each_protocol_stands_beside_its_baseline():
    made = [evaluation((0.2, 0.2), step=5), evaluation((0.5, 0.5), **REAL), evaluation((0.9, 0.9), name="full")]
    made.append(evaluation((0.7, 0.7), step=9))
    assert newest_texts(made, 10, lambda _: None) == [
        "Quick evaluation, step 9: 70.0 ± 0.0 %; 10 random real images per class: 50.0 ± 0.0 %.",
        "Full evaluation, step 20: 90.0 ± 0.0 %.",
    ]
    assert newest_texts([evaluation((0.5,), **REAL)], 3, lambda _: None) == [
        "Quick baseline, 3 random real images per class: 50.0 % (1 network)."
    ]
    assert newest_texts([], 3, lambda _: None) == []
    others = [evaluation((0.1, 0.1), step=9, architecture="mlp"), evaluation((0.9,), images="full real")]
    assert newest_texts([*made, *others], 10, lambda _: None) == newest_texts(made, 10, lambda _: None)


def test_the_published_accuracy_stands_beside_the_result():
    found = Distance("idm-cifar10-ipc1", "IDM CIFAR-10 IPC 1", 0.456, "a table", 20_000, -0.05)
    published = "5.0 points below the published 45.6 % of IDM CIFAR-10 IPC 1 (20,000 steps; a table)"
    made = evaluation((0.4, 0.412), step=9)
    assert result_text(made, found) == f"Quick evaluation, step 9: 40.6 ± 0.8 %, {published}"
    asked = []
    texts = newest_texts([evaluation(), made], 1, lambda each: asked.append(each) or found)
    assert texts == [f"Quick evaluation, step 9: 40.6 ± 0.8 %, {published}."] and asked == [made]


def test_architectures_stand_side_by_side_for_the_same_step_and_protocol():
    assert (architecture_rows([evaluation()]), architecture_heading([evaluation()])) == ([], ())
    made = [
        evaluation((0.1, 0.1), step=5),
        evaluation((0.2, 0.2), architecture="lenet", name="full"),
        evaluation((0.5, 0.5)),
        evaluation((0.3,), architecture="mlp"),
        evaluation((0.4, 0.4), architecture="resnet18"),
        evaluation((0.3, 0.5), architecture="mlp"),
        evaluation((0.9, 0.9), step=30),
    ]
    assert architecture_heading(made) == ("Quick, step 20", "Accuracy")
    assert architecture_rows(made) == [
        ("convnet", "50.0 ± 0.0 %"),
        ("mlp", "40.0 ± 14.1 %"),
        ("resnet18", "40.0 ± 0.0 %"),
    ]


def test_random_real_images_stand_beside_the_architecture_that_was_trained_on_them():
    made = [
        evaluation((0.5, 0.5)),
        evaluation((0.4, 0.4), architecture="mlp"),
        evaluation((0.1,), architecture="mlp", **REAL),
        evaluation((0.2,), architecture="lenet", **REAL),
        evaluation((0.3,), architecture="mlp", name="full", **REAL),
    ]
    assert architecture_heading(made) == ("Quick, step 20", "Accuracy", "Random real")
    assert architecture_rows(made) == [
        ("convnet", "50.0 ± 0.0 %", "–"),
        ("mlp", "40.0 ± 0.0 %", "10.0 % (1 network)"),
    ]


def test_how_far_the_architecture_is_that_is_trained():
    assert evaluation_progress({}) == ("", 0, 0)
    assert evaluation_progress({"done": 5, "total": 600}) == ("", 5, 600)
    alone = {"architectures": ["mlp"], "architecture": "mlp"}
    assert evaluation_progress({**alone, "done": 5, "total": 600}) == ("", 5, 600)
    several = {"architectures": ["mlp", "lenet", "convnet"], "total": 1800}
    assert evaluation_progress({**several, "architecture": "mlp", "done": 7}) == ("mlp (1 of 3), ", 7, 600)
    assert evaluation_progress({**several, "architecture": "lenet", "done": 590}) == ("lenet (2 of 3), ", 0, 600)
    assert evaluation_progress({**several, "architecture": "convnet", "done": 1800})[1:] == (600, 600)


def test_how_far_the_evaluation_of_several_steps_is():
    steps = {"architectures": ["convnet"], "architecture": "convnet", "steps": [0, 50, 100], "total": 1800}
    assert evaluation_progress({**steps, "step": 50, "done": 590}) == ("step 50 (2 of 3), ", 590, 1800)
    both = {**steps, "architectures": ["convnet", "mlp"], "architecture": "mlp", "total": 3600}
    assert evaluation_progress({**both, "step": 50, "done": 1807}) == ("step 50, mlp (4 of 6), ", 7, 600)


def test_what_is_found_so_far():
    assert so_far_text(()) == ""
    assert so_far_text([0.5]) == "; so far 50.0 % (1 network)"
    assert so_far_text([0.5, 0.75]) == "; so far 62.5 ± 17.7 % (2 networks)"


def test_the_time_comes_from_the_same_kind_of_evaluation_on_this_host():
    assert expected_seconds([], "quick") is None
    made = evaluation()
    assert expected_seconds([made], "quick") == pytest.approx(60)
    assert expected_seconds([made], "full") == pytest.approx(60 / 600 * 5000)
    assert expected_seconds([evaluation(width=16)], "quick") is None
    assert expected_seconds([evaluation(architecture="mlp")], "quick") is None
    assert expected_seconds([evaluation(images="full real")], "quick") is None
    assert expected_seconds([{**made, "took": None}], "quick") is None
    assert expected_seconds([{**made, "took": {"seconds": 1.0, "host": "elsewhere"}}], "quick") is None
    assert expected_seconds([made, {**made, "took": None}], "quick") == pytest.approx(60)


def test_the_expected_time_is_that_of_all_architectures_that_were_measured():
    made = [evaluation(), evaluation(architecture="mlp"), evaluation(architecture="lenet", width=16)]
    assert expected_text(made, ["convnet"]) == "Expected time: quick about 60 s, full about 8 min."
    assert expected_text(made, ["convnet", "mlp"]) == "Expected time: quick about 2 min, full about 17 min."
    told = "Expected time: quick about 60 s, full about 8 min; not measured here yet: lenet, vgg11."
    assert expected_text(made, ["lenet", "mlp", "vgg11"]) == told
    assert expected_text(made, ["convnet"], steps=10) == "Expected time: quick about 10 min, full about 83 min."
    assert expected_text(made, ["lenet"]) == expected_text([], ["convnet"]) == ""


def test_several_results_are_one_sentence():
    made = [evaluation(), evaluation((0.5,), architecture="mlp")]
    assert results_text(made) == "convnet 62.5 ± 17.7 %, mlp 50.0 % (1 network)"
    steps = [evaluation(step=step) for step in range(7)]
    assert results_text(steps[:2], by_step=True) == "step 0: 62.5 ± 17.7 %, step 1: 62.5 ± 17.7 %"
    told = [text.split(":")[0] for text in results_text(steps, by_step=True).split(", ")]
    assert told == ["step 0", "step 1", "step 2", "…", "step 4", "step 5", "step 6"]
    both = [evaluation(step=step, architecture=name) for step in (0, 5) for name in ("convnet", "mlp")]
    assert results_text(both, by_step=True).startswith("step 0: convnet 62.5 ± 17.7 %, step 0: mlp 62.5")
