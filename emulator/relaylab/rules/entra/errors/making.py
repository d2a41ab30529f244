"""How a row of the table of errors is made."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from relaylab.domain.reply import OAuthError

if TYPE_CHECKING:
    from relaylab.domain.source import Source

_BAD: Final = HTTPStatus.BAD_REQUEST
UNAUTHORIZED: Final = HTTPStatus.UNAUTHORIZED


def error(  # noqa: PLR0913, PLR0917 - a row of a table
    name: str, number: int, word: str, text: str, source: Source, status: HTTPStatus = _BAD, suberror: str = "",
    *, asks_for_claims: bool = False, word_reading: str = "",
) -> OAuthError:  # fmt: skip
    """Make an error: its name here, AADSTS number, OAuth word, text, and where that is written."""
    return OAuthError(
        name,
        status,
        None,
        f"AADSTS{number}: {text}",
        source,
        error=word,
        number=number,
        suberror=suberror,
        asks_for_claims=asks_for_claims,
        word_reading=word_reading,
    )
