"""Each documented failure of the token service: the state of the world that gives it, and who meets it how.

The numbers are those of the fact sheet's table of errors; ``state`` is what stands in the world file for it.
"""

from __future__ import annotations

from dataclasses import dataclass

from relaylab.app.config import LoadedWorld
from tests.clients.oauth import (
    BLOCKED,
    FIRMWARE,
    INVOICES,
    OFF,
    STRANGER,
    USER_SCOPE,
    oauth_world,
)
from tests.clients.oauth_assertions import CERTIFIED, registered_certificate
from tests.clients.oauth_requests import (
    Act,
    Credential,
    ForItself,
    Renewing,
    Request,
    WithCode,
    WithDeviceCode,
    WithPassword,
)

GRAPH_SEND = "https://graph.microsoft.com/Mail.Send"
SEVERAL_TENANTS = "b0000000-0000-4000-8000-000000000009"
TRAVELLER = f"""
  [[tenant.app_registration]]
  app_id = "{SEVERAL_TENANTS}"
  display_name = "In several tenants"
  scopes = ["SMTP.Send"]
  redirect_uris = ["http://localhost"]
  is_fallback_public_client = true
  sign_in_audience = "AzureADMultipleOrgs"
"""
INSTALLED = f"""
  [[tenant.service_principal]]
  app_id = "{SEVERAL_TENANTS}"
  object_id = "50000000-0000-4000-8000-0000000000b9"
"""
# Tokens live so short that every client refreshes by itself, and devices ask every second.
SERVICE = """
  [tenant.token_service]
  access_token_lifetime = 240
  device_code_interval = 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure: what Entra says, the request that meets it, and the state of the world that it takes.

    ``state`` are tables of the tenant, ``service`` keys of its ``[tenant.token_service]``, ``setting`` a key of its
    own, ``scanner`` keys of the mailbox that signs in, ``elsewhere`` tables of another tenant; ``reading`` is one of
    the emulator's. ``interaction`` tells whether msal-node sees that the user must do something.
    """

    code: int
    error: str
    request: Request
    suberror: str | None = None
    state: str = ""
    service: str = ""
    setting: str = ""
    scanner: str = ""
    elsewhere: str = ""
    reading: tuple[str, str] | None = None
    interaction: bool = False

    @property
    def name(self) -> str:
        """As tests are called."""
        return f"{self.code}-{type(self.request).__name__}-{self.error}"

    @property
    def world(self) -> LoadedWorld:
        """The world in which it happens."""
        more = f"{registered_certificate().registered()}{SERVICE}  {self.service}\n{self.state}"
        return oauth_world(more, setting=self.setting, scanner=self.scanner, elsewhere=self.elsewhere)


def fault(kind: str) -> str:
    """The table of a fault that meets everybody."""
    return f'  [[tenant.token_fault]]\n  kind = "{kind}"\n'


OF_APPLICATIONS = (
    Failure(code=7000215, error="invalid_client", request=ForItself(secret="fake-secret-id")),
    Failure(code=7000222, error="invalid_client", request=ForItself(secret="fake-secret-old")),
    Failure(code=7000218, error="invalid_client", request=WithDeviceCode(app_id=INVOICES)),
    Failure(code=700025, error="invalid_client", request=ForItself(app_id=FIRMWARE, secret="fake")),
    Failure(code=700016, error="unauthorized_client", request=ForItself(app_id="a0000000-0000-4000-8000-0000000000ee")),
    Failure(code=7000112, error="unauthorized_client", request=ForItself(app_id=OFF, secret="fake-secret-6")),
    Failure(code=53003, error="access_denied", request=ForItself(app_id=BLOCKED, secret="fake-secret-9")),
    Failure(code=50027, error="invalid_client", request=ForItself(app_id=CERTIFIED, secret=Credential.NO_JWT)),
    Failure(
        code=50027, error="invalid_client", request=ForItself(app_id=CERTIFIED, secret=Credential.ASSERTION_FOR_ANOTHER)
    ),
    Failure(code=700027, error="invalid_client", request=ForItself(app_id=CERTIFIED, secret=Credential.CERTIFICATE)),
    Failure(code=700024, error="invalid_client", request=ForItself(app_id=CERTIFIED, secret=Credential.OLD_ASSERTION)),
    Failure(code=1002012, error="invalid_scope", request=ForItself(scope=USER_SCOPE)),
    Failure(code=500011, error="invalid_resource", request=ForItself(scope="https://elsewhere.example/.default")),
    Failure(code=9001023, error="invalid_request", request=ForItself(tenant="common")),
    Failure(code=50194, error="invalid_request", request=WithDeviceCode(act=Act.NO_CODE, tenant="organizations")),
    Failure(code=50196, error="invalid_grant", request=ForItself(), state=fault("loop")),
    Failure(code=90055, error="temporarily_unavailable", request=ForItself(), state=fault("throttled")),
)

OF_CODES = (
    Failure(code=70016, error="authorization_pending", request=WithDeviceCode(act=Act.WAIT)),
    Failure(
        code=70016,
        error="slow_down",
        request=WithDeviceCode(act=Act.WAIT),
        state=fault("slow_down"),
    ),
    Failure(code=70018, error="authorization_declined", request=WithDeviceCode(act=Act.DECLINE)),
    Failure(code=70018, error="bad_verification_code", request=WithDeviceCode(act=Act.FORGOTTEN)),
    Failure(code=70020, error="expired_token", request=WithDeviceCode(act=Act.LATE)),
    Failure(
        code=70019,
        error="expired_token",
        request=WithDeviceCode(act=Act.LATE),
        reading=("device_code_expired", "70019"),
    ),
    Failure(
        code=90133,
        error="invalid_request",
        request=WithDeviceCode(act=Act.NO_CODE, tenant="common"),
        reading=("device_code_on_common", "90133"),
    ),
    Failure(code=700016, error="unauthorized_client", request=WithDeviceCode(act=Act.NO_CODE, tenant="fabrikam.com")),
    Failure(
        code=70011,
        error="invalid_scope",
        request=WithDeviceCode(act=Act.NO_CODE, scope="https://outlook.office.com/SMTP.Sned"),
    ),
    Failure(
        code=700022,
        error="invalid_request",
        request=WithDeviceCode(act=Act.NO_CODE, scope=f"{USER_SCOPE} {GRAPH_SEND}"),
    ),
    Failure(
        code=500011,
        error="invalid_resource",
        request=WithDeviceCode(act=Act.NO_CODE, scope="https://elsewhere.example/Send"),
    ),
    Failure(code=65004, error="access_denied", request=WithCode(act=Act.DECLINE)),
    Failure(code=50058, error="login_required", request=WithCode(act=Act.SILENT)),
    Failure(code=54005, error="invalid_grant", request=WithCode(act=Act.TWICE)),
    Failure(code=70008, error="invalid_grant", request=WithCode(act=Act.LATE)),
    Failure(code=9002313, error="invalid_grant", request=WithCode(act=Act.FORGOTTEN)),
    Failure(code=50011, error="invalid_request", request=WithCode(act=Act.OTHER_REDIRECT)),
    Failure(code=501481, error="invalid_grant", request=WithCode(act=Act.WRONG_VERIFIER)),
    Failure(
        code=700005,
        error="invalid_grant",
        request=WithCode(act=Act.OTHER_TENANT, app_id=SEVERAL_TENANTS),
        state=TRAVELLER,
        elsewhere=INSTALLED,
    ),
)

OF_REFRESHING = (
    Failure(code=700082, error="invalid_grant", request=Renewing(at="2027-03-01")),
    Failure(
        code=70043, error="invalid_grant", request=Renewing(at="2026-12-02"), service="sign_in_frequency_hours = 24"
    ),
    Failure(
        code=50173,
        error="invalid_grant",
        request=Renewing(at="2026-12-01T00:10:00Z"),
        scanner="sign_in_sessions_valid_from = 2026-12-01T00:10:00Z",
    ),
    Failure(
        code=50076,
        error="invalid_grant",
        suberror="basic_action",
        request=Renewing(now="mfa_required = true"),
        interaction=True,
    ),
    Failure(
        code=50079,
        error="invalid_grant",
        suberror="basic_action",
        request=Renewing(now="mfa_required = true\nmfa_registered = false"),
        interaction=True,
    ),
    Failure(
        code=65001,
        error="invalid_grant",
        suberror="consent_required",
        request=Renewing(scope="https://outlook.office.com/IMAP.AccessAsUser.All"),
        interaction=True,
    ),
)


def _of_a_user(code: int, user: str, password: str, **more: str | bool) -> Failure:
    request = WithPassword(user=f"{user}@contoso.com", password=password)
    return Failure(code=code, error="invalid_grant", request=request, **more)  # type: ignore[arg-type]


OF_PASSWORDS = (
    _of_a_user(50126, "scanner", "wrong"),
    _of_a_user(50034, "nobody", "fake"),
    _of_a_user(50053, "locked", "fake locked"),
    _of_a_user(50055, "expired", "fake expired"),
    _of_a_user(50056, "helpdesk", "fake"),
    _of_a_user(50057, "disabled", "fake disabled"),
    _of_a_user(50076, "careful", "fake careful", suberror="basic_action", interaction=True),
    _of_a_user(50079, "newcomer", "fake newcomer", suberror="basic_action", interaction=True),
    _of_a_user(53003, "risky", "fake risky"),
    _of_a_user(530035, "scanner", "fake tray 2", setting="security_defaults = true"),
    Failure(
        code=65001,
        error="invalid_grant",
        suberror="consent_required",
        request=WithPassword(app_id=STRANGER, secret="fake-secret-3"),
        interaction=True,
    ),
)

FAILURES = OF_APPLICATIONS + OF_CODES + OF_REFRESHING + OF_PASSWORDS
