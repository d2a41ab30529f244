"""Readings: every choice between conflicting or unpublished facts, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from relaylab.domain.source import Source


@dataclass(frozen=True, slots=True)
class Reading:
    """A question on which the sources disagree or are silent, the answers we can give, and the default.

    ``values`` pairs each value with what it means; there are at least two, or it would be no choice.
    """

    name: str
    question: str
    values: tuple[tuple[str, str], ...]
    default: str
    source: Source

    @property
    def names(self) -> tuple[str, ...]:
        """The values by name."""
        return tuple(name for name, _ in self.values)


@dataclass(frozen=True, slots=True)
class Readings(Mapping[str, str]):
    """One value for every reading."""

    _values: Mapping[str, str] = field()

    @classmethod
    def of(cls, catalogue: tuple[Reading, ...], chosen: Mapping[str, str] | None = None) -> Self:
        """Take the defaults, and what was chosen over them; raise ValueError for a name or value nobody knows."""
        known = {reading.name: reading for reading in catalogue}
        chosen = chosen or {}
        for name, value in chosen.items():
            if name not in known:
                msg = f"no reading is named {name!r}; the readings are: {', '.join(sorted(known))}"
                raise ValueError(msg)
            if value not in known[name].names:
                msg = f"reading {name}: {value!r} is not one of {', '.join(known[name].names)}"
                raise ValueError(msg)
        return cls({name: chosen.get(name, reading.default) for name, reading in known.items()})

    def __getitem__(self, name: str) -> str:
        """Give the value in force."""
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names."""
        return iter(self._values)

    def __len__(self) -> int:
        """Count the readings."""
        return len(self._values)

    def allow(self, under: tuple[tuple[str, str], ...]) -> bool:
        """Tell whether every reading in ``under`` has the value given there."""
        return all(self._values[name] == value for name, value in under)
