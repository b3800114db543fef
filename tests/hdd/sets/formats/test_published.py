"""Files as the published code of each family writes them."""

import zipfile

import numpy as np
import published
import pytest
import torch
from PIL import Image
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_tensors

from hdd import sets
from hdd.errors import HDDError
from hdd.sets import Reading


def file_of(made):
    return made.provenance["file"]


@pytest.mark.parametrize("legacy", [False, True])
def test_experiments_of_condensation(tmp_path, legacy):
    path = published.condensation(tmp_path / "res_DM_CIFAR10_ConvNet_2ipc.pt", legacy)
    first, second = sets.load(path), sets.load(path, Reading(experiment=1, class_count=5))
    np.testing.assert_array_equal(first.images, published.images(0))
    np.testing.assert_array_equal(second.images, published.images(1))
    assert first.counts == (2, 2, 2) and second.counts == (2, 2, 2, 0, 0)
    assert file_of(first)["accuracies in the file"] == {"ConvNet": [0.5, 0.375]}
    assert (file_of(second)["experiment"], file_of(second)["experiments"]) == (1, 2)
    with pytest.raises(HDDError, match="has no experiment 2"):
        sets.load(path, Reading(experiment=2))


def test_what_is_no_accuracy_is_left_out(tmp_path):
    data = [[torch.tensor(published.images()), torch.tensor(published.LABELS)]]
    told = {"MLP": [0.25], "LeNet": [10**400], "AlexNet": [float("nan")], "VGG11": ["0.5"], "ConvNet": []}
    torch.save({"data": data, "accs_all_exps": told}, tmp_path / "res_x.pt")
    assert file_of(sets.load(tmp_path / "res_x.pt"))["accuracies in the file"] == {"MLP": [0.25]}


def test_a_pickled_pair_of_tensors(tmp_path):
    made = sets.load(published.best_pickle(tmp_path / "acc_0.5.pkl"))
    np.testing.assert_array_equal(made.images, published.images())
    assert made.labels.tolist() == published.LABELS.tolist() and file_of(made)["values"] == "dataset"


def test_images_and_labels_of_trajectory_matching(tmp_path):
    published.trajectory(tmp_path)
    for path in (tmp_path, tmp_path / "images_best.pt"):
        made = sets.load(path)
        np.testing.assert_array_equal(made.images, published.images())
        assert file_of(made)["learning rate in the file"] == pytest.approx(0.02)


def test_labels_that_are_scores(tmp_path):
    scores = np.log(np.array([[2.0, 1, 1], [1, 2, 1]]).repeat(3, axis=0))
    published.trajectory(tmp_path, scores)
    assert sets.load(tmp_path).labels.tolist() == [0, 0, 0, 1, 1, 1]
    soft = sets.load(tmp_path, Reading(scores="softmax")).labels
    np.testing.assert_allclose(soft[[0, 3]], [[0.5, 0.25, 0.25], [0.25, 0.5, 0.25]])


def test_labels_that_are_probabilities_stay_soft(tmp_path):
    published.trajectory(tmp_path, np.full((6, 3), 1 / 3, np.float16))
    assert sets.load(tmp_path).labels.shape == (6, 3)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_pairs_in_each_precision(tmp_path, dtype):
    made = sets.load(published.pair(tmp_path / "data_best.pt", dtype))
    wanted = torch.tensor(published.images()).sigmoid().to(dtype).float()
    assert np.array_equal(made.images, wanted.numpy()) and made.std == (1, 1, 1) and "values" not in file_of(made)


@pytest.mark.parametrize("kind", ["?", "u1", "u2", "u4", "u8", "i1", "f2"])
def test_labels_in_each_type_of_numbers(tmp_path, kind):
    labels = np.minimum(published.LABELS, 1).astype(kind)
    np.savez(tmp_path / "set.npz", images=published.images().transpose(0, 2, 3, 1), labels=labels)
    save_file({"images": published.images(), "labels": labels}, tmp_path / "set.safetensors")
    files = ["set.npz", "set.safetensors"]
    for legacy in (False, True):
        files.append(f"data_{legacy}.pt")
        pair = [torch.tensor(published.images()), torch.tensor(labels)]
        torch.save(pair, tmp_path / files[-1], _use_new_zipfile_serialization=not legacy)
    for name in files:
        made = sets.load(tmp_path / name)
        assert made.labels.tolist() == [0, 0, 1, 1, 1, 1] and len(made.classes) == 2


@pytest.mark.parametrize(
    ("kind", "top", "said"),
    [
        ("u1", 255, "0 to 255 become black to white"),
        ("i8", 255, "0 to 255 become black to white"),
        ("i2", 4095, "0 to 4,095 become black to white"),
        ("u2", 65535, "0 to 65,535 become black to white"),
        ("?", 1, "False and True become black and white"),
    ],
)
def test_images_of_whole_numbers_are_pixels(tmp_path, kind, top, said):
    fractions = published.images() > 0
    np.savez(tmp_path / "set.npz", images=(fractions * top).astype(kind).transpose(0, 2, 3, 1), labels=published.LABELS)
    for reading in (Reading(), Reading(values="pixels")):
        made = sets.load(tmp_path / "set.npz", reading)
        assert np.array_equal(made.images, fractions) and (made.mean, made.std) == ((0,) * 3, (1,) * 3)
        assert "values" not in file_of(made) and file_of(made)["whole numbers"] == said


def test_bfloat16_in_safetensors(tmp_path):
    images = torch.tensor(published.images()).bfloat16()
    save_tensors({"images": images, "labels": torch.tensor(published.LABELS)}, tmp_path / "x.safetensors")
    np.testing.assert_array_equal(sets.load(tmp_path / "x.safetensors").images, images.float().numpy())
    save_tensors({"images": images.to(torch.float8_e5m2), "labels": images}, tmp_path / "x.safetensors")
    with pytest.raises(HDDError, match="images has numbers of the type F8_E5M2: save them as float32"):
        sets.load(tmp_path / "x.safetensors")


def test_a_view_with_the_other_sign(tmp_path):
    """PyTorch stores such a view with the numbers as they are, and says that their sign is the other."""
    seen = torch._neg_view(torch.tensor(published.images()))
    torch.save([seen, torch.tensor(published.LABELS)], tmp_path / "data_x.pt")
    np.testing.assert_array_equal(sets.load(tmp_path / "data_x.pt").images, -published.images())


def test_kip_has_channels_last_and_scores(tmp_path):
    made = sets.load(published.kip(tmp_path / "kip.npz"))
    np.testing.assert_array_equal(made.images, published.images())
    assert made.labels.tolist() == published.LABELS.tolist()
    assert file_of(made)["scores"] == "argmax"


def test_a_tensor_in_class_order(tmp_path):
    torch.save(torch.tensor(published.images()), tmp_path / "syn.pt")
    with pytest.raises(HDDError, match="6 images without labels: say how many classes"):
        sets.load(tmp_path / "syn.pt")
    with pytest.raises(HDDError, match="not as many for each of 4 classes"):
        sets.load(tmp_path / "syn.pt", Reading(class_count=4))
    made = sets.load(tmp_path / "syn.pt", Reading(class_count=3))
    assert made.labels.tolist() == published.LABELS.tolist()
    torch.save(torch.full((6, 3), 1 / 3), tmp_path / "syn.soft_labels.pt")
    assert sets.load(tmp_path / "syn.pt").labels.shape == (6, 3)


@pytest.mark.parametrize("pattern", ["{}", "{:05d}", "new{:03d}"])
def test_folders_with_numbers_are_those_classes(tmp_path, pattern):
    """As texts, 10 and 11 come before 2."""
    numbers = [number for number in range(13) if number != 4]
    names = sorted(pattern.format(number) for number in numbers)
    pixels = published.class_folders(tmp_path, names)
    made = sets.load(tmp_path)
    assert made.counts == tuple(2 * (number != 4) for number in range(13))
    for name, own in zip(names, pixels, strict=True):
        label = next(number for number in numbers if pattern.format(number) == name)
        np.testing.assert_array_equal(np.rint(made.images[made.labels == label] * 255), own)


def test_folders_of_an_export_are_the_classes_of_their_numbers(tmp_path):
    """Class 1 has no images, so its folder is empty, and an archive or a repository does not keep it."""
    one = sets.SyntheticSet(np.zeros((3, 1, 8, 8)), [0, 2, 2], ("cat", "dog", "cow"), (0,), (1,))
    sets.save(one, tmp_path / "set", "folder")
    assert sets.load(tmp_path / "set").counts == (1, 0, 2)
    (tmp_path / "set/001-dog").rmdir()
    (tmp_path / "set/manifest.json").unlink()
    made = sets.load(tmp_path / "set")
    assert made.counts == (1, 0, 2) and (made.classes[0], made.classes[2]) == ("cat", "cow")


def archive_of(folder):
    with zipfile.ZipFile(folder.with_suffix(".zip"), "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return folder.with_suffix(".zip")


def test_a_folder_and_its_archive_are_the_same_set(tmp_path):
    folder = tmp_path / "set"
    pixels = published.class_folders(folder, ["a", "a/x", "b", "b/.thumbs", ".hidden", "__MACOSX"])
    for name in ("class0.png", "class1.png"):
        (folder / "__MACOSX" / name).rename(folder / "__MACOSX" / f"._{name}")
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(folder / "above.png")
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(folder / "b" / "moving.gif")
    for suffix in (".tif", ".pgm"):
        Image.fromarray(np.zeros((8, 8), np.uint8)).save(folder / "b" / f"{suffix[1:]}{suffix}")
    for path in (folder, archive_of(folder)):
        made = sets.load(path)
        assert made.classes == ("a", "b") and made.counts == (4, 4)
        np.testing.assert_array_equal(np.rint(made.images[:4] * 255), np.concatenate(pixels[:2]))
        assert file_of(made)["left out"].startswith(
            "1 images that are in no class folder; 1 files whose names end in none of .jpg"
        )


def test_parts_of_a_data_set_are_no_classes(tmp_path):
    published.class_folders(tmp_path / "set", ["train", "train/0", "train/1", "val", "val/0", "val/1"])
    for path in (tmp_path / "set", archive_of(tmp_path / "set")):
        with pytest.raises(
            HDDError, match=f"{path.name} holds train, val, which are parts of a data set and no classes"
        ):
            sets.load(path)


@pytest.mark.parametrize("name", ["x.PT", "x.PKL", "x.NPZ", "x.SAFETENSORS", "x.ZIP"])
def test_suffixes_in_capital_letters(tmp_path, name):
    pair = [torch.tensor(published.images()), torch.tensor(published.LABELS)]
    if name == "x.ZIP":
        published.class_folders(tmp_path / "x", ["0", "1", "2"])
        archive_of(tmp_path / "x").rename(tmp_path / name)
    elif name == "x.SAFETENSORS":
        save_tensors(dict(zip(("images", "labels"), pair, strict=True)), tmp_path / name)
    elif name == "x.NPZ":
        published.kip(tmp_path / "x.npz").rename(tmp_path / name)
    elif name == "x.PT":
        torch.save(pair, tmp_path / name)
    else:
        published.best_pickle(tmp_path / name)
    made = sets.load(tmp_path / name)
    assert made.counts == (2, 2, 2) and file_of(made).get("values") == (
        None if name in ("x.PT", "x.ZIP") else "dataset"
    )


def test_folders_with_names_are_classes_by_name(tmp_path):
    published.class_folders(tmp_path, ["n02100", "n01440764", "dog"])
    assert sets.load(tmp_path).classes == ("dog", "n02100", "n01440764")


def test_an_archive_of_folders_is_read_without_unpacking(tmp_path):
    pixels = published.class_folders(tmp_path / "here", ["000-cat", "001-a_b"])
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for file in sorted((tmp_path / "here").rglob("*.png")):
            archive.write(file, file.relative_to(tmp_path))
    made = sets.load(tmp_path / "set.zip")
    assert made.classes == ("cat", "a_b")
    np.testing.assert_array_equal(np.rint(made.images * 255), pixels.reshape(-1, 3, 8, 8))


def test_a_table_without_pyarrow_says_what_to_install(tmp_path, monkeypatch):
    (tmp_path / "train.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(HDDError, match=r"hdd-workbench\[parquet\]"):
        sets.load(tmp_path / "train.parquet")


@pytest.mark.parametrize("column", ["label", "class_id"])
def test_tables_of_hugging_face(tmp_path, column):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    pixels = published.class_folders(tmp_path / "images", ["0", "1"])
    files = [{"bytes": file.read_bytes(), "path": None} for file in sorted((tmp_path / "images").rglob("*.png"))]
    table = pyarrow.table({"image": files, column: [0, 0, 1, 1]})
    parquet.write_table(table, tmp_path / "train-00000.parquet")
    made = sets.load(tmp_path / "train-00000.parquet")
    np.testing.assert_array_equal(np.rint(made.images * 255), pixels.reshape(-1, 3, 8, 8))
    assert made.labels.tolist() == [0, 0, 1, 1]
