"""Applications hold together: a certificate is given or named, and whoever names an application means one of these."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from relaylab.app.world_file.draft import Draft
from relaylab.app.world_file.errors import Fault, Place, did_you_mean, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.domain.directory import (
    SEND_AS_APP,
    SMTP_SEND,
    AppRegistration,
    KeyCredential,
    ManagementRoleAssignment,
    TokenFault,
)
from relaylab.domain.tenant import ConditionalAccessPolicy


def certificates_are_given_or_named(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A key credential holds a certificate or a thumbprint, not both and not neither."""
    for entry in draft.fine(KeyCredential):
        if entry.noun.key is None and entry.noun.thumbprint is None:
            way_out = "write key (the certificate in PEM) or thumbprint (then assertions must carry x5c)"
            yield Fault(entry.place / "key", None, "is missing", way_out)
        elif entry.noun.key is not None and entry.noun.thumbprint is not None:
            way_out = "leave it out: the certificate has its own"
            yield Fault(
                entry.place / "thumbprint", shown(entry.noun.thumbprint), "stands beside a certificate", way_out
            )


def named_applications_are_registered(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """Policies, role assignments and faults are about applications that some tenant registered."""
    registered = [entry.noun.app_id for entry in draft.of(AppRegistration)]
    if not draft.is_whole(AppRegistration):
        return
    for place, app_id in _named(draft):
        if app_id not in registered:
            way_out = did_you_mean(app_id, registered, "add it as [[tenant.app_registration]]")
            yield Fault(place, shown(app_id), "is not a registered application", way_out)


def _named(draft: Draft) -> Iterator[tuple[Place, str]]:
    for assignment in draft.of(ManagementRoleAssignment):
        yield assignment.place / "app", assignment.noun.app
    for fault in draft.of(TokenFault):
        if fault.noun.app_id is not None:
            yield fault.place / "app_id", fault.noun.app_id
    for policy in draft.of(ConditionalAccessPolicy):
        for index, app_id in enumerate(policy.noun.include_service_principals):
            yield policy.place / "include_service_principals" / index, app_id


def permissions_of_mail_are_known(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A permission for SMTP, IMAP or POP is one that Exchange has; others may be any that some service has."""
    for entry in draft.fine(AppRegistration):
        named = {"roles": entry.noun.roles, "scopes": entry.noun.scopes}
        for key, (own, others, other_key) in _PERMISSIONS.items():
            for index, name in enumerate(named[key]):
                if not name.casefold().startswith(_OF_MAIL) or name in own:
                    continue
                place, seen = entry.place / key / index, shown(name)
                if name in others:
                    yield Fault(place, seen, f"is none of the {key}", f"write it into {other_key}")
                else:
                    yield Fault(place, seen, "is no permission of Exchange", did_you_mean(name, own, f"write {own[0]}"))


def redirect_uris_are_addresses(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A redirect URI is an address in full: https, or http on this machine, or a scheme of the application's own."""
    for entry in draft.fine(AppRegistration):
        for index, uri in enumerate(entry.noun.redirect_uris):
            wrong = _wrong_with(uri)
            if wrong:
                yield Fault(entry.place / "redirect_uris" / index, shown(uri), *wrong)


def _wrong_with(uri: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(uri)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "is not a URI", _WRITE_URI
    if not parts.scheme or not uri.isprintable() or (parts.scheme in {"http", "https"} and not host):
        return "is not a URI", _WRITE_URI
    if parts.scheme == "http" and host not in {"localhost", "127.0.0.1"}:
        return "is http, which is for localhost only", "write it with https"
    if parts.fragment or "#" in uri or "*" in uri:
        return "holds a # or a *", "write it without, to the letter as the application sends it"
    return None


_OF_MAIL: Final = ("smtp.", "imap.", "pop.")
_ROLES: Final = (SEND_AS_APP, "IMAP.AccessAsApp", "POP.AccessAsApp")
_SCOPES: Final = (SMTP_SEND, "IMAP.AccessAsUser.All", "POP.AccessAsUser.All")
_PERMISSIONS: Final = {"roles": (_ROLES, _SCOPES, "scopes"), "scopes": (_SCOPES, _ROLES, "roles")}
_WRITE_URI: Final = 'write it as "http://localhost" or "https://app.contoso.com/answer"'

CHECKS: Final = (
    certificates_are_given_or_named,
    named_applications_are_registered,
    permissions_of_mail_are_known,
    redirect_uris_are_addresses,
)
