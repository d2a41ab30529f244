"""What docs/acs-rest.md says: its lists of codes and versions are those of the code."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path

from relaylab.domain.acs_settings import RestFaultKind
from relaylab.rules.acs_rest.conditions import API_VERSIONS
from relaylab.rules.acs_rest.errors import ERRORS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "acs-rest.md").read_text(encoding="utf-8")
# What only a fault of the world answers, and what stands in the status of an operation, is no row of the table.
OF_FAULTS = {HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.OK}


def test_the_page_lists_every_code_with_its_status() -> None:
    rows = re.findall(r"^\| (\d{3}) \| (.*?) \|", PAGE, flags=re.MULTILINE)
    listed = {(int(status), code) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)}

    other_reading = {(403, "DomainNotLinked")}
    assert {(int(one.code), one.error) for one in ERRORS if one.code not in OF_FAULTS} - other_reading == listed


def test_the_page_lists_the_versions() -> None:
    assert all(version in PAGE for version in API_VERSIONS)


def test_the_page_names_every_kind_of_bad_day() -> None:
    assert all(kind.value in PAGE for kind in RestFaultKind)
