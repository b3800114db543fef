"""Writes small files in the layouts of published distilled sets, as the families' own code writes them."""

import pickle

import numpy as np
import torch
from PIL import Image

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
