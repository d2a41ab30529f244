"""How much of what happened is kept: the one part of a world that decides no answer."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """How many messages, how many mebibytes of them and how many events are kept at most; the oldest make room.

    None is left to whoever is asked next: the options of a run, then its world, then what is usual.
    """

    messages: int | None = None
    mebibytes: int | None = None
    events: int | None = None

    def __post_init__(self) -> None:
        """Raise ValueError for bounds within which nothing could be kept."""
        for field in fields(self):
            bound: object = getattr(self, field.name)  # of a caller without types
            if bound is not None and (type(bound) is not int or bound < 1):
                raise ValueError(f"keep: {field.name} = {bound!r} is no bound; write a whole number, 1 or more")

    def or_else(self, other: Keeping) -> Keeping:
        """Fill what is left open with the bounds of another."""
        return Keeping(
            messages=other.messages if self.messages is None else self.messages,
            mebibytes=other.mebibytes if self.mebibytes is None else self.mebibytes,
            events=other.events if self.events is None else self.events,
        )


AS_USUAL: Final = Keeping()
