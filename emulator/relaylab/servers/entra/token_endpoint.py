"""The token endpoint: from the form to the ask, and from an admitted ask to the tokens."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from relaylab.domain.directory import Control, TokenFaultKind
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.entra import Grant, Proof, TokenAsk, shown
from relaylab.domain.identity import Credential
from relaylab.rules.entra import errors
from relaylab.servers.entra import lookup
from relaylab.servers.entra.assertion import judge_assertion
from relaylab.servers.entra.claims import Grantee, access_claims, client_info, id_claims
from relaylab.servers.entra.office import Answer, Office, Visit
from relaylab.servers.entra.redeeming import Redeemed, Till
from relaylab.servers.entra.scopes import DEFAULT, Scope, granted, is_preauthorized, is_role_of, read_scope, to_consent
from relaylab.store.entra import RefreshToken, SignedIn

if TYPE_CHECKING:
    from relaylab.domain.directory import AppRegistration, TokenFault
    from relaylab.domain.tenant import Mailbox, Tenant
    from relaylab.engine.verdict import Verdict

_NEEDS: Final = {
    Grant.CLIENT_CREDENTIALS: ("client_id", "scope"),
    Grant.DEVICE_CODE: ("client_id", "device_code"),
    Grant.AUTHORIZATION_CODE: ("client_id", "code", "redirect_uri"),
    Grant.REFRESH_TOKEN: ("client_id", "refresh_token"),
    Grant.PASSWORD: ("client_id", "scope", "username", "password"),
    Grant.UNKNOWN: (),
}
_NEEDED_WITH_ASSERTION: Final = {True: ("client_assertion_type",), False: ()}
_ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"  # RFC 7523 §2.2


class TokenEndpoint:
    """``POST /{tenant}/oauth2/v2.0/token``, and its v1 form."""

    def __init__(self, office: Office) -> None:
        """Work in this office."""
        self._office = office
        self._till = Till(office.state, office.house.holder)

    def answer(self, visit: Visit) -> Answer:
        """Answer one request."""
        form, now, world = _completed(visit), self._office.now, self._office.world
        grant, assertion = Grant.named(form.get("grant_type", "")), bool(form.get("client_assertion"))
        tenant = lookup.find_tenant(world, visit.tenant_name)
        is_common = visit.tenant_name.lower() in lookup.COMMON
        app = self._office.find_app(tenant, form.get("client_id", "")) if tenant or is_common else None
        redeemed = self._till.redeem(grant, form, tenant, now)
        words = tuple(form.get("scope", "").split()) or (
            redeemed.signed_in.scope if redeemed.signed_in else redeemed.scope
        )
        needs_scope = grant in {Grant.CLIENT_CREDENTIALS, Grant.PASSWORD} or redeemed.signed_in is not None
        scope = read_scope(words, for_app=grant is Grant.CLIENT_CREDENTIALS) if needs_scope else Scope(words)
        user_name = redeemed.signed_in.user if redeemed.signed_in else form.get("username", "")
        found = None if grant is Grant.CLIENT_CREDENTIALS else lookup.find_user(world, tenant, user_name)
        home, user = found or (tenant, None)
        password = _judge_password(grant, user, form)
        host = home or lookup.owner_of(world, app)  # at common, while nobody is signed in
        fault_name, fault = lookup.fault_for(host, form.get("client_id", ""), self._office.state)
        ask = TokenAsk(
            endpoint=Endpoint.ENTRA,
            now=now,
            peer=self._office.peer(visit),
            tenant_name=shown(visit.tenant_name),
            tenant=tenant if is_common is False else home,
            is_common=is_common,
            client_id=shown(form.get("client_id", "")),
            app=app,
            missing=visit.missing("grant_type", *_NEEDS[grant], *_NEEDED_WITH_ASSERTION[assertion], form=form),
            names_resource=visit.names_resource,
            scope=shown(scope.text),
            scope_flaw=scope.flaw,
            user_name=shown(user_name),
            user=user,
            password=password,
            recent_failures=self._office.failures(user_name, now) if grant is Grant.PASSWORD else 0,
            needs_second_factor=user is not None
            and home is not None
            and lookup.needs_second_factor(home, user)
            and not (redeemed.signed_in is not None and redeemed.signed_in.with_second_factor),
            blocked=_is_blocked(grant, home, user, app),
            consented=found is None or app is None or self._has_consented(scope, app, *found),
            is_for_a_user=grant is not Grant.CLIENT_CREDENTIALS,
            grant=grant,
            grant_name=shown(form.get("grant_type", "")),
            proof=_proof(form, app, visit, tenant, now),
            code=redeemed.state,
            issued=redeemed.issued,
            is_v1=visit.is_v1,
            lacks_scope=not form.get("scope"),
            redirect_uri=shown(form.get("redirect_uri", "")),
            fault=fault,
        )
        wrong = user_name if password is Credential.WRONG and user is not None else ""
        verdict = self._office.judge(ask, f"token {grant}", failed=wrong)
        if fault is not None and _takes_effect(fault, verdict):
            self._office.state.meet(fault_name)
        delay = fault.seconds if fault is not None and fault.kind is TokenFaultKind.SLOW else 0.0
        if not verdict.admits:
            self._till.spend_failed(grant, form, redeemed)
            return replace(self._office.error(verdict, visit, retry_after=_retry_after(ask)), delay=delay)
        if app is None or home is None:
            msg = "the rules admit no request without application and tenant"
            raise AssertionError(msg)
        self._till.spend(grant, form, now)
        grantee = Grantee(
            tenant=home,
            app=app,
            proof=ask.proof,
            user=user,
            with_second_factor=redeemed.signed_in is not None and redeemed.signed_in.with_second_factor,
        )
        return replace(self._issue(grantee, scope, visit, ask, redeemed), delay=delay)

    # What is issued -------------------------------------------------------------------------------------------------

    def _issue(self, grantee: Grantee, scope: Scope, visit: Visit, ask: TokenAsk, redeemed: Redeemed) -> Answer:
        now, user, fault = ask.now, grantee.user, ask.fault
        kind = fault.kind if fault else None
        lifetime = grantee.tenant.token_service.access_token_lifetime
        if fault is not None and kind is TokenFaultKind.ALMOST_EXPIRED:
            lifetime = fault.seconds
        audience = fault.audience if fault and kind is TokenFaultKind.WRONG_AUDIENCE else scope.resource
        permissions = granted(scope, grantee.app) if user else self._roles(grantee.app, grantee.tenant, audience)
        claims = access_claims(
            grantee,
            audience=audience,
            permissions=permissions,
            now=now,
            lifetime=lifetime,
            chance=self._office.dice("claims"),
        )
        document: dict[str, Any] = {"token_type": "Bearer", "expires_in": lifetime, "ext_expires_in": lifetime}
        if visit.is_v1:
            document |= {"resource": audience, "expires_on": str(claims["exp"]), "not_before": str(claims["nbf"])}
        document["access_token"] = self._office.keys.sign(claims)
        if user is not None:
            document |= self._for_user(grantee, user, scope, visit, ask, redeemed)
        return Answer(document=document)

    def _for_user(  # noqa: PLR0913, PLR0917 - each is a fact of its own
        self, grantee: Grantee, user: Mailbox, scope: Scope, visit: Visit, ask: TokenAsk, redeemed: Redeemed
    ) -> dict[str, Any]:
        """Give what a user's answer has besides: scope, refresh token, ID token, client_info."""
        names = granted(scope, grantee.app)
        told = " ".join(f"{scope.resource}/{name}" for name in names)
        document: dict[str, Any] = {
            "scope": f"{told} {scope.resource}/{DEFAULT}" if DEFAULT in scope.permissions else scope.told
        }
        tenant, now = grantee.tenant, ask.now
        signed_in = redeemed.signed_in or SignedIn(
            tenant_id=tenant.id,
            client_id=grantee.app.app_id,
            user=str(user.address),
            scope=scope.words,
            at=now,
            password=lookup.password_mark(user),
        )
        if scope.is_offline or "offline_access" in signed_in.scope:
            value = self._office.secret("refresh")
            kept = RefreshToken(signed_in=signed_in, issued=now, used=now)
            self._office.state.keep_refresh_token(value, kept)
            document["refresh_token"] = value
        if scope.wants_id:
            issuer = f"{visit.base}/{tenant.id}/v2.0"
            lifetime = tenant.token_service.access_token_lifetime
            claims = id_claims(grantee, user, issuer=issuer, now=now, lifetime=lifetime, nonce=redeemed.nonce)
            document["id_token"] = self._office.keys.sign(claims)
        return document | {"client_info": client_info(tenant, user)}

    def _roles(self, app: AppRegistration, tenant: Tenant, audience: str) -> tuple[str, ...]:
        """Without an administrator's consent a token is given all the same, and holds no role (fact OA-CC-04)."""
        own = tuple(role for role in app.roles if is_role_of(audience, role))
        if app.admin_consent:
            return own
        state = self._office.state
        return tuple(role for role in own if state.has_consented(app.app_id, tenant.id, (role,)))

    def _has_consented(self, scope: Scope, app: AppRegistration, tenant: Tenant, user: Mailbox) -> bool:
        return is_preauthorized(scope, app) or self._office.state.has_consented(
            app.app_id, tenant.id, to_consent(scope, app), str(user.address)
        )


def _takes_effect(fault: TokenFault, verdict: Verdict) -> bool:
    """Tell whether a request met the fault, so that it counts as met."""
    if fault.kind is TokenFaultKind.SLOW_DOWN:
        return verdict.reply is not None and verdict.reply.template == errors.SLOW_DOWN
    return verdict.admits or fault.kind.meets_everybody


def _completed(visit: Visit) -> dict[str, str]:
    """Give the form with what clients say elsewhere or under other names (facts OA-CC-01, OA-DC-02)."""
    form = dict(visit.form)
    if visit.basic is not None:
        form.setdefault("client_id", visit.basic[0])
        form.setdefault("client_secret", visit.basic[1])
    if Grant.named(form.get("grant_type", "")) is Grant.DEVICE_CODE and "device_code" not in form:
        form |= {"device_code": form.get("code", "")}
    return form


def _judge_password(grant: Grant, user: Mailbox | None, form: dict[str, str]) -> Credential:
    if grant is not Grant.PASSWORD or user is None:
        return Credential.MATCHES
    right = user.password is not None and user.password.matches(form.get("password", ""))
    return Credential.MATCHES if right else Credential.WRONG


def _is_blocked(grant: Grant, tenant: Tenant | None, user: Mailbox | None, app: AppRegistration | None) -> bool:
    if tenant is None:
        return False
    if grant is Grant.CLIENT_CREDENTIALS:
        return app is not None and any(one.blocks_app(app.app_id) for one in tenant.conditional_access_policies)
    return user is not None and lookup.meets(tenant, user, Control.BLOCK)


def _proof(
    form: dict[str, str], app: AppRegistration | None, visit: Visit, tenant: Tenant | None, now: datetime
) -> Proof:
    if app is None:
        return Proof.NONE
    if assertion := form.get("client_assertion"):
        if form.get("client_assertion_type") != _ASSERTION_TYPE:
            return Proof.OTHER_ASSERTION_TYPE
        return judge_assertion(assertion, app, _audiences(visit, tenant), now)
    secret = form.get("client_secret")
    return Proof.NONE if not secret else lookup.judge_secret(app, secret, now)


def _audiences(visit: Visit, tenant: Tenant | None) -> frozenset[str]:
    """Give the spellings of the token endpoint: v1 and v2, the tenant by id or domain, either host (OA-CA-05)."""
    names = {visit.tenant_name.lower()}
    if tenant is not None:
        names |= {tenant.id, *(str(domain.name) for domain in tenant.domains)}
    bases = {visit.base.lower(), "https://login.microsoftonline.com"}
    tails = ("/oauth2/v2.0/token", "/oauth2/token", "/v2.0", "")
    return frozenset(f"{base}/{name}{tail}" for base in bases for name in names for tail in tails)


def _retry_after(ask: TokenAsk) -> int | None:
    bad_day = ask.fault is not None and ask.fault.kind in {TokenFaultKind.THROTTLED, TokenFaultKind.UNAVAILABLE}
    return ask.fault.retry_after if ask.fault and bad_day else None
