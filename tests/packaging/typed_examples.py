"""What a user may write, as a type checker sees it: mypy checks this file with the others, and a test runs it."""

from __future__ import annotations

import re
import smtplib
import ssl
from datetime import date, datetime
from pathlib import Path
from typing import assert_type

from relaylab import load_world
from relaylab.domain.decision import ReplyFacts
from relaylab.testing import (
    Account,
    Attachment,
    Events,
    ExpectedRefusal,
    Lab,
    LogEvent,
    Message,
    Messages,
    SitePlaces,
    Verdict,
    Verdicts,
)

LETTER = "From: scanner@contoso.com\nSubject: page 1\n\nOne page.\n"


def in_plain_python() -> None:
    """Send, and read what became of it."""
    with Lab(load_world("default"), at=date(2026, 12, 1), readings={"basic_auth_refusal": "5.7.139"}) as lab:
        assert_type(lab, Lab)
        scanner = assert_type(lab.accounts.scanner, Account)
        with smtplib.SMTP(lab.submission.host, lab.submission.port) as smtp:
            smtp.starttls(context=assert_type(lab.ssl_context(), ssl.SSLContext))
            smtp.login(scanner.address, scanner.password)
            smtp.sendmail(scanner.address, ["helpdesk@contoso.com"], LETTER)

        assert_type(lab.messages, Messages)
        message = assert_type(lab.messages.to("helpdesk@contoso.com").with_subject(re.compile("page")).one(), Message)
        assert_type(message.recipients, list[str])
        assert_type(message.attachments, list[Attachment])
        assert_type(message.accepted_at, datetime)
        assert_type(lab.wait_for_message(subject="page 1"), Message)
        assert_type(lab.messages[0:1], Messages)
        assert_type(lab.verdicts, Verdicts)
        assert_type(lab.events.of_kind("judged"), Events)
        assert_type(lab.events[0], LogEvent)
        assert_type(lab.site("hq"), SitePlaces)
        assert_type(lab.env(), dict[str, str])
        assert_type(lab.ca_file, Path)


def expecting_a_refusal() -> None:
    """Refuse, and ask why."""
    with Lab(at="2027-01-04") as lab:
        with lab.expect_refusal("5.7.30") as refusal, smtplib.SMTP(lab.submission.host, lab.submission.port) as smtp:
            smtp.starttls(context=lab.ssl_context())
            smtp.login(*lab.accounts.scanner.login)
        assert_type(refusal, ExpectedRefusal)
        verdict = assert_type(refusal.verdict, Verdict)
        assert_type(verdict.reply, ReplyFacts | None)
        assert_type(verdict.rule, str | None)
        assert_type(verdict.because, tuple[str, ...])
        assert_type(lab.last_verdict.explain(), str)


async def in_coroutines() -> None:
    """Do it in a loop."""
    async with Lab() as lab:
        with smtplib.SMTP(lab.mx.host, lab.mx.port) as smtp:
            smtp.sendmail("a@contoso.com", ["helpdesk@contoso.com"], LETTER)
        assert_type(await lab.message(to="helpdesk@contoso.com"), Message)
        async with lab.expect_refusal() as refusal:
            with smtplib.SMTP(lab.mx.host, lab.mx.port) as smtp:
                smtp.sendmail("a@contoso.com", ["nobody@contoso.com"], LETTER)
        assert_type(refusal.verdict, Verdict)


def under_aiosmtpd() -> None:
    """Host one endpoint in aiosmtpd's Controller."""
    with Lab(listen=False) as lab:
        controller = lab.controller("mx", site="hq")
        controller.start()
        try:
            with smtplib.SMTP(controller.hostname, controller.port) as smtp:
                smtp.sendmail("a@contoso.com", ["out@example.net"], LETTER)
        finally:
            controller.stop()
        assert_type(lab.messages.one(), Message)
