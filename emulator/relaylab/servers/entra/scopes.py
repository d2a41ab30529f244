"""Scopes: the words a client asks for, the one resource they name, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from relaylab.domain.directory import SEND_AS_APP
from relaylab.domain.entra import ScopeFlaw
from relaylab.domain.token import ACS_AUDIENCE, SMTP_AUDIENCES

if TYPE_CHECKING:
    from relaylab.domain.directory import AppRegistration

OPENID: Final = frozenset({"openid", "profile", "offline_access", "email"})
DEFAULT: Final = ".default"
GRAPH: Final = "https://graph.microsoft.com"
# Exchange by all its names: those that SMTP takes as well, that of POP and IMAP (fact OA-EP-04), and the id of Office
# 365 Exchange Online (fact OA-SP-04).
_EXCHANGE_ID: Final = "00000002-0000-0ff1-ce00-000000000000"
EXCHANGE: Final = SMTP_AUDIENCES | {"https://ps.outlook.com", _EXCHANGE_ID}
# Application permissions that only Exchange has: a token for another service never holds them.
_ROLES_OF_EXCHANGE: Final = frozenset(
    {SEND_AS_APP, "IMAP.AccessAsApp", "POP.AccessAsApp", "Exchange.ManageAsApp", "full_access_as_app"}
)
_DELEGATED: Final = frozenset(
    {"SMTP.Send", "IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "EWS.AccessAsUser.All", "Mail.Send", DEFAULT}
)


@dataclass(frozen=True, slots=True)
class Scope:
    """A scope, read: ``resource`` is the audience of its token, ``permissions`` the names behind it."""

    words: tuple[str, ...]
    resource: str = ""
    permissions: tuple[str, ...] = ()
    flaw: ScopeFlaw | None = None

    @property
    def text(self) -> str:
        """Give the words that name a permission, as they were asked for."""
        return " ".join(word for word in self.words if word not in OPENID)

    @property
    def told(self) -> str:
        """Give the words as the answer names them: those of OpenID only where nothing else was asked for."""
        return self.text or " ".join(word for word in self.words if word != "offline_access")

    @property
    def is_offline(self) -> bool:
        """True when a refresh token is wanted."""
        return "offline_access" in self.words

    @property
    def wants_id(self) -> bool:
        """True when an ID token is wanted."""
        return "openid" in self.words


def read_scope(words: tuple[str, ...], *, for_app: bool) -> Scope:
    """Read the words of a scope; an application that asks for itself has stricter ones."""
    named = [word for word in words if word not in OPENID]
    if for_app and (len(named) != 1 or not named[0].endswith(f"/{DEFAULT}")):
        return Scope(words, flaw=ScopeFlaw.NOT_DEFAULT)
    split = [_split(word) for word in named]
    resources = tuple(dict.fromkeys(resource for resource, _ in split))
    permissions = tuple(dict.fromkeys(permission for _, permission in split))
    if len(resources) > 1:
        return Scope(words, flaw=ScopeFlaw.TWO_RESOURCES)
    if not resources:
        # Who only signs a user in gets a token for Microsoft Graph, as with every name without a resource.
        only_id = tuple(word for word in words if word != "offline_access")
        return Scope(words, GRAPH, only_id) if "openid" in words else Scope(words, flaw=ScopeFlaw.NO_RESOURCE)
    (resource,) = resources
    if resource not in EXCHANGE | {GRAPH, ACS_AUDIENCE}:
        return Scope(words, resource, permissions, ScopeFlaw.UNKNOWN_RESOURCE)
    if resource in EXCHANGE and not set(permissions) <= _DELEGATED:
        return Scope(words, resource, permissions, ScopeFlaw.INVALID)
    return Scope(words, resource, permissions)


def granted(scope: Scope, app: AppRegistration) -> tuple[str, ...]:
    """Give the delegated permissions that a token for this scope holds."""
    return app.scopes if scope.permissions == (DEFAULT,) else scope.permissions


def to_consent(scope: Scope, app: AppRegistration) -> tuple[str, ...]:
    """Give the permissions that somebody must have consented to: ``Mail.Send`` of Graph is not that of Exchange.

    Where an application registered nothing, .default is the permission.
    """
    of = GRAPH if scope.resource == GRAPH else _EXCHANGE_ID
    return tuple(f"{of}/{name}" for name in granted(scope, app) or (DEFAULT,))


def registered(app: AppRegistration) -> tuple[str, ...]:
    """Give what an administrator consents to: roles, and scopes of whichever resource they are, as registered."""
    scopes = (f"{of}/{name}" for of in (GRAPH, _EXCHANGE_ID) for name in app.scopes or (DEFAULT,))
    return (*app.roles, *scopes)


def is_preauthorized(scope: Scope, app: AppRegistration) -> bool:
    """Tell whether an administrator has consented to everything in this scope."""
    asked = set(granted(scope, app)) - OPENID
    return app.admin_consent and bool(app.scopes) and asked <= set(app.scopes)


def is_role_of(audience: str, role: str) -> bool:
    """Tell whether a token for that service can hold an application permission."""
    return audience.rstrip("/") in EXCHANGE or role not in _ROLES_OF_EXCHANGE


def _split(word: str) -> tuple[str, str]:
    """Take a word apart; a name without a resource is Graph's, as Entra has it."""
    resource, slash, permission = word.rpartition("/")
    return (resource.rstrip("/"), permission) if slash else (GRAPH, permission)
