"""An emulator of the OAuth world for real clients: where it is, what they must trust, and the user at the page."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

import httpx

from relaylab.app.config import LoadedWorld, load_world, parse_world
from relaylab.app.emulator import Emulator
from tests.clients.errand import Outcome, refusing_rules, submit
from tests.clients.python_smtplib import Smtplib

WORLD_FILE = Path(__file__).parents[1] / "entra_world.toml"
TENANT = "c0000000-0000-4000-8000-000000000001"
DEFAULT_SCOPE = "https://outlook.office365.com/.default"
USER_SCOPE = "https://outlook.office.com/SMTP.Send"
INVOICES, FIRMWARE, STRANGER, WRONG_OBJECT_ID, BY_ROLE, OFF, FOR_GRAPH, BAD_DAY, BLOCKED, HAND_TO_MOUTH = (
    f"a0000000-0000-4000-8000-{number:012x}" for number in range(1, 11)
)


def oauth_world(more: str = "") -> LoadedWorld:
    """The world of the OAuth tests, with more tables at the end of its first tenant's."""
    if not more:
        return load_world(WORLD_FILE)
    first, mark, second = WORLD_FILE.read_text(encoding="utf-8").rpartition("\n[[tenant]]")
    return parse_world(f"{first}\n{more}\n{mark}{second}", "entra_world.toml")


@dataclass(frozen=True, slots=True)
class OAuthLab:
    """The emulator as its clients see it."""

    emulator: Emulator

    @property
    def url(self) -> str:
        """By name, since a certificate's name is what clients check."""
        return self.emulator.https_url.replace("127.0.0.1", "localhost")

    @property
    def authority(self) -> str:
        return f"{self.url}/contoso.com"

    @property
    def ca(self) -> str:
        return str(self.emulator.ca_file)

    def http(self) -> httpx.Client:
        """A browser, or a device that speaks for itself."""
        return httpx.Client(base_url=self.url, verify=ssl.create_default_context(cafile=self.ca), trust_env=False)

    def ask(self, *, tenant: str = "contoso.com", **form: str) -> httpx.Response:
        """Post a form to the token endpoint."""
        with self.http() as http:
            return http.post(f"/{tenant}/oauth2/v2.0/token", data=form)

    def app_token(self, app_id: str = INVOICES, secret: str = "fake-secret-1", scope: str = DEFAULT_SCOPE) -> str:
        """The token of an application that asks for itself."""
        form = {"client_id": app_id, "client_secret": secret, "scope": scope}
        token: str = self.ask(grant_type="client_credentials", **form).json()["access_token"]
        return token

    def user_token(self, user: str = "scanner@contoso.com", password: str = "fake tray 2", **form: str) -> Any:  # noqa: ANN401 - JSON
        """What the password grant gives, for a user."""
        own = {"client_id": FIRMWARE, "scope": f"{USER_SCOPE} offline_access"}
        return self.ask(grant_type="password", username=user, password=password, **(own | form)).json()

    def type_in(self, user_code: str, user: str, password: str, **more: str) -> httpx.Response:
        """Be the user at the page for device codes."""
        form = {"user_code": user_code, "login": user, "passwd": password, "action": "accept"} | more
        with self.http() as http:
            return http.post("/common/oauth2/deviceauth", data=form)

    def sign_in(self, authorize_url: str, user: str, password: str, **more: str) -> httpx.Response:
        """Be the user with a browser: open the page, fill it in, and give what comes back."""
        with self.http() as http:
            shown = http.get(authorize_url)
            action, hidden = form_of(shown.text)
            return http.post(action, data=hidden | {"login": user, "passwd": password, "action": "accept"} | more)

    def send(self, user: str, token: str, folder: Path, sender: str | None = None) -> Outcome:
        """Send a message with Python's smtplib and the token."""
        errand = submit(self.emulator, user=user, password=None, token=token, sender=sender)
        return Smtplib().send(errand, folder)

    def rules(self) -> list[str | None]:
        """The rules that stood in somebody's way, in order."""
        return refusing_rules(self.emulator)

    def last_rule(self) -> str | None:
        """The rule behind the last verdict that was none of admitting."""
        return self.rules()[-1]


def form_of(page: str) -> tuple[str, dict[str, str]]:
    """The first form of a page: where it goes, and its hidden fields."""
    action = re.search(r'<form method="post" action="([^"]*)"', page)
    assert action is not None, page
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return unescape(action[1]), {unescape(name): unescape(value) for name, value in hidden}
