"""The application of Entra through which a sender signs in for itself: registered, or given what it lacks.

One that is there is used again: it gets the permission, the consent, the secret or the state that stand in the way. An
application of another tenant is not this tenant's to change, so that a new one takes its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from relaylab.domain.directory import AppRegistration, object_id
from relaylab.domain.entra import Proof
from relaylab.domain.estate import Method
from relaylab.domain.registrations import judge_secret
from relaylab_conformance.migration.from_entra import HVE, SMTP, application_of, from_entra, secret_of
from relaylab_conformance.migration.hve import hve_account_of
from relaylab_conformance.planning.conditional_access import application_let_through
from relaylab_conformance.planning.model import Kind, Step
from relaylab_conformance.planning.preparation import PLACEHOLDER, Change, Preparation, both, in_sender, in_tenant

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.address import Address
    from relaylab.domain.estate import Sender
    from relaylab.domain.source import Source
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab_conformance.planning.question import Question

_ENTRA: Final = "Entra admin center"
_APP: Final = f"{_ENTRA} > App registrations"
UNKNOWN: Final = "APPLICATION-ID"
ENTERPRISE: Final = "ENTERPRISE-APPLICATION-OBJECT-ID"


@dataclass(frozen=True, slots=True)
class Application:
    """A sender's own application: its id, and what is registered by that id in the tenant (None: nothing yet)."""

    app_id: str
    shown: str  # the id as a step prints it
    known: AppRegistration | None

    @property
    def name(self) -> str:
        """What a step calls it."""
        return f"{self.known.display_name} ({self.app_id})" if self.known else "the application"


def own_application(question: Question, tenant: Tenant, purpose: str) -> Application:
    """Give the application that a sender has in a tenant, or the one to be registered for a ``purpose``."""
    sender = question.sender
    known = next((one for one in tenant.app_registrations if one.app_id == sender.app_id), None)
    if sender.app_id is not None and (known or application_of(question.world, sender) is None):
        return Application(sender.app_id, sender.app_id, known)
    made = object_id(tenant.id, purpose, sender.name)
    known = next((one for one in tenant.app_registrations if one.app_id == made), None)
    return Application(made, UNKNOWN, known)


def permitted(
    question: Question, tenant: Tenant, app: Application, permission: str, source: Source
) -> Iterator[Preparation]:
    """Give the step that registers an application, or adds what it lacks; without a ``permission`` it needs a secret.

    That is so where roles of Azure stand for permissions of Exchange, and a certificate is of no use.
    """
    known, sender, role = app.known, question.sender, bool(permission)
    needs_secret = known is None or not has_good_credential(sender, known, question.until)
    if known is not None and not role:
        needs_secret = needs_secret or secret_of(sender, known) is None
    page = f"{_APP} > {app.name}" if known else _APP
    lacks, lines = list[str](), list[str]()
    if known is None:
        lines.append(f"{page}: New registration")
    if needs_secret:
        lacks.append("a client secret that lasts")
        lines.append(f"{page} > Certificates & secrets: New client secret")
    if known is not None and not known.account_enabled:
        lacks.append("its sign-in, which is disabled")
        lines.append(f"{_ENTRA} > Enterprise applications > {app.name} > Properties: Enabled for users to sign in: Yes")
    if role and (known is None or permission not in known.roles):
        lacks.append(f"the permission {permission}")
        lines.append(
            f"{page} > API permissions: Add a permission > APIs my organization uses > Office 365 Exchange Online > "
            f"Application permissions: {permission}"
        )
    if role and (known is None or permission not in known.permissions):
        lacks.append("an administrator's consent to it")
        lines.append(f"{page} > API permissions: Grant admin consent")
    if lines:
        wanted = f", {permission} and an administrator's consent" if role else ""
        what = f"register an application with a client secret{wanted}"
        if known is not None:
            what = f"the application {app.name} is there, and lacks {', '.join(lacks)}"
        roles = (permission,) if role else ()
        yield Preparation(
            Step(kind=Kind.PORTAL, what=what, lines=tuple(lines), source=source),
            both(
                _others_as_users(sender, app),
                in_tenant(tenant, lambda one: _registered(one, app.app_id, roles, needs_secret=needs_secret)),
                _held(tenant, sender, app, needs_secret=needs_secret),
            ),
        )
    yield from application_let_through(tenant, app.app_id, app.name)


def has_good_credential(sender: Sender, app: AppRegistration, until: datetime) -> bool:
    """Tell whether what a sender shows of an application is right, and still is at an instant."""
    secret = secret_of(sender, app)
    if secret is not None:
        return judge_secret(app, secret, until) is Proof.SECRET
    return any(not one.has_ended(until) for one in app.key_credentials)


def _registered(tenant: Tenant, app_id: str, roles: tuple[str, ...], *, needs_secret: bool) -> Tenant:
    old = next((one for one in tenant.app_registrations if one.app_id == app_id), AppRegistration(app_id))
    new = replace(
        old,
        client_secret=old.client_secret or (PLACEHOLDER if needs_secret else None),
        roles=tuple(dict.fromkeys((*old.roles, *roles))),
        admin_consent=old.admin_consent or bool(roles),
        account_enabled=True,
    )
    there = any(one.app_id == app_id for one in tenant.app_registrations)
    kept = tuple(new if one.app_id == app_id else one for one in tenant.app_registrations)
    return replace(tenant, app_registrations=kept if there else (*kept, new))


def _held(tenant: Tenant, sender: Sender, app: Application, *, needs_secret: bool) -> Change:
    """The sender holds its application from then on, and a secret that it named for itself is the new one."""

    def changed(world: World) -> World:
        home = next(one for one in world.tenants if one.id == tenant.id)
        registered = next(one for one in home.app_registrations if one.app_id == app.app_id)

        def holds(one: Sender) -> Sender:
            is_stale = needs_secret and one.client_secret is not None
            secret = registered.client_secret if is_stale else one.client_secret
            return replace(one, app_id=app.app_id, client_secret=secret)

        return in_sender(sender, holds)(world)

    return changed


def _others_as_users(sender: Sender, app: Application) -> Change:
    """Who has asked for a user's token through the same application goes on so, whatever the application may now.

    A world that does not name the user takes an application with a permission of its own for one that acts for itself.
    """

    def changed(world: World) -> World:
        senders = tuple(
            replace(one, sign_in_user=user)
            if one.name != sender.name and one.app_id == app.app_id and (user := _user_asked_for(world, one))
            else one
            for one in world.senders
        )
        return replace(world, senders=senders)

    return changed


def _user_asked_for(world: World, sender: Sender) -> Address | None:
    """Give the user for whom a sender asks for its tokens today, where only its application says that it does."""
    door = {Method.SMTP_AUTH_OAUTH: SMTP, Method.HVE_OAUTH: HVE}.get(sender.today)
    if door is None or sender.sign_in_user is not None:
        return None
    held = hve_account_of(world, sender) if door is HVE else None
    account = held[1].address if held else sender.signs_in_as
    asked = from_entra(world, sender, account, door)
    return account if asked is not None and asked.asks_for_a_user else None
