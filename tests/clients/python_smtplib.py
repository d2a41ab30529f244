"""Python's smtplib."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from pathlib import Path

from tests.clients.errand import Answer, Errand, Outcome, Refused


class Smtplib:
    """smtplib as its documentation uses it: starttls(context=...), login(), sendmail()."""

    sent = "sent"
    refused: Mapping[Refused, int | str] = {
        Refused.SIGN_IN: "SMTPAuthenticationError",
        Refused.SENDER: "SMTPSenderRefused",
        Refused.RECIPIENT: "SMTPRecipientsRefused",
        Refused.MESSAGE: "SMTPDataError",
    }

    def send(self, errand: Errand, folder: Path) -> Outcome:
        try:
            with smtplib.SMTP(errand.where.host, errand.where.port, local_hostname="client.example") as client:
                self.sign_in(client, errand)
                client.sendmail(errand.mail_from, errand.to, errand.content)
        except (smtplib.SMTPException, ssl.SSLError) as error:
            return Outcome(type(error).__name__, answer_of(error), str(error))
        return Outcome("sent", None, "")

    def sign_in(self, client: smtplib.SMTP, errand: Errand) -> None:
        if errand.tls:
            client.starttls(context=ssl.create_default_context(cafile=errand.ca_file))
        if errand.token is not None:
            response = f"user={errand.user}\x01auth=Bearer {errand.token}\x01\x01"
            client.ehlo()  # auth() does not say hello by itself, as login() does
            client.auth("XOAUTH2", lambda challenge=None: response)
        elif errand.user is not None:
            client.login(errand.user, str(errand.password))


def answer_of(error: Exception) -> Answer | None:
    """The reply that smtplib raised."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()))
            return Answer.parse(code, text.decode())
        case smtplib.SMTPResponseException():
            text = error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()
            return Answer.parse(error.smtp_code, text.decode())
        case _:
            return None
