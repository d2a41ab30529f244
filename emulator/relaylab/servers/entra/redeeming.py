"""What a code, a device code or a refresh token is worth, and that it is spent."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from relaylab.domain.clock import as_utc
from relaylab.domain.directory import DEFAULT_TOKEN_SERVICE
from relaylab.domain.entra import CodeState, Grant
from relaylab.servers.entra import lookup
from relaylab.store.entra import SignedIn

if TYPE_CHECKING:
    from relaylab.domain.directory import TokenService
    from relaylab.domain.tenant import Tenant
    from relaylab.store import WorldHolder
    from relaylab.store.entra import EntraState


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """What a code, device code or refresh token is worth, and the sign-in behind it.

    ``scope`` is what a device asked for whose user has not signed in yet.
    """

    state: CodeState = CodeState.FINE
    signed_in: SignedIn | None = None
    issued: str = ""
    nonce: str = ""
    scope: tuple[str, ...] = ()


class Till:
    """Takes codes and tokens."""

    def __init__(self, state: EntraState, holder: WorldHolder) -> None:
        """Look into this state, in the world in force."""
        self._state = state
        self._holder = holder

    def redeem(self, grant: Grant, form: dict[str, str], tenant: Tenant | None, now: datetime) -> Redeemed:
        """Tell what the form's code or refresh token is worth; nothing changes yet."""
        match grant:
            case Grant.DEVICE_CODE:
                found = self._redeem_device_code(form, tenant, now)
            case Grant.AUTHORIZATION_CODE:
                found = self._redeem_code(form, tenant, now)
            case Grant.REFRESH_TOKEN:
                found = self._redeem_refresh_token(form, tenant, now)
            case _:
                return Redeemed()
        client_id = form.get("client_id", "").lower()
        is_other = found.state is CodeState.FINE and found.signed_in and found.signed_in.client_id != client_id
        return replace(found, state=CodeState.OTHER_CLIENT) if is_other else found

    def _redeem_device_code(self, form: dict[str, str], tenant: Tenant | None, now: datetime) -> Redeemed:
        kept = self._state.device_code(form.get("device_code", ""))
        if kept is None or (tenant is not None and kept.tenant_id not in {"", tenant.id}):
            return Redeemed(state=CodeState.UNKNOWN)
        if kept.client_id != form.get("client_id", "").lower():
            return Redeemed(state=CodeState.OTHER_CLIENT)
        if kept.redeemed:
            return Redeemed(state=CodeState.REDEEMED, signed_in=kept.signed_in)
        if kept.declined or kept.expires <= now:
            return Redeemed(state=CodeState.DECLINED if kept.declined else CodeState.EXPIRED)
        if kept.signed_in is None:
            return Redeemed(state=CodeState.PENDING, scope=kept.scope)
        return Redeemed(signed_in=kept.signed_in)

    def _redeem_code(self, form: dict[str, str], tenant: Tenant | None, now: datetime) -> Redeemed:
        kept = self._state.code(form.get("code", ""))
        if kept is None:
            return Redeemed(state=CodeState.UNKNOWN)
        state = CodeState.FINE
        if kept.redeemed:
            state = CodeState.REDEEMED
        elif tenant is not None and kept.signed_in.tenant_id != tenant.id:
            state = CodeState.OTHER_TENANT
        elif kept.expires <= now:
            state = CodeState.EXPIRED
        elif kept.redirect_uri != form.get("redirect_uri"):
            state = CodeState.OTHER_REDIRECT
        elif kept.challenge and not _fits(form.get("code_verifier", ""), kept.challenge, kept.challenge_method):
            state = CodeState.WRONG_VERIFIER
        return Redeemed(state=state, signed_in=kept.signed_in, nonce=kept.nonce)

    def _redeem_refresh_token(self, form: dict[str, str], tenant: Tenant | None, now: datetime) -> Redeemed:
        kept = self._state.refresh_token(form.get("refresh_token", ""))
        if kept is None:
            return Redeemed(state=CodeState.UNKNOWN)
        issued = as_utc(kept.issued).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
        found = lookup.find_user(self._holder.world, None, kept.signed_in.user)
        service = found[0].token_service if found else DEFAULT_TOKEN_SERVICE
        valid_from = found[1].sign_in_sessions_valid_from if found else None
        state = CodeState.FINE
        if tenant is not None and kept.signed_in.tenant_id != tenant.id:
            state = CodeState.OTHER_TENANT
        elif (valid_from is not None and kept.signed_in.at < valid_from <= now) or (
            found is not None and kept.signed_in.password != lookup.password_mark(found[1])
        ):
            state = CodeState.REVOKED
        elif kept.used + timedelta(days=service.refresh_token_inactive_days) <= now:
            state = CodeState.EXPIRED
        elif _is_too_long_ago(kept.signed_in, service, now):
            state = CodeState.SIGNED_IN_TOO_LONG_AGO
        return Redeemed(state=state, signed_in=kept.signed_in, issued=issued)

    def spend(self, grant: Grant, form: dict[str, str], now: datetime) -> None:
        """Note that it was redeemed."""
        if grant is Grant.AUTHORIZATION_CODE and (code := self._state.code(form["code"])) is not None:
            self._state.keep_code(form["code"], replace(code, redeemed=True))
        if grant is Grant.DEVICE_CODE and (device := self._state.device_code(form["device_code"])) is not None:
            self._state.keep_device_code(form["device_code"], replace(device, redeemed=True))
        if grant is Grant.REFRESH_TOKEN:
            self._state.use_refresh_token(form["refresh_token"], now)

    def spend_failed(self, grant: Grant, form: dict[str, str], redeemed: Redeemed) -> None:
        """A code that was shown with a wrong verifier is spent too (RFC 7636 §4.6 and RFC 6749 §10.5)."""
        if grant is Grant.AUTHORIZATION_CODE and redeemed.state is CodeState.WRONG_VERIFIER:
            code = self._state.code(form["code"])
            if code is not None:
                self._state.keep_code(form["code"], replace(code, redeemed=True))


def _is_too_long_ago(signed_in: SignedIn, service: TokenService, now: datetime) -> bool:
    hours = service.sign_in_frequency_hours
    return hours is not None and signed_in.at + timedelta(hours=hours) <= now


def _fits(verifier: str, challenge: str, method: str) -> bool:
    if method != "S256":
        return verifier == challenge
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode() == challenge
