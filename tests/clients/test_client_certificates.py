"""A real client shows its certificate to the tenant MX: whatever it is, the log tells of it as it is."""

from __future__ import annotations

import smtplib
import ssl
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from relaylab.app.config import LoadedWorld, parse_world
from relaylab.app.emulator import Emulator, Settings
from relaylab.domain.certificate import CertificateFacts, ChainFault
from relaylab.domain.event import TlsStarted
from relaylab_certs import ClientKind, TestAuthority, Validity, issue_client
from relaylab_certs.authority import KeyFiles
from tests.clients.curl import Curl
from tests.clients.errand import Errand, hand_over
from tests.clients.msmtp import Msmtp
from tests.clients.programs import PATIENCE, program
from tests.clients.swaks import Swaks
from tests.conftest import WORLD_FILE, Emulate
from tests.servers.certificates import Made

pytestmark = pytest.mark.clients

MAIL = "mail.contoso.com"
SINCE, LAST = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
SECOND = timedelta(seconds=1)
INSTANTS = (
    (SINCE - SECOND, ChainFault.NOT_YET_VALID),
    (SINCE, None),
    (LAST, None),
    (LAST + SECOND, ChainFault.EXPIRED),
)

Send = Callable[[Errand, KeyFiles, Path], object]


def by_curl(errand: Errand, shown: KeyFiles, folder: Path) -> object:
    return Curl().send(errand, folder, "--cert", str(shown.chain), "--key", str(shown.key)).ended


def by_msmtp(errand: Errand, shown: KeyFiles, folder: Path) -> object:
    return Msmtp().send(errand, folder, f"tls_cert_file {shown.chain}", f"tls_key_file {shown.key}").ended


def by_swaks(errand: Errand, shown: KeyFiles, folder: Path) -> object:
    return Swaks().send(errand, folder, "--tls-cert", str(shown.chain), "--tls-key", str(shown.key)).ended


def by_smtplib(errand: Errand, shown: KeyFiles, folder: Path) -> object:
    context = ssl.create_default_context(cafile=errand.ca_file)
    context.load_cert_chain(*shown)
    with smtplib.SMTP(errand.where.host, errand.where.port, local_hostname="client.example") as client:
        client.starttls(context=context)
        client.sendmail(errand.mail_from, errand.to, errand.content)
    return 0


CLIENTS: tuple[Send, ...] = (by_curl, by_msmtp, by_swaks, by_smtplib)


@pytest.fixture
def shown(authority: TestAuthority, tmp_path: Path) -> KeyFiles:
    """A certificate that is valid in a part of 2026."""
    validity = Validity(SINCE, LAST)
    return issue_client(authority, ClientKind.GOOD, MAIL, validity=validity).write_to(tmp_path, "client")


@pytest.fixture
def corporate() -> Made:
    """A company's own root."""
    return Made.by_itself("A company's own root")


@pytest.fixture
def trusting(corporate: Made) -> LoadedWorld:
    """The small world, in which the company's root is a public authority."""
    root = f"[[trusted_root]]\npem = '''\n{corporate.pem.decode()}'''\n"
    return parse_world(f"{WORLD_FILE.read_text(encoding='utf-8')}\n{root}", "trusting")


def seen(emulator: Emulator) -> list[CertificateFacts | None]:
    """The client certificates of all handshakes, in order, as the log has them."""
    started = [entry.event for entry in emulator.store.events if isinstance(entry.event, TlsStarted)]
    return [event.client_certificate for event in started]


@pytest.mark.parametrize("send", CLIENTS)
def test_a_client_certificate_is_judged_at_the_simulated_instant(
    send: Send, corporate: Made, trusting: LoadedWorld, emulate: Emulate, tmp_path: Path
) -> None:
    shown = KeyFiles(*corporate.issue(MAIL, since=SINCE, until=LAST).write_to(tmp_path))
    emulator = emulate(world=trusting)
    for now, _ in INSTANTS:
        emulator.travel(now)

        assert 0 == send(hand_over(emulator), shown, tmp_path)

    assert [fault for _, fault in INSTANTS] == [facts and facts.fault for facts in seen(emulator)]
    assert {MAIL} == {facts and facts.subject for facts in seen(emulator)}
    assert len(INSTANTS) == len(emulator.store.mail)


@pytest.mark.parametrize("send", [by_curl, by_msmtp, by_smtplib])
@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (ClientKind.UNTRUSTED, ChainFault.UNTRUSTED_ROOT),
        (ClientKind.WITHOUT_INTERMEDIATES, ChainFault.INCOMPLETE_CHAIN),
        (ClientKind.CN_ONLY, None),
        (ClientKind.SERVER_ONLY, None),
    ],
)
def test_no_certificate_of_a_client_ends_its_handshake(  # noqa: PLR0913, PLR0917 - two of them are the cases
    kind: ClientKind,
    fault: ChainFault | None,
    send: Send,
    emulate: Emulate,
    authority: TestAuthority,
    tmp_path: Path,
) -> None:
    emulator = emulate()
    files = issue_client(authority, kind, MAIL).write_to(tmp_path, "client")

    assert 0 == send(hand_over(emulator), files, tmp_path)

    (facts,) = seen(emulator)
    assert facts is not None
    assert (MAIL, fault, fault is None) == (facts.subject, facts.fault, facts.trusted)


def test_swaks_sends_its_certificate_without_the_rest_of_the_file(
    shown: KeyFiles, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()

    assert 0 == by_swaks(hand_over(emulator), shown, tmp_path)

    (facts,) = seen(emulator)
    assert facts is not None
    assert ChainFault.INCOMPLETE_CHAIN == facts.fault


@pytest.mark.parametrize("send", CLIENTS)
def test_a_client_that_comes_twice_shows_its_certificate_twice(
    send: Send, shown: KeyFiles, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()
    send(hand_over(emulator), shown, tmp_path)
    send(hand_over(emulator, site="hq"), shown, tmp_path)

    first, second = seen(emulator)
    assert first is not None
    assert first == second


def test_a_client_without_a_certificate_is_served_and_the_log_has_none(emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()

    assert 0 == Curl().send(hand_over(emulator), tmp_path).ended
    assert [None] == seen(emulator)


def test_other_endpoints_ask_for_no_certificate(shown: KeyFiles, emulate: Emulate, tmp_path: Path) -> None:
    emulator = emulate()
    errand = replace(hand_over(emulator), where=emulator.endpoints["submission"])

    by_curl(errand, shown, tmp_path)

    assert [None] == seen(emulator)


def s_client(emulator: Emulator, *words: str, says: str = "QUIT\n") -> subprocess.CompletedProcess[str]:
    """Run openssl s_client; with -ign_eof it takes no letter of what it says for a command of its own."""
    where = emulator.endpoints["mx"]
    command = [program("openssl"), "s_client", "-starttls", "smtp", "-connect", f"{where.host}:{where.port}", "-crlf"]
    return subprocess.run([*command, *words], input=says, capture_output=True, text=True, timeout=PATIENCE, check=False)


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_openssl_with_a_certificate_of_an_unknown_authority_completes_the_handshake(
    version: str, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()
    stranger = Made.by_itself("A company's own root")
    chain, key = stranger.issue(MAIL).write_to(tmp_path, stranger)

    ran = s_client(emulator, version, "-cert", str(chain), "-cert_chain", str(chain), "-key", str(key), "-ign_eof")

    assert 0 == ran.returncode, ran.stderr
    assert "Service closing transmission channel" in ran.stdout
    (facts,) = seen(emulator)
    assert facts is not None
    assert (MAIL, ChainFault.UNTRUSTED_ROOT) == (facts.subject, facts.fault)


def test_openssl_is_asked_for_a_certificate_of_any_authority(emulate: Emulate) -> None:
    assert "No client certificate CA names sent" in s_client(emulate(), "-tls1_2").stdout


def test_openssl_may_not_renegotiate(emulate: Emulate) -> None:
    ran = s_client(emulate(), "-tls1_2", says="R\n")

    assert "RENEGOTIATING" in ran.stdout + ran.stderr
    assert "no renegotiation" in ran.stderr


def test_openssl_is_given_nothing_that_it_could_resume(emulate: Emulate) -> None:
    emulator = emulate()
    told = s_client(emulator, "-tls1_2", "-reconnect").stdout

    assert "Reused" not in told
    assert 6 == told.count("New, TLSv1.2")


def test_a_root_that_the_world_names_is_trusted_from_the_next_handshake_on(
    corporate: Made, trusting: LoadedWorld, emulate: Emulate, tmp_path: Path
) -> None:
    emulator = emulate()
    files = KeyFiles(*corporate.issue(MAIL).write_to(tmp_path))
    by_smtplib(hand_over(emulator), files, tmp_path)
    before = seen(emulator)

    emulator.reset(world=trusting)
    by_smtplib(hand_over(emulator), files, tmp_path)

    assert [ChainFault.INCOMPLETE_CHAIN, None] == [facts and facts.fault for facts in (*before, *seen(emulator))]
    assert trusting.world.trusted_roots == emulator.world.trusted_roots


@pytest.mark.parametrize("chain", ["g1", "g2"])
@pytest.mark.parametrize("cert_key", ["p256", "rsa"])
def test_the_mx_shows_each_of_its_own_chains_and_asks(
    chain: str, cert_key: str, shown: KeyFiles, emulate: Emulate, tmp_path: Path
) -> None:
    settings = Settings(cert_key="rsa" if cert_key == "rsa" else "p256")
    emulator = emulate(readings={"server_chain": chain}, settings=settings)

    assert 0 == by_curl(hand_over(emulator), shown, tmp_path)

    (facts,) = seen(emulator)
    assert facts is not None
    assert facts.trusted
