"""Django's own mail backend: it makes its own TLS context, so it is given the environment."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection

from relaylab.testing import Lab


@pytest.fixture
def mailing(relaylab: Lab, settings: Any) -> Iterator[Lab]:  # noqa: ANN401 - pytest-django's own
    settings.EMAIL_HOST = relaylab.submission.host
    settings.EMAIL_PORT = relaylab.submission.port
    settings.EMAIL_USE_TLS = True
    settings.EMAIL_HOST_USER = relaylab.accounts.app.address
    settings.EMAIL_HOST_PASSWORD = relaylab.accounts.app.password
    with relaylab.environment():
        yield relaylab


def send() -> int:
    # pytest-django swaps the backend for one in memory; the one under test is asked for by its name
    connection = get_connection("django.core.mail.backends.smtp.EmailBackend")
    message = EmailMessage("An order", "Thank you.", "app@contoso.com", ["customer@example.net"], connection=connection)
    try:
        return message.send()
    finally:
        connection.close()  # Django leaves it open when a sign-in is refused


def test_an_order_arrives(mailing: Lab) -> None:
    assert 1 == send()
    assert "Thank you.\n" == mailing.messages.with_subject("An order").one().text


def test_the_cutover_raises_what_django_raises(mailing: Lab) -> None:
    mailing.travel("2027-01-04")

    with mailing.expect_refusal("5.7.30"), pytest.raises(smtplib.SMTPAuthenticationError):
        send()
