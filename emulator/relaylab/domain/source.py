"""Where a statement comes from, and how sure we are of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Confidence(StrEnum):
    """How well a statement is supported; the same four values everywhere in the product."""

    DOCUMENTED = "documented"  # Microsoft's documentation, blog or message center says so
    OBSERVED = "observed"  # a public transcript, log or header shows it
    SECONDARY = "secondary"  # only a third party's account of Microsoft material says so
    INFERRED = "inferred"  # our conclusion; the reason is in the fact or the reading


@dataclass(frozen=True, slots=True)
class Source:
    """One citation: the fact it supports, the document behind it and its date.

    ``fact`` is the stable id of the fact in the project's fact sheets (``CS-ERR-03``), ``date`` the day the document
    was written or the behaviour was last seen (ISO, possibly only ``2026-09``), ``url`` empty where a source is known
    only as a public transcript.
    """

    fact: str
    title: str
    date: str
    confidence: Confidence
    url: str = ""

    def __str__(self) -> str:
        """Give one line for a person: title, date, confidence, fact id."""
        return f"{self.title}, {self.date} ({self.confidence}, {self.fact})"


def rfc(number: int, section: str, *, fact: str | None = None) -> Source:
    """Cite a section of an RFC; the text is the specification, so the confidence is DOCUMENTED."""
    return Source(
        fact=fact or f"RFC{number}",
        title=f"RFC {number} §{section}",
        date="",
        confidence=Confidence.DOCUMENTED,
        url=f"https://www.rfc-editor.org/rfc/rfc{number}#section-{section}",
    )
