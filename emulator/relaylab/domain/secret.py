"""A secret that cannot be printed by accident."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A password, client secret or token; ``repr`` and ``str`` show nothing of it."""

    _value: str = field()

    def matches(self, candidate: str) -> bool:
        """Tell whether ``candidate`` is the secret, to the character."""
        return self._value == candidate

    def reveal(self) -> str:
        """Give the secret itself, for the one who must send it."""
        return self._value

    def __repr__(self) -> str:
        """Show nothing."""
        return "..."

    __str__ = __repr__
