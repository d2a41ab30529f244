"""An access token as Exchange sees it once its signature was checked: the claims that matter, never the token."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from relaylab.domain.clock import iso

# What SMTP takes: the two spellings of the resource, and that of the US Government cloud (fact OA-JWT-02).
SMTP_AUDIENCES: Final = frozenset(
    {"https://outlook.office365.com", "https://outlook.office.com", "https://outlook.office365.us"}
)


# What Azure Communication Services take; the SDK for Python writes it with a slash at the end (fact ACS-AUTH-06).
ACS_AUDIENCE: Final = "https://communication.azure.com"


class TokenFlaw(StrEnum):
    """What is wrong with a token before its claims count."""

    UNREADABLE = "is no JWT"
    UNSIGNED = "is not signed (alg none)"
    UNKNOWN_KEY = "is signed with a key that its issuer does not publish"
    BAD_SIGNATURE = "does not bear out its signature"
    ID_TOKEN = "is an ID token, which tells a client who signed in"  # noqa: S105 - a word
    UNKNOWN_ISSUER = "is from an issuer that nobody trusts"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenFacts:
    """The claims of a token; those of a flawed one are only claimed. ``id`` names it in the log (uti, or a digest).

    ``signature`` says by what it claims to be signed: algorithm and key.
    """

    id: str
    flaw: TokenFlaw | None = None
    issuer: str = ""
    audience: str = ""
    tenant_id: str = ""
    not_before: datetime | None = None
    expires: datetime | None = None
    app_id: str = ""
    object_id: str = ""
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    user: str | None = None
    signature: str = ""

    @property
    def is_for_an_app(self) -> bool:
        """True when no user stands behind the token."""
        return self.user is None

    def evidence(self) -> tuple[str, ...]:
        """Show the claims that matter, in sentences."""
        said = [f"the token {self.id} {self.flaw}"] if self.flaw else []
        if self.flaw and self.signature:
            said.append(f"its header names {self.signature}")
        if self.flaw is TokenFlaw.UNREADABLE:
            return tuple(said)
        begins, ends = (iso(at) if at else "none" for at in (self.not_before, self.expires))
        who = f"upn {self.user}, scp {' '.join(self.scopes) or 'none'}"
        if self.is_for_an_app:
            who = f"an application's, roles {' '.join(self.roles) or 'none'}"
        return (
            *said,
            f"the token's aud {self.audience or 'none'}, iss {self.issuer or 'none'}, tid {self.tenant_id or 'none'}",
            f"its nbf {begins}, exp {ends}",
            f"its appid {self.app_id or 'none'}, oid {self.object_id or 'none'}; {who}",
        )


class TokenReader(Protocol):
    """Checks signatures, and reads claims."""

    def read(self, value: str) -> TokenFacts:
        """Give what a token says, and the flaw where there is one."""
        ...


class NoTokens:
    """A reader for a service that has no token endpoint: no token is readable."""

    def read(self, value: str) -> TokenFacts:
        """Call every token unreadable."""
        del value
        return TokenFacts(id="(unknown)", flaw=TokenFlaw.UNREADABLE)
