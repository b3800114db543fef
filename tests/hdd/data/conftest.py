import numpy as np
import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def own_directories(tmp_path, monkeypatch):
    """No test reads or writes the user's cache and downloads."""
    monkeypatch.setenv("HDD_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("HDD_DATA_DIR", str(tmp_path / "downloads"))


@pytest.fixture
def image_folder(tmp_path):
    """Makes an image folder of random pictures: three train images and one test image of each class."""

    def make(name="pictures", classes=("cat", "dog"), size=(12, 10), mode="RGB", suffix=".png"):
        random = np.random.default_rng(0)
        for split, count in (("train", 3), ("test", 1)):
            for label in classes:
                folder = tmp_path / name / split / label
                folder.mkdir(parents=True)
                for number in range(count):
                    shape = (size[1], size[0], 3) if mode == "RGB" else (size[1], size[0])
                    pixels = random.integers(0, 256, shape, dtype=np.uint8)
                    Image.fromarray(pixels).save(folder / f"{number}{suffix}")
        return tmp_path / name

    return make
