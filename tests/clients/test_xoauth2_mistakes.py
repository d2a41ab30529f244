"""The ways to write XOAUTH2 wrongly, as a program with Python's smtplib does: the line, and the rule behind it."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.clients.oauth import OAuthLab, oauth_world
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

USER = "app@contoso.com"
MALFORMED, CANCELLED = "submission.auth.xoauth2_response_is_malformed", "submission.auth.client_cancelled"

# What a program puts together, from its token.
MISTAKES: dict[str, Callable[[str], str]] = {
    "one ^A at the end": lambda token: f"user={USER}\x01auth=Bearer {token}\x01",
    "no ^A at the end": lambda token: f"user={USER}\x01auth=Bearer {token}",
    "no ^A before auth": lambda token: f"user={USER}auth=Bearer {token}\x01\x01",
    "blanks for ^A": lambda token: f"user={USER} auth=Bearer {token}  ",
    "^A written out": lambda token: f"user={USER}^Aauth=Bearer {token}^A^A",
    "auth first": lambda token: f"auth=Bearer {token}\x01user={USER}\x01\x01",
    "no Bearer": lambda token: f"user={USER}\x01auth={token}\x01\x01",
    "no token": lambda _: f"user={USER}\x01auth=Bearer \x01\x01",
    "as PLAIN": lambda token: f"\x00{USER}\x00{token}",
}


@contextmanager
def connected(lab: OAuthLab) -> Iterator[smtplib.SMTP]:
    where = lab.emulator.endpoints["submission"]
    with smtplib.SMTP(where.host, where.port, local_hostname="client.example") as client:
        client.starttls(context=ssl.create_default_context(cafile=lab.ca))
        client.ehlo()
        yield client


@pytest.mark.parametrize("in_one_step", [True, False], ids=["one step", "two steps"])
@pytest.mark.parametrize("name", MISTAKES)
def test_a_wrong_layout_fails_like_a_wrong_token(oauth_lab: OAuthLab, name: str, *, in_one_step: bool) -> None:
    said = MISTAKES[name](oauth_lab.app_token())

    with connected(oauth_lab) as client, pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        client.auth("XOAUTH2", lambda challenge=None: said, initial_response_ok=in_one_step)

    assert (535, b"5.7.3 Authentication unsuccessful [") == (refused.value.smtp_code, refused.value.smtp_error[:35])
    assert MALFORMED == oauth_lab.last_rule()


def test_what_is_not_base64_fails_like_a_wrong_token(oauth_lab: OAuthLab) -> None:
    with connected(oauth_lab) as client:
        code, said = client.docmd("AUTH", f"XOAUTH2 user={USER}")

    assert (535, b"5.7.3 ") == (code, said[:6])
    assert MALFORMED == oauth_lab.last_rule()


def test_under_the_other_reading_the_layout_has_a_line_of_its_own(emulate: Emulate, oauth_lab: OAuthLab) -> None:
    lab = OAuthLab(emulate(world=oauth_world(), readings={"malformed_xoauth2": "5.5.124"}))
    said = MISTAKES["one ^A at the end"](lab.app_token())

    with connected(lab) as client, pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        client.auth("XOAUTH2", lambda challenge=None: said)

    assert (501, b"5.5.124 ") == (refused.value.smtp_code, refused.value.smtp_error[:8])


def test_who_cancels_is_told_535_and_not_501(oauth_lab: OAuthLab) -> None:
    with connected(oauth_lab) as client:
        prompt, _ = client.docmd("AUTH", "XOAUTH2")
        code, said = client.docmd("*")

    assert (334, 535, b"5.7.3 ") == (prompt, code, said[:6])
    assert CANCELLED == oauth_lab.last_rule()
