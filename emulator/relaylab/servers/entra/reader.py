"""Reads the access tokens that SMTP is shown: whose signature it is, and which claims count."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from joserfc.jwk import KeySet

from relaylab.domain.address import Address
from relaylab.domain.token import SMTP_AUDIENCES, TokenFacts, TokenFlaw
from relaylab.servers.entra.jws import Unverified, is_signed_by, take_apart

if TYPE_CHECKING:
    from relaylab.domain.directory import TrustedIssuer
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import World
    from relaylab.servers.entra.keys import SigningKeys
    from relaylab.store import WorldHolder

STS: Final = "https://sts.windows.net"
_ELSEWHERE: Final = ["RS256", "PS256", "ES256"]
_LONGEST_CLAIM: Final = 200  # characters of a claim that evidence shows


class SignedTokens:
    """The reader of Exchange: Entra's own tokens, and those of issuers that a tenant trusts."""

    def __init__(self, keys: SigningKeys, holder: WorldHolder) -> None:
        """Read with these keys, in the world in force."""
        self._keys = keys
        self._holder = holder

    def read(self, value: str) -> TokenFacts:
        """Give what a token says, and the flaw where there is one."""
        digest = f"sha256:{sha256(value.encode()).hexdigest()[:12]}"
        token = take_apart(value)
        if token is None:
            return TokenFacts(id=digest, flaw=TokenFlaw.UNREADABLE)
        user = token.text("upn") or token.text("preferred_username") or token.text("email")
        flaw, tenant_id = self._check(value, token, user)
        return TokenFacts(
            id=_short(token.text("uti")) or digest,
            flaw=flaw,
            issuer=_short(token.text("iss")),
            audience=_short(_audience(token)),
            tenant_id=_short(tenant_id or token.text("tid")),
            not_before=token.instant("nbf"),
            expires=token.instant("exp"),
            app_id=_short(token.text("appid") or token.text("azp")).lower(),
            object_id=_short(token.text("oid")).lower(),
            roles=tuple(map(_short, token.words("roles")))[:50],
            # Entra says scp; other issuers say scope, one text with blanks (RFC 9068 §2.2.3).
            scopes=tuple(map(_short, token.words("scp") or token.words("scope")))[:50],
            user=_short(user) or None,
            signature=_short(f"alg {token.header.get('alg')}, kid {token.header.get('kid')}"),
        )

    def _check(self, value: str, token: Unverified, user: str) -> tuple[TokenFlaw | None, str]:
        """Give the flaw, and the tenant whose issuer has signed."""
        algorithm, kid = token.header.get("alg"), token.header.get("kid")
        if not isinstance(algorithm, str) or algorithm.lower() == "none":
            return TokenFlaw.UNSIGNED, ""
        issuer = token.text("iss")
        own = self._holder.world.register.tenant(issuer.removeprefix(f"{STS}/").removesuffix("/"))
        if own is not None and issuer == f"{STS}/{own.id}/":
            return self._check_own(value, kid), own.id
        trusted = _trusting(self._holder.world, issuer, user, token.text("tid"))
        if trusted is None:
            is_ours = token.text("ver") == "2.0" and self._check_own(value, kid) is None
            return TokenFlaw.ID_TOKEN if is_ours else TokenFlaw.UNKNOWN_ISSUER, ""
        tenant, foreign = trusted
        for key in KeySet.import_key_set(json.loads(foreign.jwks)).keys:
            if key.kid == kid:
                return None if is_signed_by(value, key, _ELSEWHERE) else TokenFlaw.BAD_SIGNATURE, tenant.id
        return TokenFlaw.UNKNOWN_KEY, tenant.id

    def _check_own(self, value: str, kid: Any) -> TokenFlaw | None:  # noqa: ANN401 - a header may hold anything
        key = self._keys.find(kid) if isinstance(kid, str) else None
        if key is None:
            return TokenFlaw.UNKNOWN_KEY
        return None if is_signed_by(value, key, ["RS256"]) else TokenFlaw.BAD_SIGNATURE


def _trusting(world: World, issuer: str, user: str, tid: str) -> tuple[Tenant, TrustedIssuer] | None:
    """Find who trusts an issuer; of several tenants the user's counts, then that of ``tid``, then the first."""
    nearest = filter(None, (_owner(world, user), world.register.tenant(tid.lower())))
    trusted = ((tenant, one) for tenant in nearest for one in tenant.trusted_issuers if one.issuer == issuer)
    return next(trusted, None) or world.register.trusting(issuer)


def _owner(world: World, user: str) -> Tenant | None:
    try:
        return world.tenant_of(Address.parse(user).domain)
    except ValueError:
        return None


def _audience(token: Unverified) -> str:
    """Give the audience; of several (RFC 7519 §4.1.3) the one that SMTP takes, or else the first."""
    several = () if token.text("aud") else token.words("aud")
    taken = (one for one in several if one.rstrip("/") in SMTP_AUDIENCES)
    return token.text("aud") or next(taken, several[0] if several else "")


def _short(text: str) -> str:
    """Bound a claim, and leave out what could steer a terminal: it is shown to people."""
    return "".join(letter for letter in text[:_LONGEST_CLAIM] if letter.isprintable())
