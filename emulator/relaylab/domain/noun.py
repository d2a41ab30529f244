"""What nouns are that come into being several times for each line of a client: frozen by the type checker alone.

A frozen dataclass sets each field by a call, which takes thrice as long as an assignment; with it a small message was a
tenth dearer. So ``@noun`` is a plain dataclass at run time, and a frozen one to whoever checks types: an assignment to
a field is an error of ``mypy``, which reads every line of the product and its tests. Equality and hash are those of a
frozen dataclass. A noun that is made rarely stays a frozen dataclass.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, dataclass_transform

T = TypeVar("T")

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def noun(*, kw_only: bool = False, eq: bool = True) -> Callable[[type[T]], type[T]]:
    """Make a dataclass with slots whose fields nobody may assign to."""
    return dataclass(slots=True, kw_only=kw_only, eq=eq, unsafe_hash=eq)
