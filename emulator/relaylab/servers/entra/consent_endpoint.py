"""Admin consent: an administrator lets an application do in all of a tenant what it registered (fact OA-EP-04)."""

from __future__ import annotations

from relaylab.rules.entra.authorize import is_registered
from relaylab.servers.entra import lookup, pages
from relaylab.servers.entra.office import BAD_REQUEST, Answer, Office, Visit
from relaylab.servers.entra.scopes import registered
from relaylab.servers.entra.sending_back import send_back


class ConsentEndpoint:
    """``/{tenant}/adminconsent`` and its v2.0 form."""

    def __init__(self, office: Office) -> None:
        """Work in this office."""
        self._office = office

    def answer(self, visit: Visit, *, accepted: bool | None = None) -> Answer:
        """Show the page of admin consent, or take its answer (fact OA-EP-04)."""
        form, world = visit.form, self._office.world
        tenant = lookup.find_tenant(world, visit.tenant_name)
        app = lookup.find_app(world, tenant, form.get("client_id", "")) if tenant else None
        uri = form.get("redirect_uri", "")
        if tenant is None or app is None or not is_registered(uri, app.redirect_uris):
            told = (
                "Tenant, application or redirect URI is not one of this world's; look at [[tenant.app_registration]]."
            )
            return Answer(status=BAD_REQUEST, page=pages.message("Permissions requested", told))
        if accepted is None:
            hidden = {name: form[name] for name in ("client_id", "redirect_uri", "state", "scope") if name in form}
            action = f"/{visit.tenant_name}/adminconsent/answer"
            return Answer(page=pages.admin_consent(action, hidden, app_name=app.display_name, tenant=tenant.name))
        if not accepted:
            return send_back(
                visit, {"error": "permission_denied", "error_description": "The admin canceled the request"}
            )
        self._office.state.consent(app.app_id, tenant.id, registered(app))
        return send_back(visit, {"tenant": tenant.id, "admin_consent": "True"})
