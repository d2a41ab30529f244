"""Which application of Entra a sender is, and how it asks for its tokens: for itself, or for a user."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from relaylab.domain.directory import SMTP_SEND, AppRegistration
from relaylab.domain.hve import MAIL_SEND

if TYPE_CHECKING:
    from relaylab.domain.address import Address, DomainName
    from relaylab.domain.estate import Sender
    from relaylab.domain.secret import Secret
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World

_NO_END: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Door:
    """What an endpoint's token is asked with: the scope of an application, the permission of a user."""

    app_scope: str
    delegated: str

    @property
    def user_scope(self) -> str:
        """The scope of a user's token, which a device refreshes."""
        return f"https://outlook.office.com/{self.delegated} offline_access"


SMTP: Final = Door("https://outlook.office365.com/.default", SMTP_SEND)  # facts OA-CC-02 and OA-SC-01
HVE: Final = Door("https://outlook.office.com/.default", MAIL_SEND)  # facts OA-SC-03 and HVE-OAUTH-04
ACS: Final = Door("https://communication.azure.com/.default", "")  # fact ACS-SMTP-05; it is for applications alone


@dataclass(frozen=True, slots=True, kw_only=True)
class FromEntra:
    """Asks Entra for a token before it connects: ``tenant`` is a domain of it, ``user`` the mailbox to sign in as.

    The client shows ``secret``, or ``signs`` with a certificate, or nothing as a public client. With ``password`` it is
    the token of the user ``login`` that it asks for, who signs in at the page for device codes; for a shared mailbox
    that is another one than ``user``.
    """

    user: str
    tenant: str
    client_id: str
    door: Door
    secret: str | None = field(default=None, repr=False)
    signs: bool = False
    login: str = ""
    password: str | None = field(default=None, repr=False)

    @property
    def asks_for_a_user(self) -> bool:
        """True when the token is a user's and not the application's own."""
        return self.password is not None


def main_domain(tenant: Tenant) -> DomainName:
    """Give the default domain of a tenant."""
    return next((domain.name for domain in tenant.domains if domain.default), tenant.domains[-1].name)


def application_of(world: World, sender: Sender) -> AppRegistration | None:
    """Give the application that a sender is, in whichever tenant it is registered."""
    registered = (app for tenant in world.tenants for app in tenant.app_registrations)
    return next((app for app in registered if app.app_id == sender.app_id), None)


def from_entra(world: World, sender: Sender, account: Address, door: Door) -> FromEntra | None:
    """Say how a sender asks for the token that opens ``account``; None where it is no application, or has no user."""
    app, tenant = application_of(world, sender), world.tenant_of(account.domain)
    if app is None or tenant is None:
        return None
    login = sender.sign_in_user or account
    password = None if _acts_for_itself(sender, app, tenant, door) else _password_of(world, login)
    if password is None and not _acts_for_itself(sender, app, tenant, door):
        return None
    secret = secret_of(sender, app)
    return FromEntra(
        user=str(account),
        tenant=main_domain(tenant).name,
        client_id=app.app_id,
        door=door,
        secret=secret,
        signs=secret is None and bool(app.key_credentials),
        login=str(login),
        password=password.reveal() if password else None,
    )


def way_to_a_token(world: World, sender: Sender) -> str:
    """Say what is missing for a token."""
    if application_of(world, sender) is None:
        return (
            "give the sender an app_id of a [[tenant.app_registration]] (and its user a password, where that has no "
            "credential), or add a [[tenant.token]]"
        )
    login = sender.sign_in_user or sender.signs_in_as
    return (
        f"its application has no permission of its own and asks for a user, and {login} has no password: give its user "
        "a password, name in sign_in_user the user who opens a shared mailbox, or add a [[tenant.token]]"
    )


def secret_of(sender: Sender, app: AppRegistration) -> str | None:
    """Give the secret that a sender has of an application; None where it has none."""
    return sender.client_secret.reveal() if sender.client_secret else _longest_secret(app)


def _password_of(world: World, address: Address) -> Secret | None:
    found = world.mailbox(address) or world.hve_account(address)
    return found[1].password if found is not None else None


def _acts_for_itself(sender: Sender, app: AppRegistration, tenant: Tenant, door: Door) -> bool:
    """Tell an application with a credential from one that acts for its users: by what it may do, if that says it.

    A sender that names its user acts for it.
    """
    if sender.sign_in_user is not None:
        return False
    has_role = bool(app.roles) or any(one.app == app.app_id for one in tenant.management_role_assignments)
    return app.is_confidential and (has_role or door.delegated not in app.scopes)


def _longest_secret(app: AppRegistration) -> str | None:
    """Give the secret that lasts longest, which an owner who renews in time would have."""
    if app.client_secret is not None:
        return app.client_secret.reveal()
    known = sorted(app.password_credentials, key=lambda one: one.end_date_time or _NO_END)
    return known[-1].secret_text.reveal() if known else None
