"""High Volume Email holds together: few enough accounts, and Allowed Apps that are enterprise applications."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relaylab.app.world_file.draft import Draft
from relaylab.app.world_file.errors import Fault, did_you_mean, shown
from relaylab.app.world_file.known import KnownNames
from relaylab.domain.directory import AppRegistration, ServicePrincipal
from relaylab.domain.hve import HveAccount
from relaylab.rules import limits


def accounts_are_few_enough(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """A tenant has a hundred accounts at most; that it had twenty in the preview depends on the date judged."""
    most = limits.HVE_ACCOUNTS.last
    for tenant in draft.tenants():
        for entry in draft.of(HveAccount, tenant)[most:]:
            seen = f"is one more than the {most} High Volume Email accounts that a tenant may have"
            yield Fault(entry.place, None, seen, "leave it out: one account may serve several senders")


def allowed_apps_are_few_enough(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """An account allows ten applications at most."""
    for entry in draft.of(HveAccount):
        if len(entry.noun.allowed_apps) > limits.HVE_ALLOWED_APPS:
            seen = f"has {len(entry.noun.allowed_apps)} entries, and Allowed Apps take {limits.HVE_ALLOWED_APPS}"
            yield Fault(entry.place / "allowed_apps", None, seen, "leave some out, or make another account")


def allowed_apps_are_object_ids(draft: Draft, _: KnownNames) -> Iterator[Fault]:
    """Allowed Apps hold object ids of enterprise applications; an application id fails there (fact HVE-OAUTH-05)."""
    for entry in draft.of(HveAccount):
        apps = {app.noun.app_id: app.noun.service_principal_id for app in draft.of(AppRegistration)}
        known = {one.noun.app_id: one.noun.object_id for one in draft.of(ServicePrincipal, entry.scope)}
        object_ids = {*filter(None, apps.values()), *known.values()}
        are_whole = draft.is_whole(AppRegistration) and draft.is_whole(ServicePrincipal)
        for index, app in enumerate(entry.noun.allowed_apps):
            place = entry.place / "allowed_apps" / index
            if app in object_ids or not are_whole:
                continue
            if app in apps:
                own = known.get(app) or apps[app]
                way_out = f'write the Object ID of its enterprise application, "{own}"' if own else _NAME_IT
                yield Fault(place, shown(app), "is an application (client) id", way_out)
                continue
            way_out = did_you_mean(app, sorted(object_ids), _NAME_IT)
            yield Fault(place, shown(app), "is not the object id of an enterprise application of this world", way_out)


_NAME_IT: Final = (
    "give the application's [[tenant.app_registration]] a service_principal_id (the Object ID under Enterprise "
    "applications), and write that"
)

CHECKS: Final = (accounts_are_few_enough, allowed_apps_are_few_enough, allowed_apps_are_object_ids)
