"""What a sender is asked to do: one message, where to take it, and who signs in."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from relaylab_scenarios.habits import TlsWish

PATIENCE: Final = 30.0
"""How many real seconds a player waits for a single answer, unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Password:
    """Signs in with a user name and a password: what the services call Basic authentication."""

    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Token:
    """Signs in with an OAuth 2.0 access token (XOAUTH2)."""

    user: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Does not sign in: a relay by address or certificate, or Direct Send."""


SignInWith: TypeAlias = Password | Token | Nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One message to take to one server.

    ``server_name`` is the name that TLS asks for and checks, where it is not ``host``. What is None is as the profile
    says: the name in EHLO, the wish for TLS, whether certificates are checked (``ca_file`` holds the trusted ones).
    """

    host: str
    port: int
    mail_from: str
    recipients: tuple[str, ...]
    message: bytes = field(repr=False)
    sign_in: SignInWith = Nothing()
    server_name: str | None = None
    ca_file: Path | None = None
    ehlo_name: str | None = None
    tls: TlsWish | None = None
    verifies: bool | None = None
    patience: float = PATIENCE

    def __post_init__(self) -> None:
        """Refuse an errand that no sender could be given.

        Raises:
            ValueError: There is no recipient, or a line break in what becomes a command.
        """
        if not self.recipients:
            raise ValueError("an errand needs at least one recipient")
        for word in (self.mail_from, *self.recipients, self.ehlo_name or ""):
            if "\r" in word or "\n" in word:
                raise ValueError(f"a line break in {word!r} would become a command of its own")
