"""Values that are worked out when somebody first reads them, from what never changes.

A verdict implies its text, and a stamped message its header fields. Few of them are ever read, and writing them out
took half of the processor time of a message. Law of this module: what is worked out depends on frozen values only, so
nobody can tell when it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Self, TypeVarTuple

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Ts = TypeVarTuple("Ts")


class Implied:
    """Base of a frozen dataclass with slots, some of whose fields may be left to be worked out."""

    __slots__ = ("_given", "_work")

    _given: tuple[object, ...]
    _work: object  # what works it out, of what is given

    @classmethod
    def implied(cls, work: Callable[[*Ts], Mapping[str, object]], *given: *Ts, **known: object) -> Self:
        """Make a value of the fields that are ``known`` and those that ``work`` makes of ``given`` when one is read."""
        value = object.__new__(cls)
        for name, one in known.items():
            object.__setattr__(value, name, one)
        object.__setattr__(value, "_given", given)
        object.__setattr__(value, "_work", work)
        return value

    if not TYPE_CHECKING:  # a type checker shall know the fields alone

        def __getattr__(self, name: str) -> object:
            """Work out what has no value yet; Python asks for nothing else here."""
            if name == "_given" or name not in type(self).__dataclass_fields__:
                raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}", name=name, obj=self)
            given, work = self._given, self._work  # in this order: without what is given, nothing is left to be done
            for field, value in work(*given).items():  # two threads that read at once work out the same
                object.__setattr__(self, field, value)
            object.__setattr__(self, "_work", _nothing)  # what it was worked out from is let go
            object.__setattr__(self, "_given", ())
            return object.__getattribute__(self, name)


def fields_of(whole: DataclassInstance) -> dict[str, object]:
    """Give all that is to be worked out of a value, where one was made whole for it."""
    return {one.name: getattr(whole, one.name) for one in fields(whole)}


def _nothing(*_: object) -> Mapping[str, object]:
    return {}
