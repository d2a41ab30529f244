"""What ``python lab.py certify`` runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from relaylab_conformance import shipped_estate
from relaylab_conformance.estate_verbs import open_estate
from relaylab_conformance.report.model import Certificate


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_shipped_estate_holds_exactly_what_it_is_said_to_hold(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == shipped_estate.main()

    said = capsys.readouterr().out
    assert "Exactly the problems that this estate carries were found." in said
    assert "mistake 1, a mail contact taken for a relay: FAIL" in said
    assert "it stands still for 46 days" in said
    assert (here / "certificate" / "report.html").is_file()


def test_a_difference_is_printed_and_fails(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = shipped_estate.EXPECTED.read_text(encoding="utf-8").replace("crm: is ready", "crm: will fail silently")
    other = here / "expected.txt"
    other.write_text(expected, encoding="utf-8")
    monkeypatch.setattr(shipped_estate, "EXPECTED", other)

    assert 1 == shipped_estate.main()
    said = capsys.readouterr().out
    assert "-crm: will fail silently; needs no plan" in said
    assert "+crm: is ready; needs no plan" in said


def test_the_shipped_estate_is_large_enough_and_holds_every_method_but_those_that_only_arrive_later() -> None:
    senders = open_estate(shipped_estate.ESTATE).world.senders

    methods = {method.value for sender in senders for method in (sender.today, sender.target)}
    assert len(senders) >= 14
    assert {
        "smtp-auth-basic",
        "smtp-auth-oauth",
        "connector-relay",
        "direct-send",
        "hve-basic",
        "acs-smtp",
        "mail-contact",
    } <= methods


def test_certificate_is_a_type_of_its_own() -> None:
    assert {"report", "transcripts", "events", "messages"} == set(Certificate.__dataclass_fields__)
