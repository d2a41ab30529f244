"""azure-identity for Python, doing what a request says: unmodified, with the settings of its documentation."""

from __future__ import annotations

import re
import warnings
from typing import Any
from urllib.parse import urlencode

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import (
    AuthenticationRequiredError,
    AuthorizationCodeCredential,
    CertificateCredential,
    ClientAssertionCredential,
    ClientSecretCredential,
    DeviceCodeCredential,
    UsernamePasswordCredential,
)

from tests.clients.oauth import TENANT, OAuthLab
from tests.clients.oauth_assertions import shown
from tests.clients.oauth_requests import Act, ForItself, Renewing, Request, Told, WithCode, WithDeviceCode, WithPassword

REDIRECT = "http://localhost"


def pointed(lab: OAuthLab) -> dict[str, Any]:
    """What points a credential at the emulator."""
    return {
        "authority": lab.url,
        "disable_instance_discovery": True,
        "connection_verify": lab.ca,
        "retry_total": 0,
    }


class AzureIdentity:
    """``azure-identity``: a refusal is a ClientAuthenticationError whose message is Entra's."""

    def does(self, request: Request) -> bool:
        match request:
            case WithPassword():
                return False  # needs port 443; see test_oauth_by_name
            case WithCode(act=act):
                return act not in {
                    Act.WRONG_VERIFIER,
                    Act.DECLINE,
                    Act.SILENT,
                }  # no PKCE; starts with a code
            case WithDeviceCode(act=act):
                return act is not Act.WAIT  # it goes on asking by itself
            case _:
                return True

    def kind(self, request: Request, *, interaction: bool) -> str:
        return "AuthenticationRequiredError" if isinstance(request, Renewing) else "ClientAuthenticationError"

    def refusal(self, lab: OAuthLab, request: Request) -> Told:
        try:
            with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of /common, and of passwords
                self.ask(lab, request)
        except ClientAuthenticationError as error:
            # Where somebody must sign in again, the reason is in the answer and not in the message.
            text = str(error)
            if isinstance(error, AuthenticationRequiredError) and error.response is not None:
                text = f"{text} {error.response.text()}"
            found = re.search(r"AADSTS(\d+)", text)
            return Told(type(error).__name__, text, code=int(found[1]) if found else None)
        raise AssertionError(request)

    def ask(self, lab: OAuthLab, request: Request) -> str:
        """Do what the request says; give the access token."""
        settings = pointed(lab)
        match request:
            case ForItself(app_id=app_id, secret=secret, scope=scope, tenant=tenant):
                with _for_itself(lab, app_id, secret, tenant) as credential:
                    return str(credential.get_token(scope).token)
            case WithPassword(user=user, password=password, app_id=app_id, scope=scope, tenant=tenant):
                with UsernamePasswordCredential(app_id, user, password, tenant_id=tenant, **settings) as by_password:
                    return by_password.get_token(scope).token
            case WithDeviceCode(act=act, app_id=app_id, scope=scope, tenant=tenant):

                def acts(_uri: str, user_code: str, _expires: object) -> None:
                    lab.act_at_device_page(act, user_code)

                more = settings | {"tenant_id": tenant, "prompt_callback": acts}
                with DeviceCodeCredential(app_id, **more) as by_device:
                    return by_device.get_token(*scope.split()).token
            case WithCode():
                return _by_code(lab, request)
            case Renewing():
                return _renewing(lab, request)


def _for_itself(lab: OAuthLab, app_id: str, secret: str, tenant: str) -> Any:  # noqa: ANN401 - one of three
    settings, what = pointed(lab), shown(secret, app_id, f"{lab.url}/{TENANT}/oauth2/v2.0/token")
    if what.certificate is not None:
        pem = (what.certificate.key_pem + what.certificate.pem).encode()
        return CertificateCredential(tenant, app_id, certificate_data=pem, **settings)
    if what.assertion:
        return ClientAssertionCredential(tenant, app_id, lambda: what.assertion, **settings)
    return ClientSecretCredential(tenant, app_id, what.secret, **settings)


def _by_code(lab: OAuthLab, request: WithCode) -> str:
    # The web application's part: azure-identity begins with the code.
    asked = {"client_id": request.app_id, "redirect_uri": REDIRECT, "scope": request.scope, "response_type": "code"}
    where = f"{lab.url}/{request.tenant}/oauth2/v2.0/authorize?{urlencode(asked)}"
    code = lab.act_with_browser(request.act, where)["code"]
    tenant = "fabrikam.com" if request.act is Act.OTHER_TENANT else request.tenant
    redirect = "http://localhost:9/elsewhere" if request.act is Act.OTHER_REDIRECT else REDIRECT
    if request.act is Act.TWICE:
        with AuthorizationCodeCredential(tenant, request.app_id, code, redirect, **pointed(lab)) as first:
            first.get_token(request.scope)
    with AuthorizationCodeCredential(tenant, request.app_id, code, redirect, **pointed(lab)) as credential:
        return credential.get_token(request.scope).token


def _renewing(lab: OAuthLab, request: Renewing) -> str:
    """Sign in, and ask again: the tokens of this world live so short that the library refreshes by itself."""

    def signs_in(_uri: str, user_code: str, _expires: object) -> None:
        lab.act_at_device_page(Act.ACCEPT, user_code)

    settings = pointed(lab) | {"tenant_id": TENANT, "prompt_callback": signs_in}
    with DeviceCodeCredential(request.app_id, disable_automatic_authentication=True, **settings) as credential:
        credential.authenticate(scopes=[WithDeviceCode().scope])
        lab.meanwhile(request.at, request.now)
        return credential.get_token(request.scope).token
