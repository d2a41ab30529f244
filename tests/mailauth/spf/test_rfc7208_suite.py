"""The public test suite of RFC 7208 (openspf.org, release 2014.04), every case; its notice stands beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import yaml

from relaylab.mailauth.spf import Session, check_spf
from tests.mailauth.zones import LiteralZone

SUITE = Path(__file__).with_name("rfc7208-tests.yml")
NO_EXPLANATION = "DEFAULT"  # the suite's word for a domain that explains nothing
CASES_IN_THE_SUITE = 203


@dataclass(frozen=True, slots=True)
class Case:
    """One test of the suite: a session against a scenario's zone, and what may come out of it."""

    name: str
    zone: LiteralZone
    session: Session
    results: tuple[str, ...]
    explanation: str | None


def _value(kind: str, content: object) -> str:
    """Give a record's value as a zone file has it: strings of a TXT record joined, an MX with its preference."""
    if isinstance(content, list):
        return (" " if kind == "MX" else "").join(map(str, content))
    return str(content)


def _zone(zonedata: Mapping[str, list[Any]]) -> LiteralZone:
    records: dict[str, tuple[tuple[str, str], ...]] = {}
    silent: set[tuple[str, str]] = set()
    for name, entries in zonedata.items():
        held = [(kind, content) for entry in entries if entry != "TIMEOUT" for kind, content in entry.items()]
        # SPF records stand for TXT records of the same text, unless the name spells out its TXT records.
        has_own = any(kind == "TXT" for kind, _ in held)
        held = [("TXT" if kind == "SPF" and not has_own else kind, content) for kind, content in held]
        records[name.lower()] = tuple(
            (kind, _value(kind, content)) for kind, content in held if content not in ("NONE", "TIMEOUT")
        )
        answered = {kind for kind, content in held if content not in ("NONE", "TIMEOUT")}
        if "TIMEOUT" in entries:
            silent |= {(name.lower(), kind) for kind in {"A", "AAAA", "MX", "PTR", "TXT"} - answered}
        silent |= {(name.lower(), kind) for kind, content in held if content == "TIMEOUT"}
    return LiteralZone(records, frozenset(silent))


def _cases() -> Iterator[Case]:
    for scenario in yaml.safe_load_all(SUITE.read_bytes()):
        zone = _zone(scenario["zonedata"])
        for name, test in scenario["tests"].items():
            result = test["result"]
            session = Session(
                ip=ip_address(test["host"]),
                helo=test["helo"],
                mail_from=test["mailfrom"],
                receiver="receiver.example.net",
                now=datetime(2026, 11, 23, tzinfo=UTC),
            )
            results = tuple(result) if isinstance(result, list) else (result,)
            yield Case(name, zone, session, results, test.get("explanation"))


CASES = list(_cases())


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_spf_agrees_with_the_public_suite(case: Case) -> None:
    check = check_spf(case.zone, case.session)

    assert check.result in case.results, check.because
    if case.explanation is not None:
        assert case.explanation == (check.explanation or NO_EXPLANATION)


def test_the_suite_is_whole() -> None:
    assert CASES_IN_THE_SUITE == len(CASES)
