"""Every golden dialogue is played octet for octet, and what the fact sheets print is shown or listed with a reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.dialogues.playing import Player, read

HERE = Path(__file__).parent
DIALOGUES = sorted(HERE.glob("*.txt"))
NOT_REPRODUCED = HERE / "not_reproduced.md"

# Every transcript, every choice and every line with a full trailer that the sheets hold.
TRANSCRIPTS = {*(f"T{number}" for number in range(1, 8)), *(f"MX-T{number}" for number in range(1, 8))}
CHOICES = {*(f"CS-GAP-{number:02d}" for number in range(1, 26)), *(f"MX-GAP-{number:02d}" for number in range(1, 25))}
FULL_LINES = {
    *("CS-SFX-01", "CS-SFX-02", "CS-SFX-03", "CS-BAN-01", "CS-BAN-02", "CS-EHLO-01", "CS-EHLO-02", "CS-EHLO-05"),
    *("CS-EHLO-07", "CS-EHLO-09", "CS-HELO-01", "CS-STLS-01", "CS-CMD-01", "CS-CMD-02", "CS-CMD-03", "CS-CMD-04"),
    *("CS-CMD-05", "CS-CMD-06", "CS-CMD-07", "CS-CMD-08", "CS-CMD-10", "CS-CMD-11", "CS-CMD-12", "CS-CMD-15"),
    *("CS-TX-01", "CS-TX-02", "CS-TX-03", "CS-TX-04", "CS-TX-05", "CS-TX-09", "CS-TO-01", "CS-TO-05", "CS-TO-06"),
    *("CS-AUTH-01", "CS-AUTH-03", "CS-AUTH-23", "CS-AUTH-29", "CS-TLS-03"),
    *(f"CS-ERR-{number:02d}" for number in range(1, 14)),
    *("CS-SA-01", "CS-SA-03", "CS-SA-04", "CS-LIM-01", "CS-LIM-02", "CS-LIM-06", "CS-LIM-10", "CS-LIM-11", "COR-36"),
    *("MX-FMT-03", "MX-FMT-05", "MX-FMT-06", "MX-BAN-01", "MX-BAN-02", "MX-EHLO-01", "MX-EHLO-02", "MX-OK-04"),
    *("MX-OK-07", "MX-ERR-01", "MX-ERR-03", "MX-ERR-05", "MX-ERR-06", "MX-ERR-07", "MX-ERR-09", "MX-ERR-10"),
    *("ACS-SMTP-04", "ACS-SMTP-05", *(f"ACS-SMTP-{number}" for number in range(20, 27))),
    *("HVE-EP-05", "HVE-RCPT-02", *(f"HVE-ERR-{number:02d}" for number in (1, 2, 3, 4, 5, 7))),
    *("MX-ERR-11", "MX-ERR-13", "MX-ERR-15", "MX-ERR-22", "MX-ERR-30", "MX-ERR-31", "COR-06"),
}


def shown() -> set[str]:
    return {fact for file in DIALOGUES for fact in read(file).covers}


def listed() -> set[str]:
    return set(re.findall(r"^\| ([A-Z0-9-]+) \|", NOT_REPRODUCED.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("file", DIALOGUES, ids=lambda file: str(file.stem))
def test_the_service_says_what_the_dialogue_says(file: Path) -> None:
    Player(read(file)).play()


@pytest.mark.parametrize("what", [TRANSCRIPTS, FULL_LINES, CHOICES], ids=["transcripts", "full lines", "choices"])
def test_what_the_fact_sheets_print_is_shown_in_a_dialogue_or_listed_with_the_reason(what: set[str]) -> None:
    assert set() == what - shown() - listed()


def test_what_is_listed_as_not_reproduced_is_not_claimed_by_a_dialogue() -> None:
    assert set() == shown() & listed()


def test_what_a_dialogue_claims_to_show_is_in_the_fact_sheets() -> None:
    assert set() == shown() - TRANSCRIPTS - FULL_LINES - CHOICES
