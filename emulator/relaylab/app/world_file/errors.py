"""What is wrong in a world file, said so that a person can mend it: where, what stands there, what should, the way out.

Law of this module: the value of a secret never becomes part of a text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import SequenceMatcher, get_close_matches
from typing import Final

from relaylab.domain.clock import iso

_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]{1,80}")
_LONGEST_SHOWN: Final = 80  # characters of a value in an error
_LONGEST_SUGGESTION: Final = 500
_LARGEST_SHOWN: Final = 10**30
_NEAR: Final = 0.7
_MOST_COMPARED: Final = 1000  # names looked through for a near miss: a generated estate may have many thousands


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the document: ``tenant[0].inbound_connector[1].connector_type``."""

    steps: tuple[str | int, ...] = ()

    def __truediv__(self, step: str | int) -> Place:
        """Give the place of a key or element below this one."""
        return Place((*self.steps, step))

    def __str__(self) -> str:
        """Write the place as product and tests name it."""
        return "".join(f"[{step}]" if isinstance(step, int) else f".{_key(step)}" for step in self.steps)[1:]


ROOT: Final = Place()


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a place, before anybody asks which file it was; ``value`` is text that may be shown."""

    place: Place
    value: str | None
    expectation: str
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend; ``where`` is a place in the document, a line, or empty where the whole file is the matter."""

    file: str
    where: str
    value: str | None
    expectation: str
    suggestion: str

    def __str__(self) -> str:
        """Write one line that ends with the way out."""
        heading = ": ".join(part for part in (self.file, self.where) if part)
        sentence = " ".join(part for part in (self.value, self.expectation) if part)
        line = f"{heading}: {sentence}" + (f"; {self.suggestion[:_LONGEST_SUGGESTION]}" if self.suggestion else "")
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in line)


class WorldFileError(Exception):
    """A world that cannot be used, with everything that is wrong with it, in the order of the file."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        """Write one problem a line."""
        return "\n".join(map(str, self.problems))


def in_file_order(faults: Iterable[Fault], document: Mapping[str, object], file: str) -> tuple[Problem, ...]:
    """Give the faults as problems of ``file``, sorted as their places follow each other in the document."""
    ordered = sorted(faults, key=lambda fault: _ranks(document, fault.place))
    return tuple(Problem(file, str(f.place), f.value, f.expectation, f.suggestion) for f in ordered)


def shown(value: object) -> str:
    """Write a value as the file writes it, cut when long; a table or list says only what it is."""
    match value:
        case str():
            cut = f"{value[:_LONGEST_SHOWN]}..." if len(value) > _LONGEST_SHOWN else value
            return json.dumps(cut, ensure_ascii=False)
        case int() if abs(value) >= _LARGEST_SHOWN:
            return "the huge number"
        case datetime() if value.tzinfo is not None:
            return iso(value)
        case date() | time():
            return value.isoformat()
        case Mapping() | list():
            return "a list" if isinstance(value, list) else "a table"
        case _:
            return json.dumps(value, default=str)


def near_miss(word: str, choices: Iterable[str]) -> str | None:
    """Give the choice somebody probably meant; ``SenderIPAddresses`` is ``sender_ip_addresses`` to us.

    Of an address both parts must be near: that two share a domain says nothing.
    """
    candidates = list(choices)
    same = next((choice for choice in candidates if _squashed(choice) == _squashed(word)), None)
    if same is not None or len(candidates) > _MOST_COMPARED:
        return same
    by_folded = {choice.casefold(): choice for choice in candidates}
    folded = word.casefold()[:_LONGEST_SHOWN]
    close = get_close_matches(folded, by_folded, cutoff=_NEAR)
    return next((by_folded[choice] for choice in close if _parts_are_near(folded, choice)), None)


def did_you_mean(word: object, choices: Iterable[str], otherwise: str = "") -> str:
    """Ask for the near miss if there is one, else give the other way out."""
    meant = near_miss(word, choices) if isinstance(word, str) else None
    return f'did you mean "{meant}"?' if meant is not None else otherwise


def _squashed(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "").replace(" ", "")


def _parts_are_near(word: str, choice: str) -> bool:
    pairs = zip(word.split("@"), choice.split("@"), strict=False)
    return all(SequenceMatcher(a=one, b=other).ratio() >= _NEAR for one, other in pairs)


def _key(step: str) -> str:
    return step if _BARE_KEY.fullmatch(step) else shown(step)


def _ranks(document: object, place: Place) -> tuple[int, ...]:
    """Number the way to a place; a key that is missing comes first in its table."""
    ranks: list[int] = []
    node = document
    for step in place.steps:
        if isinstance(step, int):
            ranks.append(step)
            node = node[step] if isinstance(node, list) else None
        else:
            keys = list(node) if isinstance(node, Mapping) else []
            ranks.append(keys.index(step) if step in keys else -1)
            node = node.get(step) if isinstance(node, Mapping) else None
    return tuple(ranks)
