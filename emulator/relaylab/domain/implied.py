"""Values that are worked out when somebody first reads them, from what never changes.

A verdict implies its text, and a stamped message its header fields. Few of them are ever read, and writing them out
took half of the processor time of a message. Law of this module: what is worked out depends on frozen values only, so
nobody can tell when it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Self, TypeVarTuple

Ts = TypeVarTuple("Ts")


class Implied:
    """Base of a frozen dataclass with slots, some of whose fields may be left to be worked out."""

    __slots__ = ("_work",)

    _work: tuple[object, tuple[object, ...]]  # what works it out, and of what

    @classmethod
    def implied(cls, work: Callable[[*Ts], Mapping[str, object]], *given: *Ts, **known: object) -> Self:
        """Make a value of the fields that are ``known`` and those that ``work`` makes of ``given`` when one is read."""
        value = object.__new__(cls)
        for name, one in known.items():
            object.__setattr__(value, name, one)
        object.__setattr__(value, "_work", (work, given))
        return value

    if not TYPE_CHECKING:  # a type checker shall know the fields alone

        def __getattr__(self, name: str) -> object:
            """Work out what has no value yet; Python asks for nothing else here."""
            if name == "_work" or name not in type(self).__dataclass_fields__:
                raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}", name=name, obj=self)
            work, given = self._work
            for field, value in work(*given).items():  # two threads that read at once work out the same
                object.__setattr__(self, field, value)
            object.__setattr__(self, "_work", (dict, ()))  # what it was worked out from is let go
            return object.__getattribute__(self, name)
