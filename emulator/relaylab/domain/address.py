"""Mail addresses and domain names, parsed once at the door and compared as Exchange compares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Self

# Each set says what is not in it: one that reaches to U+10FFFF takes as long to compile as a module to load.
# A dot-string or quoted-string local part (RFC 5321 §4.1.2), 8-bit allowed for SMTPUTF8 (RFC 6531 §3.3).
_ATEXT: Final = r"[^\x00- \"(),.:;<>@\[\\\]\x7f]"
_LOCAL: Final = re.compile(rf'(?:{_ATEXT}+(?:\.{_ATEXT}+)*|"(?:[^"\\\r\n]|\\.)*")')
_LETTER: Final = r"[^\x00-/:-@\[-^`{-\x7f]"
_LETTER_OR_HYPHEN: Final = r"[^\x00-,./:-@\[-^`{-\x7f]"
_LABEL: Final = re.compile(f"{_LETTER}(?:{_LETTER_OR_HYPHEN}*{_LETTER})?")
_LITERAL: Final = re.compile(r"\[(?:ipv6:)?[0-9a-f:.]+\]")  # RFC 5321 §4.1.3, already in lower case
_MAX_DOMAIN: Final = 255  # RFC 5321 §4.5.3.1.2


@dataclass(frozen=True, slots=True, order=True)
class DomainName:
    """A domain name, held in lower case without a final dot."""

    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a domain name or address literal; raise ValueError when a label is empty or has a wrong character."""
        name = text.rstrip(".").lower() if not text.endswith("..") else text
        labels = name.split(".")
        if _LITERAL.fullmatch(name) is None and (
            len(name) > _MAX_DOMAIN or not all(_LABEL.fullmatch(label) for label in labels)
        ):
            msg = f"{text!r} is not a domain name"
            raise ValueError(msg)
        return cls(name)

    def is_within(self, parent: DomainName) -> bool:
        """Tell whether this is ``parent`` or a subdomain of it."""
        return self == parent or self.name.endswith("." + parent.name)

    def parents(self) -> Iterator[DomainName]:
        """Give the domains above this one, the nearest first."""
        _, dot, rest = self.name.partition(".")
        while dot:
            yield DomainName(rest)
            _, dot, rest = rest.partition(".")

    def __str__(self) -> str:
        """Give the name."""
        return self.name


@dataclass(frozen=True, slots=True)
class Address:
    """An SMTP address; two are equal when they differ in upper and lower case only, as in Exchange."""

    local: str
    domain: DomainName
    key: str = field(init=False, repr=False, compare=False)  # the form to look up and compare by

    def __post_init__(self) -> None:
        """Make the key once: an address is compared many times for each message."""
        object.__setattr__(self, "key", f"{self.local.lower()}@{self.domain.name}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``local@domain``; raise ValueError when it is not one."""
        local, at, domain = text.rpartition("@")
        if not at or _LOCAL.fullmatch(local) is None:
            msg = f"{text!r} is not an address such as scanner@contoso.com"
            raise ValueError(msg)
        return cls(local, DomainName.parse(domain))

    @classmethod
    def is_one(cls, text: str) -> bool:
        """Tell whether a text is an address."""
        try:
            cls.parse(text)
        except ValueError:
            return False
        return True

    def __eq__(self, other: object) -> bool:
        """Compare without regard to case."""
        return isinstance(other, Address) and self.key == other.key

    def __hash__(self) -> int:
        """Hash what ``__eq__`` compares."""
        return hash(self.key)

    def __str__(self) -> str:
        """Give the address as written."""
        return f"{self.local}@{self.domain.name}"
