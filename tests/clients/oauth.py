"""An emulator of the OAuth world for real clients: where it is, what they must trust, and the user at the page."""

from __future__ import annotations

import copy
import re
import ssl
import tomllib
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from relaylab.app.config import LoadedWorld, load_document, load_world, parse_world
from relaylab.app.emulator import Emulator
from relaylab.domain.clock import parse_instant
from tests.clients.errand import Outcome, refusing_rules, submit
from tests.clients.python_smtplib import Smtplib

if TYPE_CHECKING:
    from tests.clients.oauth_requests import Act

WORLD_FILE = Path(__file__).parents[1] / "entra_world.toml"
TENANT = "c0000000-0000-4000-8000-000000000001"
AN_HOUR_LATER = "2026-12-01T01:00:00Z"
DEFAULT_SCOPE = "https://outlook.office365.com/.default"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
USER_SCOPE = "https://outlook.office.com/SMTP.Send"
INVOICES, FIRMWARE, STRANGER, WRONG_OBJECT_ID, BY_ROLE, OFF, FOR_GRAPH, BAD_DAY, BLOCKED, HAND_TO_MOUTH = (
    f"a0000000-0000-4000-8000-{number:012x}" for number in range(1, 11)
)


def oauth_world(more: str = "", *, setting: str = "", scanner: str = "", elsewhere: str = "") -> LoadedWorld:
    """The world of the OAuth tests, with more tables at the end of its first tenant's.

    ``setting`` is a key of the first tenant's own, ``scanner`` one of the mailbox scanner@contoso.com, ``elsewhere``
    are more tables at the end of the second tenant's.
    """
    if not (more or setting or scanner or elsewhere):
        return load_world(WORLD_FILE)
    first, mark, second = WORLD_FILE.read_text(encoding="utf-8").rpartition("\n[[tenant]]")
    first = first.replace("\nlicences = 120\n", f"\nlicences = 120\n{setting}\n")
    first = first.replace('password = "fake tray 2"\n', f'password = "fake tray 2"\n{scanner}\n')
    return parse_world(f"{first}\n{more}\n{mark}{second}\n{elsewhere}", "entra_world.toml")


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

    def act_at_device_page(self, act: Act, user_code: str) -> None:
        """Be the user of a device, or the time that passes while the device waits for one."""
        match act:
            case "decline":
                self.type_in(user_code, "", "", action="decline")
            case "late":
                self.emulator.travel(parse_instant(AN_HOUR_LATER))
            case "forgotten":
                self.emulator.reset()
            case "wait":
                pass
            case _:
                self.type_in(user_code, "scanner@contoso.com", "fake tray 2")

    def act_with_browser(self, act: Act, authorize_url: str) -> dict[str, str]:
        """Be the user with a browser; give what the application is told when the browser comes back."""
        if act == "silent":
            with self.http() as http:
                return answered(http.get(authorize_url))
        if act == "decline":
            return answered(self.sign_in(authorize_url, "", "", action="decline"))
        answer = answered(self.sign_in(authorize_url, "scanner@contoso.com", "fake tray 2"))
        match act:
            case "late":
                self.emulator.travel(parse_instant(AN_HOUR_LATER))
            case "forgotten":
                self.emulator.reset()
            case _:
                pass
        return answer

    def meanwhile(self, at: str, now: str) -> None:
        """Let time pass, and an administrator give the mailbox scanner@contoso.com other keys."""
        if at:
            self.emulator.travel(parse_instant(at))
        if now:
            said: Any = copy.deepcopy(dict(self.emulator.document or {}))
            mailboxes = said["tenant"][0]["mailbox"]
            (scanner,) = (one for one in mailboxes if one["address"] == "scanner@contoso.com")
            scanner |= tomllib.loads(now)
            self.emulator.put(world=load_document(said, "world"))

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


def answered(back: httpx.Response) -> dict[str, str]:
    """What an application is told when the browser comes back, whichever way that is."""
    location = back.headers.get("location")
    if location is None:
        assert 200 == back.status_code, back.text
        return form_of(back.text)[1]
    where = urlsplit(location)
    return dict(parse_qsl(where.fragment or where.query))
