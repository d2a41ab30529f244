"""Who signs in, how, and what became of the attempt. Secrets stop before they reach these values."""

from __future__ import annotations

from enum import StrEnum


class Mechanism(StrEnum):
    """A SASL mechanism by its registered name."""

    LOGIN = "LOGIN"
    PLAIN = "PLAIN"
    CRAM_MD5 = "CRAM-MD5"
    XOAUTH2 = "XOAUTH2"
    OTHER = "OTHER"  # any name that the service does not know

    @property
    def is_basic(self) -> bool:
        """True when the mechanism carries a password: what Microsoft calls Basic authentication."""
        return self in {Mechanism.LOGIN, Mechanism.PLAIN, Mechanism.CRAM_MD5}

    @classmethod
    def named(cls, name: str) -> Mechanism:
        """Give the mechanism of a name as the client wrote it."""
        try:
            return cls(name.upper())
        except ValueError:
            return cls.OTHER


class Credential(StrEnum):
    """What the presented password or token is worth, already looked up; the secret itself is gone."""

    MATCHES = "matches"
    WRONG = "wrong"  # wrong password, unknown user or unknown token
    EXPIRED = "expired"  # a token past its time
    OTHER_USER = "other_user"  # a valid token that belongs to somebody else than ``user=``
    MALFORMED = "malformed"  # not base64, or not the layout of the mechanism
    CANCELLED = "cancelled"  # the client sent ``*``
