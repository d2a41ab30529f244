"""What Entra remembers of one run: codes, device codes, refresh tokens, consents, and the faults that were met."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from pydantic import TypeAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A user signed in for an application: ``scope`` are the words that were asked for, ``at`` when it was.

    ``password`` is a digest of the password of that time, by which a change of it is seen.
    """

    tenant_id: str
    client_id: str
    user: str
    scope: tuple[str, ...]
    at: datetime
    with_second_factor: bool = False
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """An authorization code and what it must be redeemed with."""

    signed_in: SignedIn
    redirect_uri: str
    challenge: str = ""
    challenge_method: str = "plain"
    nonce: str = ""
    expires: datetime
    redeemed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceCode:
    """A device code and the answer of its user, if there is one yet; ``tenant_id`` "" is any tenant."""

    user_code: str
    tenant_id: str
    client_id: str
    scope: tuple[str, ...]
    expires: datetime
    signed_in: SignedIn | None = None
    declined: bool = False
    redeemed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    """A refresh token; ``used`` is when it was issued or last used."""

    signed_in: SignedIn
    issued: datetime
    used: datetime


@dataclass(slots=True)
class _Contents:
    codes: dict[str, Code] = field(default_factory=dict)
    device_codes: dict[str, DeviceCode] = field(default_factory=dict)
    refresh_tokens: dict[str, RefreshToken] = field(default_factory=dict)
    consents: set[tuple[str, str, str, str]] = field(default_factory=set)
    sessions: dict[str, SignedIn] = field(default_factory=dict)
    faults_met: dict[str, int] = field(default_factory=dict)
    drawn: int = 0


_SHAPE: Final = TypeAdapter(_Contents)
EVERYBODY: Final = "*"


class EntraState:
    """The state of the token service; a snapshot is its ``dump``."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._contents = _Contents()

    def draw(self) -> int:
        """Give the number of the next thing that needs dice."""
        self._contents.drawn += 1
        return self._contents.drawn

    # Codes

    def code(self, value: str) -> Code | None:
        """Give the authorization code of that value."""
        return self._contents.codes.get(value)

    def keep_code(self, value: str, code: Code) -> None:
        """Keep a code, or what became of it."""
        self._contents.codes[value] = code

    def device_code(self, value: str) -> DeviceCode | None:
        """Give the device code of that value."""
        return self._contents.device_codes.get(value)

    def keep_device_code(self, value: str, code: DeviceCode) -> None:
        """Keep a device code, or what became of it."""
        self._contents.device_codes[value] = code

    def by_user_code(self, user_code: str) -> tuple[str, DeviceCode] | None:
        """Find the device code behind what a user typed in, in any case and with blanks."""
        typed = "".join(user_code.split()).upper()
        found = self._contents.device_codes.items()
        return next(((value, code) for value, code in found if code.user_code == typed), None)

    # Refresh tokens

    def refresh_token(self, value: str) -> RefreshToken | None:
        """Give the refresh token of that value."""
        return self._contents.refresh_tokens.get(value)

    def keep_refresh_token(self, value: str, token: RefreshToken) -> None:
        """Keep a refresh token."""
        self._contents.refresh_tokens[value] = token

    def use_refresh_token(self, value: str, now: datetime) -> None:
        """Note that it was used."""
        self._contents.refresh_tokens[value] = replace(self._contents.refresh_tokens[value], used=now)

    # Sessions of browsers

    def session(self, value: str) -> SignedIn | None:
        """Give who is signed in in the browser that shows this cookie."""
        return self._contents.sessions.get(value)

    def keep_session(self, value: str, signed_in: SignedIn) -> None:
        """Keep who signed in in a browser."""
        self._contents.sessions[value] = signed_in

    def end_session(self, value: str) -> None:
        """Sign the browser out."""
        self._contents.sessions.pop(value, None)

    # Consent and faults

    def consent(self, client_id: str, tenant_id: str, permissions: Iterable[str], user: str = EVERYBODY) -> None:
        """Note that a user, or an administrator for everybody in a tenant, let an application have permissions."""
        self._contents.consents |= {(client_id, tenant_id, user.lower(), one) for one in permissions}

    def has_consented(self, client_id: str, tenant_id: str, permissions: Iterable[str], user: str = EVERYBODY) -> bool:
        """Tell whether each of the permissions has the consent of the user or of an administrator."""
        return all(
            any((client_id, tenant_id, whose, one) in self._contents.consents for whose in (user.lower(), EVERYBODY))
            for one in permissions
        )

    def is_installed(self, client_id: str, tenant_id: str) -> bool:
        """Tell whether an administrator of the tenant has let the application in."""
        return any((client_id, tenant_id, EVERYBODY) == one[:3] for one in self._contents.consents)

    def times_met(self, fault: str) -> int:
        """Count how often a fault was met."""
        return self._contents.faults_met.get(fault, 0)

    def meet(self, fault: str) -> None:
        """Count a fault once more."""
        self._contents.faults_met[fault] = self.times_met(fault) + 1

    # The whole

    def dump(self) -> dict[str, Any]:
        """Give everything as JSON values; codes and refresh tokens are among them, so it is as secret as they are."""
        dumped: dict[str, Any] = _SHAPE.dump_python(self._contents, mode="json")
        return dumped

    def load(self, dumped: Mapping[str, Any]) -> None:
        """Take over what ``dump`` gave; raise ValueError for anything else."""
        self._contents = _SHAPE.validate_python(dumped)

    def clear(self) -> None:
        """Forget everything."""
        self._contents = _Contents()
