"""Device codes: a device is given one, and its user types it in at a page."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.entra import DeviceAsk, shown
from relaylab.servers.entra import lookup, pages
from relaylab.servers.entra.office import BAD_REQUEST, Answer, Office, Visit, error_page
from relaylab.servers.entra.scopes import read_scope
from relaylab.store.entra import DeviceCode

if TYPE_CHECKING:
    from relaylab.servers.entra.signing_in import SignIns

_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ23456789"  # what a person does not mistake


class DeviceCodeEndpoint:
    """``/{tenant}/oauth2/v2.0/devicecode`` and the page behind it."""

    def __init__(self, office: Office, sign_ins: SignIns) -> None:
        """Work in this office."""
        self._office, self._sign_ins = office, sign_ins

    def device_code(self, visit: Visit) -> Answer:
        """Give a device a code to show."""
        form, world, now = visit.form, self._office.world, self._office.now
        tenant = lookup.find_tenant(world, visit.tenant_name)
        is_common = visit.tenant_name.lower() in lookup.COMMON
        scope = read_scope(tuple(form.get("scope", "").split()), for_app=False)
        ask = DeviceAsk(
            endpoint=Endpoint.ENTRA,
            now=now,
            peer=self._office.peer(visit),
            tenant_name=shown(visit.tenant_name),
            tenant=tenant,
            is_common=is_common,
            client_id=shown(form.get("client_id", "")),
            app=self._office.find_app(tenant, form.get("client_id", "")) if tenant or is_common else None,
            missing=visit.missing("client_id", "scope"),
            names_resource=visit.names_resource,
            scope=shown(scope.text),
            scope_flaw=scope.flaw,
        )
        verdict = self._office.judge(ask, "devicecode")
        if not verdict.admits or ask.app is None:
            return self._office.error(verdict, visit)
        value, chance = self._office.secret("device"), self._office.dice("user code")
        user_code = "".join(chance.choice(_LETTERS) for _ in range(9))
        service = (tenant or next(iter(world.tenants))).token_service
        kept = DeviceCode(
            user_code=user_code,
            tenant_id=tenant.id if tenant else "",
            client_id=ask.app.app_id,
            scope=scope.words,
            expires=now + timedelta(seconds=service.device_code_lifetime),
        )
        self._office.state.keep_device_code(value, kept)
        where = f"{visit.base}/common/oauth2/deviceauth"
        return Answer(
            document={
                "user_code": user_code,
                "device_code": value,
                "verification_uri": where,
                "expires_in": service.device_code_lifetime,
                "interval": service.device_code_interval,
                "message": f"To sign in, use a web browser to open the page {where} and enter the code {user_code} to "
                "authenticate.",
            }
        )

    def device_page(self, visit: Visit) -> Answer:
        """Show the page on which a user types the code in."""
        return Answer(page=pages.device("/common/oauth2/deviceauth", user_code=visit.form.get("otc", "")))

    def approve_device(self, visit: Visit) -> Answer:
        """Take what the user typed in."""
        form, action = visit.form, "/common/oauth2/deviceauth"
        typed = form.get("user_code", "")
        found = self._office.state.by_user_code(typed)
        if found is None or found[1].expires <= self._office.now or found[1].signed_in or found[1].declined:
            told = "That code is not one that waits; look at the device again."
            return Answer(status=BAD_REQUEST, page=pages.device(action, user_code=typed, error=told))
        value, kept = found
        if form.get("action") == "decline":
            self._office.state.keep_device_code(value, replace(kept, declined=True))
            return Answer(page=pages.message("Declined", "The device is told that you declined."))
        world = self._office.world
        tenant = lookup.find_tenant(world, kept.tenant_id) if kept.tenant_id else None
        app = self._office.find_app(tenant, kept.client_id)
        if app is None:
            return Answer(status=BAD_REQUEST, page=pages.message("Sign in", "That application is gone."))
        signed_in, refused = self._sign_ins.at_the_page(visit, tenant, app, read_scope(kept.scope, for_app=False))
        if signed_in is None:
            return Answer(status=BAD_REQUEST, page=pages.device(action, user_code=typed, error=error_page(refused)))
        self._office.state.keep_device_code(value, replace(kept, signed_in=signed_in))
        return Answer(page=pages.message("Signed in", "You may close this page; the device goes on by itself."))
