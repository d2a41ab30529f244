"""Admin consent: an administrator lets an application do in all of a tenant what it registered (fact OA-EP-04).

At /organizations and /common the tenant is that of whoever signs in at the page. An application for several tenants is
installed in the tenant by the consent. Who is an administrator is not told in a world: every user may answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.entra import AdminConsentAsk, shown
from relaylab.rules.entra.authorize import is_registered
from relaylab.servers.entra import lookup, pages
from relaylab.servers.entra.office import BAD_REQUEST, Answer, Office, Visit, error_page
from relaylab.servers.entra.scopes import read_scope, registered
from relaylab.servers.entra.sending_back import send_back

if TYPE_CHECKING:
    from relaylab.domain.directory import AppRegistration
    from relaylab.domain.tenant import Tenant
    from relaylab.engine.verdict import Verdict
    from relaylab.servers.entra.signing_in import SignIns

_KEPT: Final = ("client_id", "redirect_uri", "state", "scope")
_EVERYTHING: Final = ("https://outlook.office365.com/.default",)


class ConsentEndpoint:
    """``/{tenant}/adminconsent`` and its v2.0 form."""

    def __init__(self, office: Office, sign_ins: SignIns) -> None:
        """Work in this office."""
        self._office, self._sign_ins = office, sign_ins

    def answer(self, visit: Visit, *, accepted: bool | None = None) -> Answer:
        """Show the page of admin consent, or take its answer."""
        world, client_id = self._office.world, visit.form.get("client_id", "")
        tenant = lookup.find_tenant(world, visit.tenant_name)
        is_common = visit.tenant_name.lower() in lookup.COMMON
        app = self._office.find_app(tenant, client_id) if tenant else None
        app = app or (self._office.app_for_several(client_id) if tenant else self._office.find_app(None, client_id))
        ask = AdminConsentAsk(
            endpoint=Endpoint.ENTRA,
            now=self._office.now,
            peer=self._office.peer(visit),
            tenant_name=shown(visit.tenant_name),
            tenant=tenant,
            is_common=is_common,
            client_id=shown(client_id),
            app=app if tenant or is_common else None,
            missing=visit.missing("client_id", "redirect_uri"),
            redirect_uri=visit.form.get("redirect_uri", ""),
            declined=accepted is False,
        )
        verdict = self._office.judge(ask, "admin consent")
        if not verdict.admits or app is None:
            return self._refused(visit, ask, verdict)
        if accepted is None:
            return self._page(visit, app, tenant)
        return self._accepted(visit, app, tenant)

    def _accepted(self, visit: Visit, app: AppRegistration, tenant: Tenant | None) -> Answer:
        if tenant is None:
            scope = read_scope(_EVERYTHING, for_app=False)
            signed_in, refused = self._sign_ins.at_the_page(visit, None, app, scope)
            if signed_in is None:
                return self._page(visit, app, None, error=error_page(refused))
            tenant = lookup.find_tenant(self._office.world, signed_in.tenant_id)
        if tenant is None:
            msg = "who signs in is of a tenant"
            raise AssertionError(msg)
        self._office.state.consent(app.app_id, tenant.id, registered(app))
        return send_back(visit, {"tenant": tenant.id, "admin_consent": "True"})

    def _refused(self, visit: Visit, ask: AdminConsentAsk, verdict: Verdict) -> Answer:
        """Send the browser back with the error, but only to where the application is known to be."""
        reply = verdict.reply
        if reply is not None and ask.declined and ask.app and is_registered(ask.redirect_uri, ask.app.redirect_uris):
            return send_back(visit, {"error": "permission_denied", "error_description": reply.text})
        document = self._office.error(verdict, visit).document or {}
        return Answer(status=BAD_REQUEST, page=pages.message("Permissions requested", error_page(document)))

    @staticmethod
    def _page(visit: Visit, app: AppRegistration, tenant: Tenant | None, error: str = "") -> Answer:
        hidden = {name: visit.form[name] for name in _KEPT if name in visit.form}
        action, name = f"/{visit.tenant_name}/adminconsent/answer", tenant.name if tenant else None
        page = pages.admin_consent(action, hidden, app_name=app.display_name, tenant=name, error=error)
        return Answer(status=BAD_REQUEST if error else 200, page=page)
