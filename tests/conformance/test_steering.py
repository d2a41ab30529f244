"""The verbs that steer a relaylab that is serving, as a person or a script uses them."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest

from relaylab_certs import TestAuthority
from tests.clients.by_socket import MESSAGE, Wire, send_directly, signed_in
from tests.clients.served import Served
from tests.conftest import WORLD_FILE

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a process cannot be sent these signals on Windows")

RELAYLAB = [sys.executable, "-m", "relaylab_conformance"]
PATIENCE = 120


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """A user's own folders, with nothing in them yet."""
    return _home(tmp_path)


def _home(folder: Path) -> dict[str, str]:
    return {"HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")}


@pytest.fixture
def words(authority: TestAuthority) -> list[str]:
    """How it is served here: frozen before the cutover."""
    return _words(authority)


def _words(authority: TestAuthority) -> list[str]:
    return [str(WORLD_FILE), "--json", "--at", "2026-12-01", "--freeze", "--ca", str(authority.ca_file.parent)]


@pytest.fixture
def served(home: dict[str, str], words: list[str]) -> Iterator[Served]:
    with Served(*words, environment=home) as served:
        yield served


@dataclass(frozen=True, slots=True)
class Standing:
    """One that is serving for all who leave it as it is, and the user who started it."""

    served: Served
    home: dict[str, str]


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory, authority: TestAuthority) -> Iterator[Standing]:
    home = _home(tmp_path_factory.mktemp("standing"))
    with Served(*_words(authority), environment=home) as served:
        yield Standing(served, home)


def relaylab(home: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command as that user."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("RELAYLAB_")} | dict(home)
    return subprocess.run([*RELAYLAB, *arguments], env=environment, capture_output=True, timeout=PATIENCE, check=False)


def told(home: Mapping[str, str], *arguments: str, code: int = 0) -> str:
    done = relaylab(home, *arguments)
    assert code == done.returncode, done.stderr.decode()
    return (done.stdout if code != 2 else done.stderr).decode()


# Finding it ----------------------------------------------------------------------------------------------------------


def test_the_only_one_that_is_serving_is_found_by_itself(standing: Standing) -> None:
    status = json.loads(told(standing.home, "status", "--json"))

    assert standing.served.told["endpoints"]["control"]["url"] == status["url"]
    assert (True, 16) == (status["ready"], len(status["listeners"]))


def test_the_token_is_kept_where_only_its_owner_can_read_it_and_goes_with_the_end(
    served: Served, home: dict[str, str]
) -> None:
    folder = Path(home["XDG_DATA_HOME"]) / "relaylab" / "serving"
    (file,) = folder.iterdir()

    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    assert served.told["endpoints"]["control"]["token"] in file.read_text(encoding="utf-8")
    served.end(signal.SIGTERM)
    assert [] == list(folder.iterdir())


def test_of_two_that_are_serving_one_must_be_named(served: Served, home: dict[str, str], words: list[str]) -> None:
    with Served(*words, environment=home) as other:
        first, second = (one.told["endpoints"]["control"]["url"] for one in (served, other))

        said = told(home, "travel", "+1d", code=2)
        chosen = told(home, "travel", "+1d", "--control", second)

    assert f"2 are serving: {first} ({WORLD_FILE}), {second} ({WORLD_FILE}); choose one with --control URL" in said
    assert "2026-12-02T00:00:00Z, stands still\n" == chosen
    assert "2026-12-01T00:00:00Z" == served.get("/clock").json()["now"]


def test_one_that_was_killed_is_not_taken_for_serving(home: dict[str, str], words: list[str]) -> None:
    with Served(*words, environment=home) as killed:
        killed.process.kill()
        killed.process.wait(PATIENCE)
        folder = Path(home["XDG_DATA_HOME"]) / "relaylab" / "serving"
        left_behind = len(list(folder.iterdir()))

        said = told(home, "status", code=2)

    assert 1 == left_behind
    assert "no relaylab is serving; start one with `relaylab serve WORLD`, or name it: --control URL" in said
    assert [] == list(folder.iterdir())


def test_it_serves_where_nothing_can_be_written(words: list[str]) -> None:
    with Served(*words, environment={"XDG_DATA_HOME": "/dev/null"}) as served:
        assert 200 == served.get("/status").status_code


def test_url_and_token_may_come_from_the_environment(standing: Standing, tmp_path: Path) -> None:
    control = standing.served.told["endpoints"]["control"]
    environment = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "another")}
    named = os.environ | environment | {"RELAYLAB_CONTROL": control["url"], "RELAYLAB_TOKEN": control["token"]}

    done = subprocess.run([*RELAYLAB, "status"], env=named, capture_output=True, text=True, check=False)

    assert 0 == done.returncode, done.stderr


def test_a_token_counts_also_where_no_address_is_named(standing: Standing) -> None:
    assert "`relaylab serve` prints the token" in told(standing.home, "messages", "--token", "wrong", code=2)


def test_this_machine_s_names_for_itself_are_one(standing: Standing) -> None:
    port = standing.served.told["endpoints"]["control"]["url"].rpartition(":")[2]

    assert "no mail is kept\n" == told(standing.home, "messages", "--control", f"http://localhost:{port}/")


# What is wrong is told with the way out -----------------------------------------------------------------------------


class _Stranger(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<h1>hello</h1>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def stranger() -> Iterator[str]:
    """The address of a web server that is no control plane."""
    with HTTPServer(("127.0.0.1", 0), _Stranger) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    "verb",
    [("travel", "+1d"), ("status",), ("messages",), ("events",), ("events", "--follow"), ("messages", "m", "--raw")],
)
def test_where_nobody_serves_every_verb_says_so(verb: tuple[str, ...], home: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"

    said = told(home, *verb, "--control", nobody, "--token", "x", code=2)

    assert f"{nobody}: nobody answers as a control plane does" in said
    assert "`relaylab serve WORLD` starts one and prints its address" in said


def test_a_wrong_token_is_told(standing: Standing) -> None:
    url = standing.served.told["endpoints"]["control"]["url"]

    said = told(standing.home, "messages", "--control", url, "--token", "wrong", code=2)

    assert "`relaylab serve` prints the token: give it with --token" in said


def test_a_web_server_that_is_no_control_plane_is_told_from_one(stranger: str, home: dict[str, str]) -> None:
    said = told(home, "status", "--control", stranger, "--token", "x", code=2)

    assert "somebody answers there, but not as a control plane does; give the address" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("travel", "soon"), "'soon' is not a date or an instant such as 2027-01-04"),
        (("travel", "+5x"), "'+5x' is not a span such as 30d"),
        (("travel", "2019-01-01"), "choose 2020-10-01 or a later date"),
        (("travel", "--rate", "0"), "choose more than 0"),
        (("travel", "2027-01-04", "--rate", "nan"), "--rate: nan is no number of seconds; choose more than 0"),
        (("travel", "--rate", "3", "--freeze"), "a clock that stands still has no rate; give one of them"),
        (("messages", "m-9"), "no message has the id 'm-9'; GET /messages lists them"),
        (("messages", "--raw"), "which message? Give its ID"),
        (("messages", "--delete"), "or --delete --all"),
        (("messages", "m", "--raw", "--delete"), "give one of them"),
        (("messages", "--all"), "--all goes with --delete"),
        (("events", "--kind", "judge"), "'judge' is no kind of event; use one of"),
        (("events", "--kind", "judge", "--follow"), "'judge' is no kind of event; use one of"),
    ],
)
def test_what_cannot_be_obeyed_ends_with_2_and_a_way_out(
    arguments: tuple[str, ...], said: str, standing: Standing
) -> None:
    assert said in told(standing.home, *arguments, code=2)


# What they do --------------------------------------------------------------------------------------------------------


def test_the_clock_is_moved_forwards_and_back_and_let_run(served: Served, home: dict[str, str]) -> None:
    assert "2027-01-04T09:00:00Z, stands still\n" == told(home, "travel", "2027-01-04T09:00")
    assert "2027-01-03T21:00:00Z, stands still\n" == told(home, "travel", "-12h")
    assert "2027-02-02T21:00:00Z, stands still\n" == told(home, "travel", "+30d")
    running = json.loads(told(home, "travel", "--rate", "86400", "--json"))
    assert (86400.0, False) == (running["rate"], running["frozen"])
    assert "2026-12-01T00:00:00Z, stands still\n" == told(home, "travel", "2026-12-01", "--freeze")
    assert served.get("/clock/rate").json()["frozen"]


def test_help_is_asked_for_as_with_every_verb(home: dict[str, str]) -> None:
    assert told(home, "travel", "--help") == told(home, "travel", "-h")


def test_a_day_a_second_can_be_asked_for_at_the_start(words: list[str], home: dict[str, str]) -> None:
    words.remove("--freeze")
    with Served(*words, "--rate", "86400", environment=home) as served:
        clock = served.get("/clock/rate").json()

    assert (86400.0, False) == (clock["rate"], clock["frozen"])


def test_mail_is_listed_shown_written_out_and_deleted(served: Served, home: dict[str, str]) -> None:
    assert "no mail is kept\n" == told(home, "messages")
    send_directly(served.door("mx"))
    send_directly(served.door("mx"))

    listed = told(home, "messages").splitlines()
    shown = told(home, "messages", "s-000001-1")

    assert "s-000001-1  2026-12-01T00:00:00Z  a@fabrikam.com -> helpdesk@contoso.com  Scan" == listed[0]
    assert "placed      helpdesk@contoso.com: inbox" in shown
    assert MESSAGE == relaylab(home, "messages", "s-000001-1", "--raw").stdout
    assert "deleted 1\n" == told(home, "messages", "s-000001-1", "--delete")
    assert ["s-000002-1"] == [one["id"] for one in json.loads(told(home, "messages", "--json"))["messages"]]
    assert "deleted 1\n" == told(home, "messages", "--delete", "--all")


def test_an_attachment_is_written_out_decoded(served: Served, home: dict[str, str]) -> None:
    scan = bytes(range(256))
    letter = b"Subject: x\r\nContent-Type: image/tiff; name=a.tif\r\nContent-Transfer-Encoding: binary\r\n\r\n"
    with signed_in(served.door("submission"), served.ca_file) as wire:
        wire.begin_message("scanner@contoso.com", "helpdesk@contoso.com")
        wire.send(letter + scan.replace(b"\r", b"").replace(b"\n", b"") + b"\r\n")
        wire.say(".")

    (message,) = json.loads(told(home, "messages", "--json"))["messages"]

    assert "attachment  1: a.tif, image/tiff, 256 octets" in told(home, "messages", message["id"])
    assert scan.replace(b"\r", b"").replace(b"\n", b"") + b"\r\n" == (
        relaylab(home, "messages", message["id"], "--attachment", "1").stdout
    )


def test_keys_of_azure_communication_services_are_shown_and_made_anew(
    home: dict[str, str], authority: TestAuthority
) -> None:
    words = ("--json", "--at", "2026-12-01", "--freeze", "--ca", str(authority.ca_file.parent))
    with Served("default", *words, environment=home) as served:
        at_first = served.told["acs_rest"]["contoso-email"]
        shown = told(home, "acs")
        rotated = json.loads(told(home, "acs", "--rotate", "primary", "--json"))["resources"][0]

    assert at_first["connection_string"] in shown
    assert at_first["secondary_key"] == rotated["secondary_key"]
    assert at_first["primary_key"] != rotated["primary_key"]
    assert rotated["connection_string"].endswith(rotated["primary_key"])


def test_events_are_listed_a_line_each(served: Served, home: dict[str, str]) -> None:
    send_directly(served.door("mx"))

    every = told(home, "events").splitlines()
    lines = [line for line in every if not line.startswith(" " * 8)]  # without those of connectors
    documents = [json.loads(line) for line in told(home, "events", "--json", "--after", "3").splitlines()]

    assert 7 == len(lines)
    assert lines[1].endswith("judged  MAIL FROM:<a@fabrikam.com> -> 250 2.1.0 Sender OK  [mx.mail: default]")
    assert [4, 5, 6, 7] == [event["seq"] for event in documents]


def test_events_are_followed_until_somebody_ends_it(served: Served, home: dict[str, str]) -> None:
    send_directly(served.door("mx"))
    with subprocess.Popen(
        [*RELAYLAB, "events", "--follow", "--after", "6", "--json"],
        env=os.environ | home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as follower:
        assert follower.stdout is not None
        numbers = [json.loads(follower.stdout.readline())["seq"]]
        send_directly(served.door("mx"))
        numbers += [json.loads(follower.stdout.readline())["seq"] for _ in range(7)]
        served.end(signal.SIGTERM)
        rest, said = follower.communicate(timeout=PATIENCE)

    assert [7, 8, 9, 10, 11, 12, 13, 14] == numbers
    assert ("", "the emulator has ended\n", 0) == (rest, said, follower.returncode)


def _hear_sigint() -> None:
    """Undo what a shell does to all that it starts in its background: make it deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_who_ends_following_is_told_nothing_and_all_is_well(served: Served, home: dict[str, str]) -> None:
    send_directly(served.door("mx"))
    with subprocess.Popen(
        [*RELAYLAB, "events", "--follow", "--after", "5"],
        env=os.environ | home,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=_hear_sigint,  # noqa: PLW1509 - it starts no thread and takes no lock
    ) as follower:
        assert follower.stdout is not None
        follower.stdout.readline()
        follower.send_signal(signal.SIGINT)
        try:
            rest, said = follower.communicate(timeout=PATIENCE)
        finally:
            follower.kill()

    # The end of the client's session may have come meanwhile; nothing else may stand there.
    more = [line for line in rest.splitlines() if "  s-000001  mx  closed  why QUIT" not in line]
    assert ([], "", 0) == (more, said, follower.returncode)


def test_what_a_fault_did_is_a_line_as_serve_prints_it(home: dict[str, str], words: list[str]) -> None:
    with Served(*words, "--fault", "mx=mail4xx", environment=home) as served, Wire(served.door("mx")) as wire:
        wire.say("EHLO a")
        said = wire.say("MAIL FROM:<a@b.example>")

        line = told(home, "events", "--kind", "faulted").splitlines()[0]

    assert line.endswith(
        f"faulted  MAIL FROM:<a@b.example> -> {said.partition(' [Hostname')[0]}  [fault f-1 (mail4xx)]"
    )


def test_the_keys_of_entra_are_listed_rotated_and_dropped(served: Served, home: dict[str, str]) -> None:
    first = json.loads(told(home, "keys", "--json"))["signs"]

    rotated = told(home, "keys", "--rotate").splitlines()
    kept = told(home, "keys", "--drop-old").splitlines()
    alone = json.loads(told(home, "keys", "--rotate", "--drop-old", "--json"))

    assert f"{first}  still counts" == rotated[1]
    assert [rotated[0]] == kept
    assert rotated[0].endswith("  signs")
    assert ([], True) == (alone["old"], alone["signs"] not in kept[0])


def test_an_event_is_explained_by_its_number_with_the_token_found(served: Served, home: dict[str, str]) -> None:
    send_directly(served.door("mx"))
    url = served.told["endpoints"]["control"]["url"]

    assert told(home, "explain", "2", "--control", url).startswith("Event 2: judged at 2026-12-01T00:00:00Z")
    assert told(home, "explain", "s-000001-1", "--control", url).startswith("Message s-000001-1")
    assert told(home, "explain", "2").startswith("Event 2: judged at 2026-12-01T00:00:00Z")


def test_the_control_plane_of_serve_explains_reply_lines(standing: Standing) -> None:
    answer = standing.served.get("/explain?what=5.7.30")

    assert answer.json()["text"].startswith("550 5.7.30 Basic authentication is not supported")


def test_mail_of_a_killed_emulator_is_there_after_it_had_gone_back(
    home: dict[str, str], words: list[str], tmp_path: Path
) -> None:
    store = ["--store", str(tmp_path / "mail.db")]
    with Served(*words, *store, environment=home) as served:
        send_directly(served.door("mx"))
        post(served, "/snapshots")
        send_directly(served.door("mx"))
        post(served, "/snapshots/snapshot-1/restore")
        served.process.kill()
        served.process.wait(PATIENCE)

    with Served(*words, *store, environment=home):
        messages = json.loads(told(home, "messages", "--json"))["messages"]

    assert ["s-000001-1"] == [one["id"] for one in messages]


def post(served: Served, path: str) -> None:
    control = served.told["endpoints"]["control"]
    answer = httpx.post(
        control["url"] + path, headers={"Authorization": f"Bearer {control['token']}"}, timeout=60, trust_env=False
    )
    assert answer.is_success, answer.text
