"""Writes small files in the layouts of published distilled sets, as the families' own code writes them."""

import pickle
import zipfile

import numpy as np
import torch
from PIL import Image

from hdd.sets import SyntheticSet, save

CLASSES, IPC, SHAPE = 3, 2, (3, 8, 8)
LABELS = np.repeat(np.arange(CLASSES), IPC)


def images(seed=0, dtype=np.float32):
    return np.random.default_rng(seed).standard_normal((CLASSES * IPC, *SHAPE)).astype(dtype)


def condensation(path, legacy=False):
    """main_DM.py: every experiment appends copies of images and labels; accuracies are NumPy scalars."""
    data = [[torch.tensor(images(seed)), torch.tensor(LABELS)] for seed in range(2)]
    accuracies = {"ConvNet": [np.float64(0.5), np.mean([0.25, 0.5])]}
    torch.save({"data": data, "accs_all_exps": accuracies}, path, _use_new_zipfile_serialization=not legacy)
    return path


def best_pickle(path):
    """IDM_cifar10.py: pickle.dump of two tensors."""
    with path.open("wb") as file:
        pickle.dump((torch.tensor(images()), torch.tensor(LABELS)), file)
    return path


def trajectory(folder, labels=LABELS):
    """distill.py of MTT: images_best.pt, labels_best.pt, and lr_best.pt beside them."""
    torch.save(torch.nn.Parameter(torch.tensor(images())), folder / "images_best.pt")
    torch.save(torch.tensor(labels), folder / "labels_best.pt")
    torch.save(torch.tensor(0.02), folder / "lr_best.pt")
    return folder


def pair(path, dtype=torch.float32):
    """IDC, DREAM, DANCE, NCFM: a list of images and labels."""
    torch.save([torch.tensor(images()).sigmoid().to(dtype), torch.tensor(LABELS)], path)
    return path


def kip(path):
    """Channels last, and labels that are regressed to: one-hot less 1/C."""
    one_hot = np.eye(CLASSES)[LABELS] - 1 / CLASSES
    np.savez(path, images=images().transpose(0, 2, 3, 1), labels=one_hot)
    return path


def class_folders(folder, names, prefix="class"):
    """RDED, SRe2L: a folder for each class, whose images are JPEG there and PNG here, so that pixels are exact."""
    pixels = np.random.default_rng(0).integers(0, 256, (len(names), IPC, 8, 8, 3), np.uint8)
    for name, own in zip(names, pixels, strict=True):
        (folder / name).mkdir(parents=True)
        for number, one in enumerate(own):
            Image.fromarray(one).save(folder / name / f"{prefix}{number}.png")
    return pixels.transpose(0, 1, 4, 2, 3)


def family(name, folder):
    """The path of a small set of a family, and the file of it that is damaged."""
    if name == "folder":
        class_folders(folder, ["0", "1"])
        return folder, folder / "1" / "class0.png"
    if name == "zip":
        with zipfile.ZipFile(folder / "set.zip", "w") as archive:
            class_folders(folder / "here", ["0", "1"])
            for file in sorted((folder / "here").rglob("*.png")):
                archive.write(file, file.relative_to(folder / "here"))
        return folder / "set.zip", folder / "set.zip"
    if name == "parquet":
        save(SyntheticSet(images(), LABELS, "abc", (0.5,) * 3, (0.25,) * 3), folder / "set", name)
        (table,) = (folder / "set" / "data").iterdir()
        return folder / "set", table
    if name in ("export", "safetensors"):
        one = SyntheticSet(images(), LABELS, "abc", (0,) * 3, (1,) * 3)
        save(one, folder / "set.safetensors", name)
        path = folder / "set.safetensors"
        return path, path / "set.safetensors" if name == "export" else path
    if name == "trajectory":
        return trajectory(folder), folder / "images_best.pt"
    make, file = {
        "condensation": (condensation, "res_x.pt"),
        "old": (lambda path: condensation(path, legacy=True), "res_x.pt"),
        "pickle": (best_pickle, "x.pkl"),
        "pair": (pair, "data_x.pt"),
        "kip": (kip, "x.npz"),
    }[name]
    return make(folder / file), folder / file


FAMILIES = ("condensation", "old", "pickle", "pair", "kip", "trajectory", "safetensors", "export", "folder", "zip")
