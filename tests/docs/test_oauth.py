"""docs/oauth.md: each client's lines are run as they stand there, with ports and paths put in."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest

from relaylab.app.config import parse_world
from relaylab.domain.directory import TokenFaultKind
from relaylab.rules.catalogue import rulebook
from relaylab_conformance.explain import explain
from tests.clients.emailproxy import free_port, proxied, scan
from tests.clients.oauth import OAuthLab, answered
from tests.clients.oauth_failures import FAILURES
from tests.clients.programs import NODE_FOLDER, missing, program, run
from tests.clients.test_token_verdicts import CAUSES
from tests.conftest import Emulate

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "oauth.md").read_text(encoding="utf-8")
MESSAGE = b"From: app@contoso.com\r\nSubject: page 1\r\n\r\nscan\r\n"

pytestmark = pytest.mark.clients


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def lab(emulate: Emulate, oauth_lab: OAuthLab) -> OAuthLab:
    (world,) = blocks("toml")
    return OAuthLab(emulate("2027-01-04", world=parse_world(world, "oauth.toml")))


def put_in(block: str, lab: OAuthLab, more: Mapping[str, str] | None = None) -> str:
    """Put in what is elsewhere here: the ports, and the file of the root."""
    https, smtp = lab.url.rpartition(":")[2], str(lab.emulator.endpoints["submission"].port)
    words = {"localhost:1591": f"localhost:{https}", "CA_FILE": lab.ca, "localhost:1587": f"localhost:{smtp}"}
    words |= {"= 1587": f"= {smtp}", '"localhost", 1587': f'"localhost", {smtp}', "port: 1587": f"port: {smtp}"}
    for written, meant in (words | dict(more or {})).items():
        block = block.replace(written, meant)
    return block


def of_the_app(token: str) -> bool:
    claims = jwt.decode(token, options={"verify_signature": False})
    return bool(["SMTP.SendAsApp"] == claims["roles"])


def run_python(block: str, lab: OAuthLab, names: dict[str, Any]) -> dict[str, Any]:
    exec(compile(put_in(block, lab), "oauth.md", "exec"), names)
    return names


def run_node(script: str, lab: OAuthLab) -> str:
    if not (NODE_FOLDER / "node_modules" / "@azure" / "msal-node").is_dir():
        missing("@azure/msal-node", "npm install --prefix tests/clients/node")
    node = shutil.which("node") or missing("node", "install Node.js (apt install nodejs)")
    command = [node, "--input-type=module", "--eval", put_in(script, lab)]
    # Node looks for packages from where it stands.
    ran = subprocess.run(
        command, cwd=NODE_FOLDER, env={"NODE_EXTRA_CA_CERTS": lab.ca}, capture_output=True, text=True, check=False
    )
    assert 0 == ran.returncode, ran.stderr
    return ran.stdout.strip()


PYTHON = blocks("python")
MSAL_SECRET, MSAL_DEVICE, MSAL_CODE, AZURE_SECRET, AZURE_DEVICE, SMTPLIB, PYJWT = PYTHON
NODE_SECRET, NODE_CODE, NODEMAILER, JOSE = blocks("js")
PROXY_APP, PROXY_USER = blocks("ini")


def user_at_the_page(lab: OAuthLab) -> Callable[[str], None]:
    """Who reads what is printed, and types the code in."""

    def reads(message: str) -> None:
        code = re.search(r"code (\w+) to", message)
        assert code is not None
        lab.type_in(code[1], "scanner@contoso.com", "fake tray 2")

    return reads


@pytest.mark.parametrize("block", [MSAL_SECRET, AZURE_SECRET], ids=["msal", "azure-identity"])
def test_the_lines_of_python_get_the_application_s_token_and_it_sends(
    lab: OAuthLab, tmp_path: Path, block: str
) -> None:
    names = run_python(block, lab, {})

    assert "sent" == lab.send("app@contoso.com", names["token"], tmp_path).ended


@pytest.mark.parametrize("block", [MSAL_DEVICE, AZURE_DEVICE], ids=["msal", "azure-identity"])
def test_the_lines_for_a_device_code_wait_for_the_user(lab: OAuthLab, tmp_path: Path, block: str) -> None:
    names = run_python(block, lab, {"print": user_at_the_page(lab)})

    assert "sent" == lab.send("scanner@contoso.com", names["token"], tmp_path).ended


def browsing(lab: OAuthLab) -> Callable[[str], dict[str, str]]:
    """The user with a browser, and the application's own address."""
    return lambda url: answered(lab.sign_in(url, "scanner@contoso.com", "fake tray 2"))


def test_the_lines_for_a_browser_take_what_the_page_posts(lab: OAuthLab, tmp_path: Path) -> None:
    names = run_python(MSAL_DEVICE, lab, {"print": user_at_the_page(lab)})

    names = run_python(MSAL_CODE, lab, names | {"browse": browsing(lab)})

    assert "sent" == lab.send("scanner@contoso.com", names["token"], tmp_path).ended


def test_the_lines_of_smtplib_send_a_message(lab: OAuthLab) -> None:
    run_python(SMTPLIB, lab, run_python(MSAL_SECRET, lab, {}))

    (message,) = lab.emulator.store.mail.messages()
    assert "page 1" == message.head.subject


def test_the_lines_of_pyjwt_verify_the_token(lab: OAuthLab) -> None:
    names = run_python(PYJWT, lab, run_python(MSAL_SECRET, lab, {}))

    assert ["SMTP.SendAsApp"] == names["claims"]["roles"]


def test_the_lines_of_node_get_the_application_s_token(lab: OAuthLab) -> None:
    assert of_the_app(run_node(NODE_SECRET, lab))


def test_the_lines_of_node_for_a_browser_get_the_user_s_token(lab: OAuthLab, tmp_path: Path) -> None:
    # The user's browser, which keeps the cookies of nobody: it opens the page, fills it in, and is sent on.
    browse = r"""
async function browse(page) {
  const shown = await (await fetch(page)).text();
  const text = (html) => html.replaceAll("&amp;", "&").replaceAll("&quot;", '"').replaceAll("&#x27;", "'");
  const form = new URLSearchParams({ login: "scanner@contoso.com", passwd: "fake tray 2", action: "accept" });
  for (const [, name, value] of shown.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g))
    form.set(text(name), text(value));
  const [, action] = shown.match(/<form method="post" action="([^"]*)"/);
  const answer = { method: "POST", body: form, redirect: "manual" };
  const back = await fetch(new URL(text(action), page), answer);
  return new URL(back.headers.get("location")).searchParams.get("code");
}
"""
    token = run_node(NODE_CODE + browse, lab)

    assert "sent" == lab.send("scanner@contoso.com", token, tmp_path).ended


def test_the_lines_of_nodemailer_send_with_the_token_that_msal_got(lab: OAuthLab) -> None:
    said = run_node(NODE_SECRET.replace("console.log(accessToken);", "") + NODEMAILER, lab)

    assert said.startswith("250 2.0.0 ")
    assert 1 == len(lab.emulator.store.mail)


def test_the_lines_of_jose_verify_the_token(lab: OAuthLab) -> None:
    said = run_node(NODE_SECRET.replace("console.log(accessToken);", "") + JOSE, lab)

    assert "[ 'SMTP.SendAsApp' ]" == said


def test_the_lines_of_emailproxy_bridge_a_device(lab: OAuthLab, tmp_path: Path) -> None:
    port = free_port()
    with proxied(lab, tmp_path, put_in(PROXY_APP, lab, {"[SMTP-1025]": f"[SMTP-{port}]"})):
        scan(port, "app@contoso.com", to="scanner@contoso.com")

    assert 1 == len(lab.emulator.store.mail)


def test_the_lines_of_emailproxy_for_a_user_wait_for_the_code(lab: OAuthLab, tmp_path: Path) -> None:
    def reads(line: str) -> None:
        if found := re.search(r"use code (\w+)", line):
            lab.type_in(found[1], "scanner@contoso.com", "fake tray 2")

    port = free_port()
    settings = put_in(f"{PROXY_APP}\n{PROXY_USER}", lab, {"[SMTP-1025]": f"[SMTP-{port}]"})
    with proxied(lab, tmp_path, settings, reads):
        scan(port, "scanner@contoso.com", to="app@contoso.com")

    assert 1 == len(lab.emulator.store.mail)


def test_the_lines_of_curl_send_a_message(lab: OAuthLab, tmp_path: Path) -> None:
    program("curl")
    (tmp_path / "message.eml").write_bytes(MESSAGE)
    (block,) = blocks("sh")
    script = f"cd '{tmp_path}'\n{put_in(block, lab)}"
    ran = run(["sh", "-euc", script], tmp_path)

    assert 0 == ran.returncode, ran.stderr
    assert 1 == len(lab.emulator.store.mail)


# What the tables say --------------------------------------------------------------------------------------------------


def rows(heading: str) -> list[list[str]]:
    """The rows of the table below a heading."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


FAILED, REFUSED = rows("When no token is given"), rows("When SMTP refuses the token")


def test_each_failure_that_a_client_meets_is_explained() -> None:
    explained = {int(code) for first, *_ in FAILED for code in first.split(", ")}

    assert {failure.code for failure in FAILURES} <= explained


def test_each_number_of_the_table_is_one_that_explain_knows() -> None:
    for first, *_ in FAILED:
        for code in first.split(", "):
            assert f"AADSTS{code}: " in explain(f"AADSTS{code}", rulebook()).text


def test_each_line_that_exchange_says_of_a_token_is_explained() -> None:
    explained = {
        (code, enhanced) for _, said, _ in REFUSED for code, enhanced in re.findall(r"(\d{3}) (\d[\d.]+)", said)
    }

    assert {(str(code), enhanced) for code, enhanced in (cause.line for cause in CAUSES.values())} == explained


def test_the_tables_name_keys_that_a_world_file_has() -> None:
    schema = (ROOT / "emulator" / "relaylab" / "app" / "world.schema.json").read_text(encoding="utf-8")
    words = {key for *_, state in FAILED + REFUSED for key in re.findall(r"`([a-z]+(?:_[a-z]+)+)(?: = [^`]*)?`", state)}

    faults = {kind.value for kind in TokenFaultKind}
    assert len(words) > 20
    assert not [word for word in words - faults if f'"{word}"' not in schema]
