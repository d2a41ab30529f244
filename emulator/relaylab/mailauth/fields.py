"""A message as signatures see it: its header fields octet for octet, and where its body begins.

Law of this module: any octets are a message; the fields, each with a line end, and the body are all there is of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_BLANK_LINE: Final = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Field:
    """One header field: ``raw`` is name, colon and value with its folds, without the final line end."""

    name: str  # in lower case
    raw: bytes

    @property
    def value(self) -> bytes:
        """What stands after the colon, folds included."""
        return self.raw.partition(b":")[2]


@dataclass(frozen=True, slots=True)
class SplitMessage:
    """A message in its parts; ``fields`` are in the order in which they stand."""

    fields: tuple[Field, ...]
    content: bytes | bytearray
    begins: int  # where the body does

    @property
    def body(self) -> bytes:
        """The body, copied out when somebody needs it: it may be long, and few messages are signed."""
        return bytes(memoryview(self.content)[self.begins :])

    def named(self, name: str) -> tuple[Field, ...]:
        """Give the fields of a name, from the top."""
        return tuple(field for field in self.fields if field.name == name)


def split_message(content: bytes | bytearray) -> SplitMessage:
    """Split a content at its first empty line; lines that are no field are left out, as signers leave them out."""
    if content.startswith(b"\r\n"):
        return SplitMessage((), content, 2)
    end = content.find(_BLANK_LINE)
    begins = end + len(_BLANK_LINE) if end >= 0 else len(content)
    head = bytes(memoryview(content)[: end if end >= 0 else len(content)])
    lines = head.removesuffix(b"\r\n").split(b"\r\n")
    gathered: list[list[bytes]] = []
    for line in lines:
        if line[:1] in {b" ", b"\t"} and gathered:
            gathered[-1].append(line)
        elif line:
            gathered.append([line])
    fields = (Field(_name(raw), raw) for raw in (b"\r\n".join(group) for group in gathered))
    return SplitMessage(tuple(field for field in fields if field.name), content, begins)


def _name(raw: bytes) -> str:
    name, colon, _ = raw.partition(b":")
    return name.rstrip(b" \t").decode("latin-1").lower() if colon else ""
