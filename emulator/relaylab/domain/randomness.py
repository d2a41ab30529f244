"""Chance as a type: one seed, and an independent named stream for each thing that needs dice.

A generator that is shared is not repeatable under concurrency, since the order of draws follows the scheduler. So
every consumer asks for its own stream, named by a path, and the same seed and path always give the same draws.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from random import Random

__all__ = ["Random", "Randomness", "stream_of"]  # everybody else takes the type from here


@dataclass(frozen=True, slots=True)
class Randomness:
    """The one seed of a run."""

    seed: int

    def stream(self, *path: str | int) -> Random:
        """Give the generator of ``path``, always starting at the same place for the same seed."""
        return stream_of(self.number(*path))

    def number(self, *path: str | int) -> int:
        """Give the number of ``path``, of 256 bits: a few draws from it cost less than to make a generator."""
        name = "\x1f".join([str(self.seed), *map(str, path)])
        return int.from_bytes(hashlib.sha256(name.encode()).digest(), "big")


def stream_of(number: int) -> Random:
    """Give the generator of the path whose number that is; it begins with the upper half, the lower is left."""
    return Random(number >> 128)
