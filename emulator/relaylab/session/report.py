"""Non-delivery reports: real multipart/report messages (RFC 3464) in the sender's mailbox."""

from __future__ import annotations

from email.charset import QP, Charset
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from relaylab.domain.address import Address, DomainName
    from relaylab.domain.randomness import Random
    from relaylab.domain.reply import Reply, SessionNames

_UTF8: Final = Charset("utf-8")
_UTF8.body_encoding = QP
# The local part that Exchange Online's reports come from.
_POSTMASTER: Final = "MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e"


def write_report(  # noqa: PLR0913 - each is a field of the report
    *,
    to: Address,
    domain: DomainName,
    subject: str | None,
    original: bytes | bytearray,
    failed: Sequence[tuple[Address, Reply]],
    names: SessionNames,
    now: datetime,
    chance: Random,
) -> bytes:
    """Write the report about ``failed`` recipients, each with the status that it was refused with.

    ``original`` is the message; its header block is quoted, its body is not.
    """
    mark = f"{chance.getrandbits(100):025X}"
    report = MIMEMultipart("report", boundary=f"_{mark}_", policy=SMTP)
    report.set_param("report-type", "delivery-status")
    report["From"] = f"Microsoft Outlook <{_POSTMASTER}@{domain}>"
    report["To"] = str(to)
    report["Date"] = format_datetime(now)
    report["Message-ID"] = f"<{mark}@{names.mailbox_server}>"
    report["Subject"] = f"Undeliverable: {subject or ''}".rstrip()
    report["Auto-Submitted"] = "auto-replied"
    report.attach(_words(failed))
    report.attach(_status(failed, names))
    report.attach(_headers(original))
    return report.as_bytes(policy=SMTP)


def _words(failed: Sequence[tuple[Address, Reply]]) -> MIMEText:
    lines = ["Delivery has failed to these recipients or groups:", ""]
    for address, reply in failed:
        lines += [str(address), f"  {reply.line}", ""]
    part = MIMEText("", policy=SMTP)
    part.set_payload("\n".join(lines), _UTF8)
    return part


def _status(failed: Sequence[tuple[Address, Reply]], names: SessionNames) -> MIMEBase:
    part = MIMEBase("message", "delivery-status", policy=SMTP)
    about = Message(policy=SMTP)
    about["Reporting-MTA"] = f"dns;{names.mailbox_server}"
    blocks: list[Message | str] = [about]
    for address, reply in failed:
        block = Message(policy=SMTP)
        block["Final-Recipient"] = f"rfc822;{address}"
        block["Action"] = "failed"
        block["Status"] = str(reply.enhanced or f"{int(reply.code) // 100}.0.0")
        block["Diagnostic-Code"] = f"smtp;{reply.line}"
        blocks.append(block)
    part.set_payload(blocks)
    return part


def _headers(original: bytes | bytearray) -> MIMEBase:
    end = original.find(b"\r\n\r\n")
    part = MIMEBase("text", "rfc822-headers", policy=SMTP)
    part.set_payload(
        bytes(original[: end + 2] if end >= 0 else original).decode("ascii", "replace").replace("\r\n", "\n")
    )
    return part
