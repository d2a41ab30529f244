"""SMTP reply codes (RFC 5321 §4.2) and enhanced status codes (RFC 3463) as values."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

_ENHANCED: Final = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})")


class ReplyCode(IntEnum):
    """A three-digit reply code that some endpoint of Microsoft 365 answers with."""

    HELP = 214  # RFC 5321 §4.2.3
    READY = 220
    CLOSING = 221
    AUTHENTICATED = 235  # RFC 4954 §6
    OK = 250
    CANNOT_VERIFY = 252
    AUTH_CONTINUE = 334  # RFC 4954 §4
    START_MAIL_INPUT = 354
    SERVICE_NOT_AVAILABLE = 421
    MAILBOX_LOGON_FAILURE = 430  # not in RFC 5321; Exchange answers it at the end of DATA
    TOO_MANY_CONNECTIONS = 432  # not in RFC 5321; Exchange answers it at the end of DATA
    MAILBOX_BUSY = 450
    LOCAL_ERROR = 451
    INSUFFICIENT_STORAGE = 452
    TEMPORARY_AUTH_FAILURE = 454  # RFC 4954 §6, RFC 3207 §4
    UNRECOGNISED_COMMAND = 500
    SYNTAX_ERROR = 501
    NOT_IMPLEMENTED = 502
    BAD_SEQUENCE = 503
    PARAMETER_NOT_IMPLEMENTED = 504
    AUTHENTICATION_REQUIRED = 530  # RFC 4954 §6
    AUTHENTICATION_FAILED = 535  # RFC 4954 §6
    MAILBOX_UNAVAILABLE = 550
    EXCEEDED_STORAGE = 552
    TRANSACTION_FAILED = 554
    PARAMETER_NOT_RECOGNISED = 555  # RFC 5321 §4.2.3; only as a fault

    @property
    def is_positive(self) -> bool:
        """True for 2xx and 3xx."""
        return self < 400

    @property
    def is_temporary(self) -> bool:
        """True for 4xx: the sender is expected to try again (RFC 5321 §4.2.1)."""
        return 400 <= self < 500

    @property
    def is_permanent(self) -> bool:
        """True for 5xx: the sender should not repeat the same request (RFC 5321 §4.2.1)."""
        return self >= 500


@dataclass(frozen=True, slots=True, order=True)
class EnhancedCode:
    """An enhanced status code ``class.subject.detail`` (RFC 3463 §2)."""

    klass: int
    subject: int
    detail: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"5.7.139"``; raise ValueError for anything else."""
        found = _ENHANCED.fullmatch(text)
        if found is None:
            msg = f"{text!r} is not an enhanced status code such as 5.7.30"
            raise ValueError(msg)
        klass, subject, detail = (int(part) for part in found.groups())
        return cls(klass, subject, detail)

    def __str__(self) -> str:
        """Give the form used on the wire."""
        return f"{self.klass}.{self.subject}.{self.detail}"
