"""What docs/dns.md says: its lists are those of the code, its configurations and commands work as they stand there."""

from __future__ import annotations

import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from relaylab.app.config import parse_world
from relaylab.domain.zone import TTL
from relaylab.rules.dns.catalogue import APEXES, PUBLICATIONS
from tests.clients.programs import program, run
from tests.clients.served import Served

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "dns.md").read_text(encoding="utf-8")
WRITTEN_PORT = "1594"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE)


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The shipped world with DNS, as the page serves it."""
    ca = tmp_path_factory.mktemp("ca")
    with Served("contoso", "--at", "2027-01-04", "--json", "--dns", "--ca", str(ca)) as running:
        yield running


@pytest.fixture
def port(served: Served) -> int:
    return served.door("dns").port


def test_the_page_lists_the_zones_that_are_held() -> None:
    (listed,) = blocks("text")

    assert sorted(APEXES) == sorted(listed.split())


def test_the_page_lists_what_is_published_since_when_and_in_which_words() -> None:
    rows = re.findall(r"^\| (dns\.\S+) \| (.*?)\| (.*) \|$", PAGE, flags=re.MULTILINE)

    assert [(one.id, one.since or "", one.sentence) for one in PUBLICATIONS] == [
        (name, since.strip(), sentence) for name, since, sentence in rows
    ]


def test_the_page_names_the_time_that_records_live() -> None:
    assert f"Records live for {TTL} seconds" in PAGE


def test_the_world_of_the_page_can_be_read() -> None:
    (world,) = blocks("toml")

    assert 5 == len(parse_world(world, "page").world.dns)


@pytest.mark.clients
@pytest.mark.parametrize("command", commands())
def test_each_command_of_the_page_gets_an_answer(command: str, port: int, tmp_path: Path) -> None:
    name, *words = shlex.split(command)
    done = run([program(name), *(str(port) if word == WRITTEN_PORT else word for word in words)], tmp_path)

    assert 0 == done.returncode, done.stderr
    assert re.search(rb"127\.0\.0\.1\n|127\.0\.0\.1\s*$|IN\s+A\s+127|contoso-com\.mail|v=spf1", done.stdout)


def test_the_python_of_the_page_finds_the_service(port: int) -> None:
    (example,) = blocks("python")
    done = subprocess.run(
        [sys.executable, "-c", example.replace(WRITTEN_PORT, str(port))], capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stderr
    assert "127.0.0.1" in done.stdout


@pytest.mark.clients
def test_dnsmasq_configured_as_on_the_page_leads_to_relaylab(port: int, tmp_path: Path) -> None:
    (text,) = blocks("ini")
    own = a_free_port()
    config = tmp_path / "dnsmasq.conf"
    config.write_text(text.replace(f"#{WRITTEN_PORT}", f"#{port}").replace("port=5353", f"port={own}"))
    words = ["--keep-in-foreground", "--log-facility=-", "--user=", "--group=", f"--conf-file={config}"]

    with daemon([program("dnsmasq"), *words], until="started"):
        seen = [dig(own, name, kind, tmp_path) for name, kind in QUESTIONS]

    assert ANSWERS == seen


@pytest.mark.clients
def test_unbound_configured_as_on_the_page_leads_to_relaylab(port: int, tmp_path: Path) -> None:
    (text,) = blocks("yaml")
    own = a_free_port()
    config = tmp_path / "unbound.conf"
    config.write_text(text.replace(f"@{WRITTEN_PORT}", f"@{port}").replace("@5354", f"@{own}"))

    with daemon([program("unbound"), "-d", "-v", "-c", str(config)], until="start of service"):
        seen = [dig(own, name, kind, tmp_path) for name, kind in QUESTIONS]

    assert ANSWERS == seen


QUESTIONS = (
    ("smtp.office365.com", "A"),
    ("contoso-com.mail.protection.outlook.com", "A"),
    ("contoso.com", "MX"),
    ("nosuch.contoso.com", "TXT"),
)
ANSWERS = ["127.0.0.1", "127.0.0.1", "0 contoso-com.mail.protection.outlook.com.", ""]


def dig(port: int, name: str, kind: str, home: Path) -> str:
    """The last line of the short answer."""
    done = run([program("dig"), "@127.0.0.1", "-p", str(port), "+short", "+tries=3", name, kind], home)
    assert 0 == done.returncode, done.stdout
    return (done.stdout.decode().splitlines() or [""])[-1]


def a_free_port() -> int:
    """A port that was free for UDP and TCP a moment ago."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            tcp.bind(("127.0.0.1", 0))
            port: int = tcp.getsockname()[1]
            try:
                udp.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


@contextmanager
def daemon(command: list[str], *, until: str) -> Iterator[None]:
    """A server in the foreground, from the line that says that it is up."""
    with subprocess.Popen(command, stderr=subprocess.STDOUT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                said.append(line)
                if until in line:
                    break
            else:
                pytest.fail("".join(said))
            yield
        finally:
            process.terminate()
            process.communicate(timeout=60)
