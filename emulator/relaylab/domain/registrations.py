"""Which application a client id names in a directory, and what a secret that it shows is worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.domain.directory import SignInAudience
from relaylab.domain.entra import Proof

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.directory import AppRegistration
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World


def find_app(world: World, tenant: Tenant | None, client_id: str) -> AppRegistration | None:
    """Find an application: the tenant's own, one for several tenants that is installed in this one; at common any.

    What Exchange knows the service principal of is installed.
    """
    for owner, app in world.register.apps(client_id.lower()):
        if tenant is None or owner is tenant or _is_installed(app, tenant):
            return app
    return None


def judge_secret(app: AppRegistration, secret: str, now: datetime) -> Proof:
    """Tell what a client secret is worth."""
    if app.client_secret is not None and app.client_secret.matches(secret):
        return Proof.SECRET
    for credential in app.password_credentials:
        if credential.secret_text.matches(secret):
            return Proof.EXPIRED_SECRET if credential.has_ended(now) else Proof.SECRET
    return Proof.WRONG_SECRET


def _is_installed(app: AppRegistration, tenant: Tenant) -> bool:
    for_several = app.sign_in_audience is SignInAudience.MULTIPLE_ORGS
    return for_several and tenant.service_principal(app.app_id) is not None
