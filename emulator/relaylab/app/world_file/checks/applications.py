"""Applications hold together: a certificate is given or named, and whoever names an application means one of these."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relaylab.app.world_file.draft import Draft
from relaylab.app.world_file.errors import Fault, Place, did_you_mean, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.domain.directory import AppRegistration, KeyCredential, ManagementRoleAssignment, TokenFault
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


CHECKS: Final = (certificates_are_given_or_named, named_applications_are_registered)
