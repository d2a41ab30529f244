"""What the OAuth clients of the tests are asked to do: a request for a token, and what they make of a refusal.

A request says what a person or a program would do, in no client's words; each client has a module that does it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from tests.clients.oauth import DEFAULT_SCOPE, FIRMWARE, INVOICES, USER_SCOPE, OAuthLab


class Credential(StrEnum):
    """What an application shows, where it is no secret."""

    REGISTERED = "registered"  # a certificate that the application has registered
    CERTIFICATE = "certificate"  # one that it has not
    NO_JWT = "no JWT"
    OLD_ASSERTION = "old assertion"  # signed with a registered key, and out of its time
    ASSERTION_FOR_ANOTHER = "assertion for another"  # signed with a registered key, for another audience


class Act(StrEnum):
    """What the user does, or what happens while the client waits."""

    ACCEPT = "accept"
    DECLINE = "decline"
    WAIT = "wait"  # for a user who has not come yet
    NO_CODE = "no code"  # the device is not even given one
    LATE = "late"  # an hour of simulated time passes
    FORGOTTEN = "forgotten"  # the service begins again, and knows no code of before
    SILENT = "silent"  # the browser is asked without a page, and knows nobody
    TWICE = "twice"  # the code is redeemed twice
    OTHER_REDIRECT = "other redirect"  # redeemed with another redirect URI
    WRONG_VERIFIER = "wrong verifier"
    OTHER_TENANT = "other tenant"  # redeemed at another tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class ForItself:
    """An application asks for itself."""

    app_id: str = INVOICES
    secret: str | Credential = "fake-secret-1"
    scope: str = DEFAULT_SCOPE
    tenant: str = "contoso.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithPassword:
    """A user's name and password are handed over."""

    user: str = "scanner@contoso.com"
    password: str = "fake tray 2"
    app_id: str = FIRMWARE
    secret: str = ""
    scope: str = USER_SCOPE
    tenant: str = "contoso.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithDeviceCode:
    """A device shows a code, and its user acts at the page."""

    act: Act = Act.ACCEPT
    app_id: str = FIRMWARE
    scope: str = USER_SCOPE
    tenant: str = "contoso.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithCode:
    """A user signs in with a browser; the application redeems the code with PKCE."""

    act: Act = Act.ACCEPT
    app_id: str = FIRMWARE
    scope: str = USER_SCOPE
    tenant: str = "contoso.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewing:
    """A user has signed in; then it is ``at``, and the client refreshes, for another scope where one is named.

    ``now`` are the keys that an administrator has given the user's mailbox meanwhile.
    """

    at: str = ""
    now: str = ""
    scope: str = USER_SCOPE
    app_id: str = FIRMWARE


Request = ForItself | WithPassword | WithDeviceCode | WithCode | Renewing


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal in a client's own words.

    ``kind`` is its exception's name (empty where the client gives a result), ``error`` the OAuth error, ``code`` the
    number of the AADSTS error, ``suberror`` what is told besides; None: this client has no place for it.
    """

    kind: str
    text: str
    error: str | None = None
    code: int | None = None
    suberror: str | None = None


class OAuthClient(Protocol):
    """A real client, unmodified."""

    def does(self, request: Request) -> bool:
        """Tell whether the client has this flow, and lets its caller see how it ends."""
        ...

    def kind(self, request: Request, *, interaction: bool) -> str:
        """Name what is raised (empty: a result says it); ``interaction``: the user must do something."""
        ...

    def refusal(self, lab: OAuthLab, request: Request) -> Told:
        """Ask, and give the refusal; fail where there is none."""
        ...
