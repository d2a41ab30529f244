"""What clients do to a message on its way, and what is kept all the same."""

from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.clients.curl import Curl
from tests.clients.errand import MailClient, submit
from tests.clients.msmtp import Msmtp
from tests.clients.nodemailer import Nodemailer
from tests.clients.python_aiosmtplib import Aiosmtplib
from tests.clients.python_smtplib import Smtplib
from tests.clients.swaks import Swaks
from tests.conftest import Emulate

pytestmark = pytest.mark.clients

LF_ONLY = (
    b"Date: Tue, 01 Dec 2026 08:00:00 +0000\nFrom: <scanner@contoso.com>\nMessage-ID: <scan-42@client.example>\n"
    b"\n.a dot\nthe end.\n"
)


def test_curl_sends_bare_line_feeds_as_they_are_and_so_they_are_kept(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    outcome = Curl().send(replace(submit(emulator), content=LF_ONLY), tmp_path)

    assert 0 == outcome.ended, outcome.output
    (kept,) = emulator.store.mail.messages()
    assert LF_ONLY + b"\r\n" == emulator.store.mail.raw(kept.id)


def test_smtplib_sends_bare_line_feeds_and_doubles_dots_behind_them(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    outcome = Smtplib().send(replace(submit(emulator), content=LF_ONLY), tmp_path)

    # A bare LF ends no line, so the dot that smtplib stuffs behind it is text (RFC 5321 section 4.5.2).
    assert "sent" == outcome.ended, outcome.output
    (kept,) = emulator.store.mail.messages()
    assert LF_ONLY.replace(b"\n.", b"\n..") + b"\r\n" == emulator.store.mail.raw(kept.id)


@pytest.mark.parametrize(
    "client", [Msmtp(), Swaks(), Aiosmtplib(), Nodemailer()], ids=["msmtp", "swaks", "aiosmtplib", "nodemailer"]
)
def test_other_clients_mend_bare_line_feeds(client: MailClient, emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    outcome = client.send(replace(submit(emulator), content=LF_ONLY), tmp_path)

    assert client.sent == outcome.ended, outcome.output
    (kept,) = emulator.store.mail.messages()
    assert LF_ONLY.replace(b"\n", b"\r\n") == emulator.store.mail.raw(kept.id)


def test_a_scan_of_twenty_megabytes_is_kept_octet_for_octet(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()
    errand = submit(emulator)
    content = errand.content + b"".join(
        sha256(b"%d" % number).hexdigest().encode() + b"\r\n" for number in range(320_000)
    )

    outcome = Curl().send(replace(errand, content=content), tmp_path)

    assert 0 == outcome.ended, outcome.output[-2000:]
    (kept,) = emulator.store.mail.messages()
    assert len(content) == kept.size
    assert sha256(content).digest() == sha256(emulator.store.mail.raw(kept.id) or b"").digest()
