"""What is asked of Entra: one Ask per kind of request, its secrets already looked up and gone."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from relaylab.domain.asks import Ask
from relaylab.domain.identity import Credential
from relaylab.domain.noun import noun

if TYPE_CHECKING:
    from collections.abc import Mapping

    from relaylab.domain.directory import AppRegistration, TokenFault
    from relaylab.domain.tenant import Mailbox, Tenant

_LONGEST_SHOWN: Final = 256  # characters


def shown(text: str) -> str:
    """Bound what a client wrote, and leave out what could steer a terminal: it is logged and shown to people."""
    return "".join(letter for letter in text[:_LONGEST_SHOWN] if letter.isprintable())


class Grant(StrEnum):
    """An OAuth grant by its name on the wire."""

    CLIENT_CREDENTIALS = "client_credentials"
    DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code"
    AUTHORIZATION_CODE = "authorization_code"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a grant
    PASSWORD = "password"  # noqa: S105 - the name of a grant
    UNKNOWN = "unknown"

    @classmethod
    def named(cls, name: str) -> Grant:
        """Give the grant of a name; msal-node shortens that of the device code (fact OA-DC-02)."""
        if name == "device_code":
            return cls.DEVICE_CODE
        try:
            return cls(name)
        except ValueError:
            return cls.UNKNOWN


class Proof(StrEnum):
    """What a client shows of itself, looked up."""

    NONE = "nothing"
    SECRET = "a valid secret"  # noqa: S105 - a word
    CERTIFICATE = "a valid assertion"
    WRONG_SECRET = "a secret that is none of the application's"  # noqa: S105 - a word
    EXPIRED_SECRET = "a secret that has expired"  # noqa: S105 - a word
    UNREADABLE_ASSERTION = "an assertion that is no signed JWT"
    OTHER_ASSERTION_TYPE = "an assertion of another type than jwt-bearer"
    UNKNOWN_KEY = "an assertion with a key that is not registered"
    EXPIRED_KEY = "an assertion with a key whose certificate or registration has ended"
    BAD_SIGNATURE = "an assertion whose signature is wrong"
    WRONG_ASSERTION = "an assertion for another audience or client"
    EXPIRED_ASSERTION = "an assertion out of its time"

    @property
    def is_good(self) -> bool:
        """True when the client has proved who it is."""
        return self in {Proof.SECRET, Proof.CERTIFICATE}


class ScopeFlaw(StrEnum):
    """What is wrong with a scope."""

    NOT_DEFAULT = "does not end in /.default"
    INVALID = "is no permission of its resource"
    NO_RESOURCE = "names no resource"
    TWO_RESOURCES = "names two resources"
    UNKNOWN_RESOURCE = "is of a resource that the tenant does not have"


class CodeState(StrEnum):
    """What a code or a refresh token is worth."""

    FINE = "fine"
    UNKNOWN = "unknown"
    PENDING = "pending"
    DECLINED = "declined"
    EXPIRED = "expired"
    REDEEMED = "redeemed before"
    REVOKED = "revoked"
    SIGNED_IN_TOO_LONG_AGO = "from a sign-in that is too long ago"
    OTHER_CLIENT = "another application's"
    OTHER_TENANT = "another tenant's"
    OTHER_REDIRECT = "for another redirect URI"
    WRONG_VERIFIER = "not the one of this code verifier"


@noun(kw_only=True)
class DirectoryAsk(Ask):
    """What every request to Entra knows.

    ``tenant_name`` is the first part of the path, ``is_common`` true for common, organizations and consumers.
    ``missing`` is the first parameter that the request needs and lacks; ``names_resource`` is true for a request of
    v2.0 with the ``resource`` of v1.0.
    """

    tenant_name: str
    tenant: Tenant | None = None
    is_common: bool = False
    client_id: str = ""
    app: AppRegistration | None = None
    missing: str | None = None
    names_resource: bool = False
    scope: str = ""
    scope_flaw: ScopeFlaw | None = None

    def words(self) -> Mapping[str, str]:
        """Add tenant, application and scope, as Entra prints them."""
        return {
            "ip": str(self.peer.ip),
            "tenant_name": self.tenant_name,
            "tenant": self.tenant.name if self.tenant else self.tenant_name,
            "client_id": self.client_id,
            "app_name": self.app.display_name if self.app else "an application",
            "missing": self.missing or "",
            "scope": self.scope,
            "resource": self.scope.rpartition("/")[0] or self.scope,
        }

    def evidence(self) -> tuple[str, ...]:
        """Say which application asks for what, in which tenant."""
        whose = f"an application of tenant {self.tenant.name}" if self.app and self.tenant else "no application here"
        flaw = f", which {self.scope_flaw}" if self.scope_flaw else ""
        return (f"client_id {self.client_id or 'none'}: {whose}", f"scope {self.scope or 'none'}{flaw}")


@noun(kw_only=True)
class DiscoveryAsk(DirectoryAsk):
    """The OpenID configuration or the keys of a tenant were asked for."""


@noun(kw_only=True)
class InstanceAsk(Ask):
    """A client asks whether a host is a cloud's; ``instance`` is the host of the endpoint it names, "" for none."""

    instance: str = ""
    is_known: bool = True

    def words(self) -> Mapping[str, str]:
        """Add the host."""
        return {"ip": str(self.peer.ip), "instance": self.instance}

    def evidence(self) -> tuple[str, ...]:
        """Say which host it is about."""
        return (f"the authorization_endpoint is on {self.instance or 'no host'}",)


@noun(kw_only=True)
class UserAsk(DirectoryAsk):
    """Somebody signs in: at the page of authorize or of a device code, or with a password at the token endpoint.

    ``consented`` tells whether the application may act for the user; ``is_for_a_user`` is false where an application
    asks for itself.
    """

    user_name: str = ""
    user: Mailbox | None = None
    password: Credential = Credential.MATCHES
    recent_failures: int = 0
    needs_second_factor: bool = False
    blocked: bool = False
    consented: bool = True
    is_for_a_user: bool = True

    def words(self) -> Mapping[str, str]:
        """Add the user."""
        return {**DirectoryAsk.words(self), "user": self.user_name}

    def evidence(self) -> tuple[str, ...]:
        """Say who signs in."""
        whose = "a user of this tenant" if self.user else "no user of this tenant"
        return (
            *DirectoryAsk.evidence(self),
            f"user {self.user_name or 'none'}: {whose}; the password: {self.password}",
        )


@noun(kw_only=True)
class SignInPageAsk(UserAsk):
    """A user has filled in the sign-in page, or turned away from it; or a browser knows the user from before.

    ``shows_second_factor`` is false where the browser's session began without one: nobody is asked for it there.
    """

    declined: bool = False
    shows_second_factor: bool = True


@noun(kw_only=True)
class AuthorizeAsk(DirectoryAsk):
    """A browser came to authorize; the page is shown when nothing stands in the way.

    ``redirect_uri`` is what the browser would be sent to, as the client wrote it: all of it is judged. ``has_session``
    tells whether the user that is wanted is signed in in this browser; ``has_challenge`` whether PKCE's came.
    """

    redirect_uri: str = ""
    response_type: str = "code"
    response_mode: str = ""
    prompt: str = ""
    has_session: bool = False
    has_challenge: bool = False
    challenge_method: str = ""
    challenge_is_malformed: bool = False

    def words(self) -> Mapping[str, str]:
        """Add the redirect URI and what kind of answer is wanted, in bounds."""
        return {
            **DirectoryAsk.words(self),
            "redirect_uri": shown(self.redirect_uri),
            "response_type": shown(self.response_type),
            "response_mode": shown(self.response_mode),
            "prompt": shown(self.prompt),
        }


@noun(kw_only=True)
class AdminConsentAsk(DirectoryAsk):
    """An administrator is asked to consent for a whole tenant, or has answered."""

    redirect_uri: str = ""
    declined: bool = False

    def words(self) -> Mapping[str, str]:
        """Add the redirect URI, in bounds."""
        return {**DirectoryAsk.words(self), "redirect_uri": shown(self.redirect_uri)}


@noun(kw_only=True)
class DeviceAsk(DirectoryAsk):
    """A device asks for a code to show."""


@noun(kw_only=True)
class TokenAsk(UserAsk):
    """A client asks for a token.

    ``code`` is the state of the authorization code, device code or refresh token it redeems, ``issued`` when that was
    issued. ``lacks_scope`` tells that the request names none, whatever scope that gives. ``fault`` is the bad day of
    the token endpoint that this request meets.
    """

    grant: Grant
    grant_name: str
    proof: Proof = Proof.NONE
    code: CodeState = CodeState.FINE
    issued: str = ""
    is_v1: bool = False
    redirect_uri: str = ""
    lacks_scope: bool = False
    fault: TokenFault | None = None

    def words(self) -> Mapping[str, str]:
        """Add the grant and what it redeems."""
        return {
            **UserAsk.words(self),
            "missing": self.missing or ("scope" if self.lacks_scope else ""),
            "grant": self.grant_name,
            "issued": self.issued,
            "redirect_uri": self.redirect_uri,
        }

    def evidence(self) -> tuple[str, ...]:
        """Say what the client showed, and what it redeems."""
        said = [f"grant {self.grant_name or 'none'}; the client showed {self.proof}"]
        if self.grant is Grant.PASSWORD:
            return (*said, *UserAsk.evidence(self))
        if self.grant is Grant.DEVICE_CODE and self.code is CodeState.PENDING:
            said.append("nobody has typed the device's code in and signed in yet")
        elif self.grant in {Grant.DEVICE_CODE, Grant.AUTHORIZATION_CODE, Grant.REFRESH_TOKEN}:
            said.append(f"what it redeems is {self.code}")
            if self.user_name:
                said.append(f"signed in: {self.user_name}, {'a' if self.user else 'no'} user of this tenant")
        return (*said, *DirectoryAsk.evidence(self))
