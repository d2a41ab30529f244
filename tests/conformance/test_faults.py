"""``relaylab faults`` and what the other verbs tell of faults."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from relaylab.domain.fault import Behaviour
from relaylab.rules.catalogue import rulebook
from relaylab_certs import TestAuthority
from relaylab_conformance.cli import main
from relaylab_conformance.explain import explain
from relaylab_conformance.explain.records import Serving
from relaylab_conformance.steering.client import Control
from tests.clients.by_socket import Wire
from tests.clients.served import Served
from tests.conftest import WORLD_FILE

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"


def relaylab(*words: str) -> Result:
    return CliRunner().invoke(main, words)


def test_faults_are_listed_for_people_for_programs_and_as_a_page() -> None:
    table, document, page = (relaylab("faults", *form) for form in ((), ("--json",), ("--markdown",)))

    assert {0} == {table.exit_code, document.exit_code, page.exit_code}
    rows = json.loads(document.stdout)["faults"]
    assert list(Behaviour) == [row["behaviour"] for row in rows]
    for behaviour in Behaviour:
        assert any(line.split()[:1] == [behaviour] for line in table.stdout.splitlines())
        assert f"### `{behaviour}`" in page.stdout


def test_the_captures_behaviours_come_first_and_are_23() -> None:
    rows = json.loads(relaylab("faults", "--json").stdout)["faults"]

    assert 23 == sum(row["group"] == "The 23 behaviours of the captures" for row in rows)


def test_the_page_in_docs_is_the_catalogue_as_it_is() -> None:
    assert relaylab("faults", "--markdown").stdout == PAGE.read_text(encoding="utf-8"), (
        "relaylab faults --markdown > docs/faults.md"
    )


def test_two_forms_at_once_are_refused() -> None:
    refused = relaylab("faults", "--json", "--markdown")

    assert (2, True) == (refused.exit_code, "give one of them" in refused.output)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("submission=nostartls", 'did you mean "nostarttls"?'),
        ("submission=nostarttls,sender=a@b.example", "scope it by listener, host, site or session"),
        ("mx=mail4xx,site=hqq", 'site: "hqq" is not a site of this world; did you mean "hq"?'),
    ],
)
def test_a_fault_that_cannot_be_is_bad_input(fault: str, said: str) -> None:
    refused = relaylab("serve", str(WORLD_FILE), "--fault", fault)

    assert (2, True) == (refused.exit_code, said in refused.output), refused.output


@pytest.mark.skipif(sys.platform == "win32", reason="as in test_serve")
def test_serve_says_which_faults_stand_and_when_one_acts(authority: TestAuthority) -> None:
    ca = str(authority.ca_file.parent)
    with Served(str(WORLD_FILE), "--ca", ca, "--fault", "mx=mail4xx,times=1", "--fault", "mx=lower") as served:
        introduction = served.introduction()
        assert "  fault f-1 (mail4xx): Puts MAIL off with 432." in introduction
        where = next(line.split()[1] for line in introduction if line.split()[0] == "mx").rpartition(":")
        with Wire(_Place(where[0], int(where[2]))) as wire:
            wire.say("EHLO a")
            wire.say("MAIL FROM:<a@b.example>")

            assert "[fault f-2 (lower)]" in served.line()
            assert "MAIL FROM:<a@b.example> -> 432 4.3.2" in (line := served.line())
            assert line.endswith("[fault f-1 (mail4xx)]")


@pytest.mark.skipif(sys.platform == "win32", reason="as in test_serve")
def test_an_event_of_a_fault_is_explained_as_that(authority: TestAuthority) -> None:
    ca = str(authority.ca_file.parent)
    with Served(str(WORLD_FILE), "--json", "--ca", ca, "--fault", "mx=421connect") as served:
        with Wire(served.door("mx")):
            control = served.told["endpoints"]["control"]
        (event,) = served.get("/events?kind=faulted").json()["events"]

        text = explain(str(event["seq"]), rulebook(), Serving(Control(control["url"], control["token"]))).text

    assert "Because   fault f-1 (421connect); no rule was asked" in text
    assert "Said      421 4.3.2 Service not available" in text
    assert "Did       Greets with 421 and closes." in text


def test_a_line_that_only_a_fault_says_is_explained_as_that() -> None:
    said = "454 4.7.0 TLS not available due to temporary reason"

    assert "none: only a fault says it (`relaylab faults`)" in explain(said, rulebook()).text


class _Place:
    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port
