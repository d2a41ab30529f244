"""Authorize, its sign-in page, and logout: what a browser meets.

A browser in which a user signed in shows a cookie: it is not asked again, unless ``prompt`` wants that. The request
behind the page is judged anew when the page is sent, since hidden fields can be changed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from relaylab.domain.endpoint import Endpoint
from relaylab.domain.entra import AuthorizeAsk, shown
from relaylab.rules.entra.authorize import is_registered
from relaylab.servers.entra import lookup, pages
from relaylab.servers.entra.office import BAD_REQUEST, Answer, Office, Visit, error_page
from relaylab.servers.entra.scopes import Scope, read_scope
from relaylab.servers.entra.sending_back import send_back
from relaylab.store.entra import Code, SignedIn

if TYPE_CHECKING:
    from relaylab.domain.directory import AppRegistration
    from relaylab.servers.entra.signing_in import SignIns

COOKIE: Final = "ESTSAUTH"
_KEPT_BY_A_BROWSER: Final = "; Path=/; Secure; HttpOnly; SameSite=None"
_CODE_LIFETIME: Final = timedelta(minutes=10)
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_KEPT: Final = (
    "client_id", "redirect_uri", "scope", "state", "nonce", "response_mode", "code_challenge", "code_challenge_method",
    "response_type", "prompt", "login_hint",
)  # fmt: skip
_ANYBODY: Final = "An application"
_SILENT: Final = frozenset({"", "none"})


class AuthorizeEndpoint:
    """``/{tenant}/oauth2/v2.0/authorize``, the page behind it and logout."""

    def __init__(self, office: Office, sign_ins: SignIns) -> None:
        """Work in this office."""
        self._office, self._sign_ins = office, sign_ins

    def authorize(self, visit: Visit) -> Answer:
        """Show the sign-in page, or say why not; who is signed in already goes on at once."""
        ask, scope = self._ask(visit)
        verdict = self._office.judge(ask, "authorize")
        if not verdict.admits or ask.app is None:
            return self._error(visit, ask, self._office.error(verdict, visit).document or {})
        known = self._known(visit)
        if known is None or ask.prompt not in _SILENT:
            return self._page(visit, ask.app, scope)
        signed_in, refused = self._sign_ins.silently(visit, ask.tenant, ask.app, scope, known)
        if signed_in is not None:
            return self._code(visit, signed_in)
        if ask.prompt == "none":
            return send_back(visit, _told(refused) | {"error": "interaction_required"})
        return self._page(visit, ask.app, scope, error=error_page(refused))

    def log_in(self, visit: Visit) -> Answer:
        """Take what the page sends."""
        ask, scope = self._ask(visit)
        verdict = self._office.judge(ask, "authorize")
        if not verdict.admits or ask.app is None:
            return self._error(visit, ask, self._office.error(verdict, visit).document or {})
        signed_in, refused = self._sign_ins.at_the_page(visit, ask.tenant, ask.app, scope)
        if signed_in is not None:
            return self._code(visit, signed_in, is_new=True)
        if visit.form.get("action") == "decline":
            return send_back(visit, _told(refused))
        return self._page(visit, ask.app, scope, error=error_page(refused))

    def log_out(self, visit: Visit) -> Answer:
        """End the session of the browser; send it on where the application is known to be."""
        self._office.state.end_session(visit.session)
        headers = {"Set-Cookie": f"{COOKIE}=; Max-Age=0{_KEPT_BY_A_BROWSER}"}
        uri = visit.form.get("post_logout_redirect_uri", "")
        known = (app for tenant in self._office.world.tenants for app in tenant.app_registrations)
        if uri and any(is_registered(uri, app.redirect_uris) for app in known):
            return Answer(status=302, location=uri, headers=headers)
        return Answer(page=pages.message("Signed out", "You signed out of your account."), headers=headers)

    def _ask(self, visit: Visit) -> tuple[AuthorizeAsk, Scope]:
        form, world = visit.form, self._office.world
        tenant = lookup.find_tenant(world, visit.tenant_name)
        is_common = visit.tenant_name.lower() in lookup.COMMON
        scope = read_scope(tuple(form.get("scope", "").split()), for_app=False)
        challenge = form.get("code_challenge", "")
        method = form.get("code_challenge_method", "")
        ask = AuthorizeAsk(
            endpoint=Endpoint.ENTRA,
            now=self._office.now,
            peer=self._office.peer(visit),
            tenant_name=shown(visit.tenant_name),
            tenant=tenant,
            is_common=is_common,
            client_id=shown(form.get("client_id", "")),
            app=self._office.find_app(tenant, form.get("client_id", "")) if tenant or is_common else None,
            missing=visit.missing("client_id", "response_type", "scope", "redirect_uri"),
            names_resource=visit.names_resource,
            scope=shown(scope.text),
            scope_flaw=scope.flaw,
            redirect_uri=form.get("redirect_uri", ""),
            response_type=form.get("response_type", ""),
            response_mode=form.get("response_mode", ""),
            prompt=form.get("prompt", ""),
            has_session=self._known(visit) is not None,
            has_challenge=bool(challenge),
            challenge_method=shown(method),
            challenge_is_malformed=bool(challenge)
            and (_CHALLENGE.fullmatch(challenge) is None or method not in {"S256", "plain", ""}),
        )
        return ask, scope

    def _known(self, visit: Visit) -> SignedIn | None:
        """Give who is signed in in this browser, where it is who is wanted and the session was not revoked since."""
        known = self._office.state.session(visit.session)
        found = lookup.find_user(self._office.world, None, known.user) if known is not None else None
        if known is None or found is None:
            return None
        tenant = lookup.find_tenant(self._office.world, visit.tenant_name)
        hint, valid_from = visit.form.get("login_hint", ""), found[1].sign_in_sessions_valid_from
        is_wanted = hint.strip().lower() in {"", known.user.lower()} and (
            tenant is None or tenant.id == known.tenant_id
        )
        is_revoked = valid_from is not None and known.at < valid_from <= self._office.now
        is_changed = known.password != lookup.password_mark(found[1])
        return known if is_wanted and not is_revoked and not is_changed else None

    def _code(self, visit: Visit, signed_in: SignedIn, *, is_new: bool = False) -> Answer:
        """Send the browser back with a code; a new sign-in begins a session of the browser."""
        form, code = visit.form, self._office.secret("code")
        kept = Code(
            signed_in=signed_in,
            redirect_uri=form["redirect_uri"],
            challenge=form.get("code_challenge", ""),
            challenge_method=form.get("code_challenge_method") or "plain",
            nonce=form.get("nonce", ""),
            expires=self._office.now + _CODE_LIFETIME,
        )
        self._office.state.keep_code(code, kept)
        answer = send_back(visit, {"code": code, "session_state": self._office.guid("session")})
        if not is_new:
            return answer
        session = self._office.secret("browser", 32)
        self._office.state.keep_session(session, signed_in)
        return replace(answer, headers={"Set-Cookie": f"{COOKIE}={session}{_KEPT_BY_A_BROWSER}"})

    @staticmethod
    def _error(visit: Visit, ask: AuthorizeAsk, document: Mapping[str, Any]) -> Answer:
        """Send the browser back with the error, but only to where the application is known to be."""
        if ask.app is not None and is_registered(ask.redirect_uri, ask.app.redirect_uris):
            return send_back(visit, _told(document))
        return Answer(status=BAD_REQUEST, page=pages.message("Sign in", error_page(document)))

    @staticmethod
    def _page(visit: Visit, app: AppRegistration | None, scope: Scope, error: str = "") -> Answer:
        hidden = {name: visit.form[name] for name in _KEPT if name in visit.form}
        user = visit.form.get("login") or visit.form.get("login_hint", "")
        name = app.display_name if app else _ANYBODY
        page = pages.sign_in(
            f"/{visit.tenant_name}/login", hidden, app_name=name, scope=scope.told, user=user, error=error
        )
        return Answer(status=BAD_REQUEST if error else 200, page=page)


def _told(document: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(document[name]) for name in ("error", "error_description")}
