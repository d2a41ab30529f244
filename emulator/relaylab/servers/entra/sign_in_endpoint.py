"""What a browser meets: authorize and its sign-in page, the page for device codes, admin consent, logout."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from relaylab.domain.directory import Control
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.entra import AuthorizeAsk, DeviceAsk, SignInPageAsk, shown
from relaylab.domain.identity import Credential
from relaylab.rules.entra.authorize import is_registered
from relaylab.servers.entra import lookup, pages
from relaylab.servers.entra.office import BAD_REQUEST, Answer, Office, Visit, error_page
from relaylab.servers.entra.scopes import Scope, is_preauthorized, read_scope, registered, to_consent
from relaylab.store.entra import Code, DeviceCode, SignedIn

if TYPE_CHECKING:
    from relaylab.domain.directory import AppRegistration
    from relaylab.domain.tenant import Tenant

_CODE_LIFETIME: Final = timedelta(minutes=10)
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ23456789"  # what a person does not mistake
_KEPT: Final = (
    "client_id", "redirect_uri", "scope", "state", "nonce", "response_mode", "code_challenge", "code_challenge_method",
    "response_type",
)  # fmt: skip
_MODES: Final = frozenset({"query", "fragment", "form_post"})
_ANYBODY: Final = "An application"


class SignInEndpoint:
    """The pages."""

    def __init__(self, office: Office) -> None:
        """Work in this office."""
        self._office = office

    # Authorize ------------------------------------------------------------------------------------------------------

    def authorize(self, visit: Visit) -> Answer:
        """Show the sign-in page, or say why not."""
        ask, scope = self._authorize_ask(visit)
        verdict = self._office.judge(ask, "authorize")
        if not verdict.admits:
            return self._authorize_error(visit, ask, self._office.error(verdict, visit).document or {})
        return self._page(visit, ask.app, scope)

    def log_in(self, visit: Visit) -> Answer:
        """Take what the page sends; the request behind it is judged anew, since hidden fields can be changed."""
        ask, scope = self._authorize_ask(visit)
        verdict = self._office.judge(ask, "authorize")
        if not verdict.admits or ask.app is None:
            return self._authorize_error(visit, ask, self._office.error(verdict, visit).document or {})
        signed_in, refused = self._sign_in(visit, ask.tenant, ask.app, scope)
        if signed_in is None:
            if visit.form.get("action") == "decline":
                return self._send_back(visit, {name: str(refused[name]) for name in ("error", "error_description")})
            return self._page(visit, ask.app, scope, error=error_page(refused))
        code = self._office.secret("code")
        form = visit.form
        kept = Code(
            signed_in=signed_in,
            redirect_uri=form["redirect_uri"],
            challenge=form.get("code_challenge", ""),
            challenge_method=form.get("code_challenge_method", "plain"),
            nonce=form.get("nonce", ""),
            expires=self._office.now + _CODE_LIFETIME,
        )
        self._office.state.keep_code(code, kept)
        return self._send_back(visit, {"code": code, "session_state": self._office.guid("session")})

    def _authorize_ask(self, visit: Visit) -> tuple[AuthorizeAsk, Scope]:
        form, world = visit.form, self._office.world
        tenant = lookup.find_tenant(world, visit.tenant_name)
        is_common = visit.tenant_name.lower() in lookup.COMMON
        scope = read_scope(tuple(form.get("scope", "").split()), for_app=False)
        challenge = form.get("code_challenge")
        method = form.get("code_challenge_method", "plain")
        ask = AuthorizeAsk(
            endpoint=Endpoint.ENTRA,
            now=self._office.now,
            peer=self._office.peer(visit),
            tenant_name=shown(visit.tenant_name),
            tenant=tenant,
            is_common=is_common,
            client_id=shown(form.get("client_id", "")),
            app=lookup.find_app(world, tenant, form.get("client_id", "")) if tenant or is_common else None,
            missing=next((name for name in ("client_id", "scope", "redirect_uri") if not form.get(name)), None),
            scope=shown(scope.text),
            scope_flaw=scope.flaw,
            redirect_uri=form.get("redirect_uri", ""),
            challenge_is_malformed=challenge is not None
            and (_CHALLENGE.fullmatch(challenge) is None or method not in {"S256", "plain"}),
        )
        return ask, scope

    def _authorize_error(self, visit: Visit, ask: AuthorizeAsk, document: Mapping[str, Any]) -> Answer:
        """Send the browser back with the error, but only to where the application is known to be."""
        if ask.app is not None and is_registered(ask.redirect_uri, ask.app.redirect_uris):
            return self._send_back(visit, {name: str(document[name]) for name in ("error", "error_description")})
        return Answer(status=BAD_REQUEST, page=pages.message("Sign in", error_page(document)))

    def _page(self, visit: Visit, app: AppRegistration | None, scope: Scope, error: str = "") -> Answer:
        hidden = {name: visit.form[name] for name in _KEPT if name in visit.form}
        user = visit.form.get("login") or visit.form.get("login_hint", "")
        name = app.display_name if app else _ANYBODY
        shown = pages.sign_in(
            f"/{visit.tenant_name}/login", hidden, app_name=name, scope=scope.text, user=user, error=error
        )
        return Answer(status=BAD_REQUEST if error else 200, page=shown)

    @staticmethod
    def _send_back(visit: Visit, answer: Mapping[str, str]) -> Answer:
        told = dict(answer) | ({"state": visit.form["state"]} if "state" in visit.form else {})
        uri, mode = visit.form["redirect_uri"], visit.form.get("response_mode", "query")
        if mode == "form_post":
            return Answer(page=pages.posting(uri, told), posts=True)
        joint = "#" if mode == "fragment" else "&" if "?" in uri else "?"
        return Answer(status=302, location=f"{uri}{joint}{urlencode(told)}")

    # Device codes ---------------------------------------------------------------------------------------------------

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
            app=lookup.find_app(world, tenant, form.get("client_id", "")) if tenant or is_common else None,
            missing=next((name for name in ("client_id", "scope") if not form.get(name)), None),
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
        app = lookup.find_app(world, tenant, kept.client_id)
        if app is None:
            return Answer(status=BAD_REQUEST, page=pages.message("Sign in", "That application is gone."))
        signed_in, refused = self._sign_in(visit, tenant, app, read_scope(kept.scope, for_app=False))
        if signed_in is None:
            return Answer(status=BAD_REQUEST, page=pages.device(action, user_code=typed, error=error_page(refused)))
        self._office.state.keep_device_code(value, replace(kept, signed_in=signed_in))
        return Answer(page=pages.message("Signed in", "You may close this page; the device goes on by itself."))

    # Consent of an administrator, logout ----------------------------------------------------------------------------

    def admin_consent(self, visit: Visit, *, accepted: bool | None = None) -> Answer:
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
            return self._send_back(
                visit, {"error": "permission_denied", "error_description": "The admin canceled the request"}
            )
        self._office.state.consent(app.app_id, tenant.id, registered(app))
        return self._send_back(visit, {"tenant": tenant.id, "admin_consent": "True"})

    def log_out(self, visit: Visit) -> Answer:
        """End the session, of which there is none to end; send the browser on where the application is known to be."""
        uri = visit.form.get("post_logout_redirect_uri", "")
        known = (app for tenant in self._office.world.tenants for app in tenant.app_registrations)
        if uri and any(is_registered(uri, app.redirect_uris) for app in known):
            return Answer(status=302, location=uri)
        return Answer(page=pages.message("Signed out", "You signed out of your account."))

    # Both -----------------------------------------------------------------------------------------------------------

    def _sign_in(
        self, visit: Visit, tenant: Tenant | None, app: AppRegistration, scope: Scope
    ) -> tuple[SignedIn | None, Mapping[str, Any]]:
        """Judge the user; give the sign-in, or the document of the error."""
        form, now = visit.form, self._office.now
        name = form.get("login", "")
        found = lookup.find_user(self._office.world, tenant, name)
        home, user = found or (tenant, None)
        ticked, declines = form.get("consent") == "1", form.get("action") == "decline"
        right = user is not None and user.password is not None and user.password.matches(form.get("passwd", ""))
        second = user is not None and home is not None and lookup.needs_second_factor(home, user)
        ask = SignInPageAsk(
            endpoint=Endpoint.ENTRA,
            now=now,
            peer=self._office.peer(visit),
            tenant_name=shown(visit.tenant_name),
            tenant=home,
            client_id=app.app_id,
            app=app,
            scope=shown(scope.text),
            scope_flaw=scope.flaw,
            user_name=shown(name),
            user=user,
            password=Credential.MATCHES if right else Credential.WRONG,
            recent_failures=self._office.failures(name, now),
            needs_second_factor=second,
            blocked=user is not None and home is not None and lookup.meets(home, user, Control.BLOCK),
            consented=ticked
            or is_preauthorized(scope, app)
            or (
                found is not None
                and self._office.state.has_consented(
                    app.app_id, found[0].id, to_consent(scope, app), str(found[1].address)
                )
            ),
            declined=declines,
        )
        verdict = self._office.judge(ask, "sign in", failed=name if user and not right and not declines else "")
        if not verdict.admits or user is None or home is None:
            return None, self._office.error(verdict, visit).document or {}
        if ticked:
            self._office.state.consent(app.app_id, home.id, to_consent(scope, app), str(user.address))
        signed_in = SignedIn(
            tenant_id=home.id,
            client_id=app.app_id,
            user=str(user.address),
            scope=scope.words,
            at=now,
            with_second_factor=second,
        )
        return signed_in, {}
