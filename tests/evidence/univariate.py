"""Data sets and answers of the reference that the tests of univariate models share."""

import csv
import json
from functools import cache

import numpy as np

from agreement import ORACLE

DATASETS = ("bcg", "raudenbush1985", "normand1999", "molloy2014", "li2007")


@cache
def answers(name="02_uni"):
    return json.loads((ORACLE / f"{name}.json").read_text("utf-8"))


def effects(name):
    data = answers()[name]
    return np.array(data["yi"]), np.array(data["vi"])


def columns(file, *names):
    with (ORACLE / "data" / file).open(encoding="utf-8") as handle:
        rows = list(csv.DictReader(handle))
    return [np.array([float(row[name]) for row in rows]) for name in names]


def words(file, name):
    with (ORACLE / "data" / file).open(encoding="utf-8") as handle:
        return [row[name] for row in csv.DictReader(handle)]


def first(value):
    return value[0] if isinstance(value, list) else value


def random_studies(seed, k=None, spread=1.0):
    """Effects and variances of k studies (2 to 30 if none is given) from a seed."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 30)) if k is None else k
    v = np.exp(rng.normal(-2, spread, k))
    return rng.normal(0.3, 0.5, k) + rng.normal(0, 1, k) * np.sqrt(v), v
