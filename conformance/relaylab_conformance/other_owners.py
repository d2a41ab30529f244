"""Who else answers with an enhanced code that Microsoft 365 uses: a code alone names no cause (fact COR-42)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from relaylab.domain.source import Confidence, Source


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody else, or a service in other words, who answers with a code; ``code`` is without its class: ``7.30``."""

    code: str
    who: str
    means: str
    source: Source


_MALFORMED: Final = Source("HVE-ERR-03", "digest of Microsoft's page on errors", "2026-04-07", Confidence.DOCUMENTED)

OTHER_OWNERS: Final = (
    *(
        Owner(
            f"5.{detail}",
            "High Volume Email",
            "answers 501 5.5.121 to 5.5.126 when the argument of AUTH XOAUTH2 is malformed: base64 that cannot be "
            "read, no user=, no Bearer, or no token. 5.5.124 was seen where the user was no address; which of the "
            "others has which cause is not public, and relaylab says 5.5.124 for all of them",
            _MALFORMED,
        )
        for detail in (121, 122, 123, 125, 126)
    ),
    Owner(
        "7.30",
        "RFC 8689",
        "registers X.7.30 as: REQUIRETLS support required",
        Source("COR-42", "RFC 8689", "2019-11", Confidence.DOCUMENTED, "https://www.rfc-editor.org/rfc/rfc8689"),
    ),
    Owner(
        "7.30",
        "Gmail",
        "answers 550 5.7.30 and 421 4.7.30 when a message fails its DKIM check",
        Source("COR-42", "public table of Gmail's replies", "2026", Confidence.DOCUMENTED),
    ),
)


def other_owners(code: str) -> list[Owner]:
    """Give who else uses an enhanced code, whatever its class."""
    return [owner for owner in OTHER_OWNERS if code.partition(".")[2] == owner.code]
