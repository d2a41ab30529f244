"""A user signs in: at the page of authorize, at that for device codes, or silently in a browser that knows the user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from relaylab.domain.directory import Control
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.entra import SignInPageAsk, shown
from relaylab.domain.identity import Credential
from relaylab.servers.entra import lookup
from relaylab.servers.entra.scopes import Scope, is_preauthorized, to_consent
from relaylab.store.entra import SignedIn

if TYPE_CHECKING:
    from relaylab.domain.directory import AppRegistration
    from relaylab.domain.tenant import Mailbox, Tenant
    from relaylab.servers.entra.office import Office, Visit

Outcome = tuple[SignedIn | None, Mapping[str, Any]]
"""The sign-in, or the document of the error."""


class SignIns:
    """Judges users."""

    def __init__(self, office: Office) -> None:
        """Work in this office."""
        self._office = office

    def at_the_page(self, visit: Visit, tenant: Tenant | None, app: AppRegistration, scope: Scope) -> Outcome:
        """Judge what a user filled in; a consent that was ticked is kept.

        With ``prompt=consent`` an earlier consent does not count.
        """
        form = visit.form
        name = form.get("login", "")
        found = lookup.find_user(self._office.world, tenant, name)
        user = found[1] if found else None
        ticked, declines = form.get("consent") == "1", form.get("action") == "decline"
        right = user is not None and user.password is not None and user.password.matches(form.get("passwd", ""))
        consented = ticked or (form.get("prompt") != "consent" and self._has_consented(found, app, scope))
        ask = self._ask(visit, tenant, app, scope, name)
        ask = replace(
            ask, password=Credential.MATCHES if right else Credential.WRONG, consented=consented, declined=declines
        )
        failed = name if user and not right and not declines else ""
        signed_in, refused = self._judged(ask, visit, app, scope, failed)
        if signed_in is not None and ticked:
            permissions = to_consent(scope, app)
            self._office.state.consent(app.app_id, signed_in.tenant_id, permissions, signed_in.user)
        return signed_in, refused

    def silently(
        self, visit: Visit, tenant: Tenant | None, app: AppRegistration, scope: Scope, known: SignedIn
    ) -> Outcome:
        """Judge a user who signed in before in the same browser: all but the password is judged anew."""
        found = lookup.find_user(self._office.world, tenant, known.user)
        ask = self._ask(visit, tenant, app, scope, known.user)
        ask = replace(
            ask, consented=self._has_consented(found, app, scope), shows_second_factor=known.with_second_factor
        )
        return self._judged(ask, visit, app, scope, "")

    def _ask(self, visit: Visit, tenant: Tenant | None, app: AppRegistration, scope: Scope, name: str) -> SignInPageAsk:
        found = lookup.find_user(self._office.world, tenant, name)
        home, user = found or (tenant, None)
        return SignInPageAsk(
            endpoint=Endpoint.ENTRA,
            now=self._office.now,
            peer=self._office.peer(visit),
            tenant_name=shown(visit.tenant_name),
            tenant=home,
            client_id=app.app_id,
            app=app,
            scope=shown(scope.text),
            scope_flaw=scope.flaw,
            user_name=shown(name),
            user=user,
            recent_failures=self._office.failures(name, self._office.now),
            needs_second_factor=lookup.needs_second_factor(*found) if found else False,
            blocked=lookup.meets(*found, Control.BLOCK) if found else False,
        )

    def _has_consented(self, found: tuple[Tenant, Mailbox] | None, app: AppRegistration, scope: Scope) -> bool:
        if is_preauthorized(scope, app):
            return True
        permissions = to_consent(scope, app)
        return found is not None and self._office.state.has_consented(
            app.app_id, found[0].id, permissions, str(found[1].address)
        )

    def _judged(self, ask: SignInPageAsk, visit: Visit, app: AppRegistration, scope: Scope, failed: str) -> Outcome:
        verdict = self._office.judge(ask, "sign in", failed=failed)
        if not verdict.admits or ask.user is None or ask.tenant is None:
            return None, self._office.error(verdict, visit).document or {}
        signed_in = SignedIn(
            tenant_id=ask.tenant.id,
            client_id=app.app_id,
            user=str(ask.user.address),
            scope=scope.words,
            at=ask.now,
            with_second_factor=ask.needs_second_factor,
            password=lookup.password_mark(ask.user),
        )
        return signed_in, {}
