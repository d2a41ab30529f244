"""A reply of the server as the sender read it."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Answer:
    """A code and the text of each line; a code of 0 means that no code could be read."""

    code: int
    lines: tuple[str, ...]

    @classmethod
    def parse(cls, *lines: bytes) -> Self:
        """Read the lines of one reply; the last line's code counts, as RFC 5321 §4.2.1 wants them all alike."""
        code = lines[-1][:3]
        return cls(int(code) if code.isdigit() else 0, tuple(_text(line) for line in lines))

    @property
    def text(self) -> str:
        """The text of all lines in one."""
        return " ".join(self.lines)

    @property
    def is_positive(self) -> bool:
        """Whether the server did what it was asked."""
        return 200 <= self.code < 300

    @property
    def is_for_now(self) -> bool:
        """Whether the refusal is transient: the same command may succeed later."""
        return 400 <= self.code < 500

    def __str__(self) -> str:
        """Give the reply as one line: ``550 5.7.30 Basic authentication ...``."""
        return f"{self.code} {self.text}"


def _text(line: bytes) -> str:
    return line[4:].decode("utf-8", "backslashreplace").strip()
