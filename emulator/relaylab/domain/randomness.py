"""Chance as a type: one seed, and an independent named stream for each thing that needs dice.

A generator that is shared is not repeatable under concurrency, since the order of draws follows the scheduler. So
every consumer asks for its own stream, named by a path, and the same seed and path always give the same draws.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from random import Random
from typing import Final, Protocol

__all__ = ["Chance", "Dice", "Random", "Randomness", "stream_of"]  # everybody else takes the type from here

_OCTETS: Final = 32  # of the number of a path
_BITS: Final = 8 * _OCTETS


@dataclass(frozen=True, slots=True)
class Randomness:
    """The one seed of a run."""

    seed: int

    def stream(self, *path: str | int) -> Random:
        """Give the generator of ``path``, always starting at the same place for the same seed."""
        return stream_of(self.number(*path))

    def number(self, *path: str | int) -> int:
        """Give the number of ``path``, of 256 bits: a few draws from it cost less than to make a generator."""
        return int.from_bytes(hashlib.sha256(self._named(path)).digest(), "big")

    def numbers(self, many: int, *path: str | int) -> tuple[int, ...]:
        """Give so many numbers of ``path`` at once, each as large: a hash for each of them takes thrice as long."""
        octets = hashlib.shake_256(self._named(path)).digest(many * _OCTETS)
        return tuple(int.from_bytes(octets[at : at + _OCTETS], "big") for at in range(0, len(octets), _OCTETS))

    def _named(self, path: tuple[str | int, ...]) -> bytes:
        return "\x1f".join([str(self.seed), *map(str, path)]).encode()


class Chance(Protocol):
    """Gives numbers that nobody can tell beforehand, and the same ones for the same seed."""

    def getrandbits(self, k: int, /) -> int:
        """Give a number of ``k`` bits."""
        ...


class Dice:
    """The dice of somebody who throws them once at most, as a rule: a session for the receipt of its message.

    The first throw is the upper end of a path's number; a generator, which is 2,900 octets and takes as long to make as
    to read a line, is made for the second. What was logged of a message holds its session's dice.
    """

    __slots__ = ("_is_thrown", "_source")

    def __init__(self, number: int) -> None:
        """Take the number of a path."""
        self._source: int | Random = number
        self._is_thrown = False

    def getrandbits(self, k: int, /) -> int:
        """Give a number of ``k`` bits."""
        source = self._source
        if isinstance(source, int):
            if not self._is_thrown and k <= _BITS:
                self._is_thrown = True
                return source >> _BITS - k
            source = self._source = stream_of(source)
        return source.getrandbits(k)


def stream_of(number: int) -> Random:
    """Give the generator of the path whose number that is; it begins with the upper half, the lower is left."""
    return Random(number >> 128)
