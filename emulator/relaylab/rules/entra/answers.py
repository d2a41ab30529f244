"""What it is called in the log when Entra gives what was asked for; on the wire it is a document or a page."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from relaylab.domain.reply import ReplyTemplate
from relaylab.domain.source import Confidence, Source

_LEARN: Final = "https://learn.microsoft.com/entra/identity-platform"


def _answer(  # noqa: PLR0913, PLR0917 - a row of a table
    name: str, text: str, fact: str, title: str, page: str, date: str
) -> ReplyTemplate:
    source = Source(fact, title, date, Confidence.DOCUMENTED, f"{_LEARN}/{page}")
    return ReplyTemplate(name, HTTPStatus.OK, None, text, source)


DOCUMENT: Final = _answer(
    "document", "the document is given", "OA-EP-05", "OpenID Connect", "v2-protocols-oidc", "2024"
)
SIGN_IN_PAGE: Final = _answer(
    "sign_in_page",
    "the sign-in page is shown",
    "OA-EP-04",
    "Authorization code flow",
    "v2-oauth2-auth-code-flow",
    "2024",
)
SIGNED_IN: Final = _answer(
    "signed_in", "the user is signed in", "OA-AC-04", "Authorization code flow", "v2-oauth2-auth-code-flow", "2024"
)
DEVICE_CODE: Final = _answer(
    "device_code", "a device code is given", "OA-DC-01", "Device code flow", "v2-oauth2-device-code", "2024-01-10"
)
ADMIN_CONSENT: Final = _answer(
    "admin_consent",
    "the administrator is asked, or has consented for the tenant",
    "OA-EP-04",
    "Client credentials flow",
    "v2-oauth2-client-creds-grant-flow",
    "2023-02-13",
)
TOKEN: Final = _answer(
    "token",
    "a token is given",
    "OA-CC-06",
    "Client credentials flow",
    "v2-oauth2-client-creds-grant-flow",
    "2023-02-13",
)
