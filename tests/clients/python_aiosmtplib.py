"""aiosmtplib, from Python's package index."""

from __future__ import annotations

import asyncio
import gc
import ssl
import warnings
from collections.abc import Mapping
from pathlib import Path

import aiosmtplib

from tests.clients.errand import Answer, Errand, Outcome, Refused


class Aiosmtplib:
    """aiosmtplib as its documentation uses it."""

    sent = "sent"
    refused: Mapping[Refused, int | str] = {
        Refused.SIGN_IN: "SMTPAuthenticationError",
        Refused.SENDER: "SMTPSenderRefused",
        Refused.RECIPIENT: "SMTPRecipientsRefused",
        Refused.MESSAGE: "SMTPDataError",
    }

    def send(self, errand: Errand, folder: Path) -> Outcome:
        # It leaves its socket to the loop that ends: not a matter of the tests that follow.
        with warnings.catch_warnings(action="ignore", category=ResourceWarning):
            outcome = asyncio.run(self._try(errand))
            gc.collect()
        return outcome

    async def _try(self, errand: Errand) -> Outcome:
        try:
            await self._send(errand)
        except (aiosmtplib.SMTPException, ssl.SSLError) as error:
            return Outcome(type(error).__name__, _answer_of(error), str(error))
        return Outcome("sent", None, "")

    async def _send(self, errand: Errand) -> None:
        client = aiosmtplib.SMTP(
            hostname=errand.where.host,
            port=errand.where.port,
            local_hostname="client.example",
            start_tls=errand.tls,
            tls_context=ssl.create_default_context(cafile=errand.ca_file),
        )
        async with client:
            if errand.token is not None:
                await client.auth_xoauth2(str(errand.user), errand.token)
            elif errand.user is not None:
                await client.login(errand.user, str(errand.password))
            await client.sendmail(errand.mail_from, list(errand.to), errand.content)


def _answer_of(error: Exception) -> Answer | None:
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            (first, *_) = error.recipients
            return Answer.parse(first.code, first.message)
        case aiosmtplib.SMTPResponseException():
            return Answer.parse(error.code, error.message)
        case _:
            return None
