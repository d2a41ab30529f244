"""What tokens say: the v1.0 access token that Exchange still gets, and the v2.0 ID token (facts OA-JWT-01 to -05)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from relaylab.domain.entra import Proof
from relaylab.servers.entra.lookup import enterprise_object_id, user_object_id
from relaylab.servers.entra.reader import STS

if TYPE_CHECKING:
    from relaylab.domain.directory import AppRegistration
    from relaylab.domain.randomness import Random
    from relaylab.domain.tenant import Mailbox, Tenant

_BACKDATED: Final = timedelta(minutes=5)  # nbf and iat lie before the issue (fact OA-JWT-05)
_CLIENT: Final = {Proof.SECRET: "1", Proof.CERTIFICATE: "2"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grantee:
    """For whom a token is: an application in a tenant, and the user behind it, if there is one."""

    tenant: Tenant
    app: AppRegistration
    proof: Proof
    user: Mailbox | None = None
    with_second_factor: bool = False


def access_claims(  # noqa: PLR0913 - each is a fact of its own
    grantee: Grantee, *, audience: str, permissions: tuple[str, ...], now: datetime, lifetime: int, chance: Random
) -> dict[str, Any]:
    """Give the claims of an access token; ``permissions`` are roles without a user, else scopes."""
    tenant, app, user = grantee.tenant, grantee.app, grantee.user
    issuer = f"{STS}/{tenant.id}/"
    began = int((now - _BACKDATED).timestamp())
    claims: dict[str, Any] = {
        "aud": audience,
        "iss": issuer,
        "iat": began,
        "nbf": began,
        "exp": int(now.timestamp()) + lifetime + 1,
        "aio": _drawn(chance, 33),
        "app_displayname": app.display_name,
        "appid": app.app_id,
        "appidacr": _CLIENT.get(grantee.proof, "0"),
    }
    if user is None:
        oid = enterprise_object_id(tenant, app)
        own: dict[str, Any] = {"idp": issuer, "idtyp": "app", "oid": oid, "sub": oid}
        own |= {"roles": list(permissions)} if permissions else {}
    else:
        name = str(user.address)
        own = {
            "acr": "1",
            "amr": ["pwd", "mfa"] if grantee.with_second_factor else ["pwd"],
            "idtyp": "user",
            "name": name.partition("@")[0],
            "oid": user_object_id(tenant, user),
            "scp": " ".join(permissions),
            "sub": _drawn(chance, 32),
            "unique_name": name,
            "upn": name,
        }
    rest = {"rh": f"0.{_drawn(chance, 24)}", "tid": tenant.id, "uti": _drawn(chance, 16), "ver": "1.0"}
    return claims | own | rest


def id_claims(  # noqa: PLR0913 - each is a fact of its own
    grantee: Grantee, user: Mailbox, *, issuer: str, now: datetime, lifetime: int, nonce: str
) -> dict[str, Any]:
    """Give the claims of an ID token; the nonce is the one received, to the letter (fact OA-AC-01)."""
    began, name = int((now - _BACKDATED).timestamp()), str(user.address)
    oid = user_object_id(grantee.tenant, user)
    claims: dict[str, Any] = {
        "aud": grantee.app.app_id,
        "iss": issuer,
        "iat": began,
        "nbf": began,
        "exp": int(now.timestamp()) + lifetime + 1,
        "name": name.partition("@")[0],
        "oid": oid,
        "preferred_username": name,
        "sub": oid,
        "tid": grantee.tenant.id,
        "ver": "2.0",
    }
    return claims | ({"nonce": nonce} if nonce else {})


def client_info(tenant: Tenant, user: Mailbox) -> str:
    """Give what MSAL knows an account by (fact OA-TRAP-05)."""
    told = json.dumps({"uid": user_object_id(tenant, user), "utid": tenant.id})
    return urlsafe_b64encode(told.encode()).rstrip(b"=").decode()


def _drawn(chance: Random, octets: int) -> str:
    return urlsafe_b64encode(chance.randbytes(octets)).rstrip(b"=").decode()
