"""Letters that the tests of the plugin send, by smtplib."""

from __future__ import annotations

import smtplib
from contextlib import suppress

from relaylab.testing import Lab

LETTER = "From: scanner@contoso.com\nSubject: page 1\n\nOne page.\n"


def submit(lab: Lab, to: str = "helpdesk@contoso.com", *, account: str = "scanner@contoso.com") -> None:
    """Sign in with a password and submit."""
    with smtplib.SMTP(lab.submission.host, lab.submission.port) as smtp:
        smtp.starttls(context=lab.ssl_context())
        smtp.login(*lab.accounts[account].login)
        smtp.sendmail(account, [to], LETTER)


def attempt(lab: Lab, *, account: str = "scanner@contoso.com") -> None:
    """Submit, whatever comes of it."""
    with suppress(smtplib.SMTPException):
        submit(lab, account=account)


def relay(
    lab: Lab, to: str = "helpdesk@contoso.com", *, site: str | None = None, sender: str = "a@contoso.com"
) -> None:
    """Hand mail to the MX, as from a site."""
    where = lab.site(site).mx if site else lab.mx
    with smtplib.SMTP(where.host, where.port) as smtp:
        smtp.sendmail(sender, [to], LETTER)
