"""What an error line means to a person, apart from the lines themselves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Meaning:
    """What has happened, and what to change where no rule says it."""

    means: str
    way_out: str = ""


AFTER: Final = "The message was accepted with 250 and came back to the mailbox of its sender as a non-delivery report."
