"""Where the data sets come from and what their authors allow, for those who pass on what was made from them."""

from hdd.paths import FOLDER

_NONE = "no licence is stated by the authors"
_SOURCES = {
    "digits": ("https://archive.ics.uci.edu/dataset/80, as scikit-learn bundles it", "CC BY 4.0"),
    "mnist": ("LeCun et al. 1998", _NONE),
    "fashion-mnist": ("https://github.com/zalandoresearch/fashion-mnist", "MIT"),
    "cifar10": ("https://www.cs.toronto.edu/~kriz/cifar.html", _NONE),
    "cifar100": ("https://www.cs.toronto.edu/~kriz/cifar.html", _NONE),
    "svhn": ("http://ufldl.stanford.edu/housenumbers", "for non-commercial use only"),
}

NAMES = tuple(_SOURCES)
"""The data sets that have a name, as `hdd.data.available` lists them."""


def data_source(name: str) -> dict[str, str]:
    """The name of a data set, its source and its licence, in words."""
    if name.startswith(FOLDER):
        return {"name": name, "source": "a folder of images", "licence": "that of the images in the folder"}
    source, licence = _SOURCES.get(name, ("not recorded", "not recorded"))
    return {"name": name, "source": source, "licence": licence}
