"""Real images: data sets by name or folder, and the pools of a class that batches are drawn from."""

from hdd.data.datasets import Dataset, Listing, available, load
from hdd.data.pool import ClassPool

__all__ = ["ClassPool", "Dataset", "Listing", "available", "load"]
