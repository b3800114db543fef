"""Real images: data sets by name or from a folder, and the pools of each class from which batches are drawn."""

from hdd.data.datasets import Dataset, Listing, available, load
from hdd.data.pool import ClassPool

__all__ = ["ClassPool", "Dataset", "Listing", "available", "load"]
