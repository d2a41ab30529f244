import json
from pathlib import Path

import pytest

from relaylab.app.config import load_world
from relaylab.domain.clock import microseconds, parse_instant
from relaylab_conformance.inventory.origin import ExportError
from relaylab_conformance.replaying import Outcome, read_trace
from relaylab_conformance.replaying.outcome import as_json, as_text
from relaylab_scenarios.replaying import engine

HEADINGS = "Received,SenderAddress,RecipientAddress,MessageTraceId"
NINE = microseconds(parse_instant("2026-11-02T09:00:00Z"))


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return tmp_path / "trace.csv"


def outcome_of(file: Path, world: str | None = None) -> Outcome:
    found = read_trace([file], load_world(world).world if world else None)
    return Outcome.of(found, engine()(found.events))


def counted(file: Path, *lines: str) -> Path:
    file.write_text("\n".join(["Received,SenderAddress,RecipientCount", *lines]), encoding="utf-8")
    return file


def test_the_rows_of_a_message_are_one_message_in_whatever_order_they_come(trace: Path) -> None:
    rows = [
        "2026-11-02T09:00:01Z,a@contoso.com,x@fabrikam.com,m3",
        "2026-11-02T09:00:00Z,a@contoso.com,x@fabrikam.com,m1",
        "2026-11-02T09:00:00Z,a@contoso.com,x@fabrikam.com,m2",
        "2026-11-02T09:00:00Z,A@contoso.com,y@fabrikam.com,m1",
    ]
    trace.write_text("\n".join([HEADINGS, *rows]), encoding="utf-8")
    found = read_trace([trace])

    assert ("a@contoso.com",) == found.mailboxes
    assert [NINE, NINE, NINE + 1_000_000] == list(found.events.at)
    assert [2, 1, 1] == list(found.events.recipients)


def test_the_report_says_who_would_have_been_refused_from_when_with_which_line(trace: Path) -> None:
    day = [f"2026-11-02T{hour:02}:00:00Z,billing@contoso.com,1000" for hour in range(12)]
    found = outcome_of(counted(trace, *day, "2026-11-02T12:00:00Z,quiet@contoso.com,1"))
    text = as_text(found, 160)

    assert "13 messages of 2 mailboxes" in text
    assert "billing@contoso.com  12        2        2026-11-02T10:00:00Z  2026-11-02T11:00:00Z" in text
    assert "quiet@contoso.com" not in text
    assert "refused: 554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException" in text
    assert "by submission.data.daily_recipients_are_used_up" in text


def test_the_json_has_every_mailbox(trace: Path) -> None:
    burst = ["2026-11-02T09:00:00Z,billing@contoso.com,1"] * 31
    document = json.loads(as_json(outcome_of(counted(trace, *burst))))
    [mailbox] = document["mailboxes"]

    assert (31, 0, 1) == (document["messages"], document["refused"], document["late"])
    assert ("2026-11-02T09:00:00Z", 60.0) == (mailbox["first_late"], mailbox["latest_by_seconds"])


def test_with_a_world_an_alias_counts_as_its_mailbox_and_strangers_are_left_out(trace: Path, tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    world.write_text(
        '[[tenant]]\nname = "contoso"\nlicences = 1\n[[tenant.accepted_domain]]\nname = "contoso.com"\n'
        '[[tenant.mailbox]]\naddress = "scanner@contoso.com"\nproxy_addresses = ["scan@contoso.com"]\n',
        encoding="utf-8",
    )
    at = "2026-11-02T09:00:00Z"
    file = counted(trace, f"{at},scan@contoso.com,1", f"{at},scanner@contoso.com,1", f"{at},who@fabrikam.com,1")
    found = read_trace([file], load_world(str(world)).world)

    assert (("scanner@contoso.com",), 1) == (found.mailboxes, found.strangers)
    assert [0, 0] == list(found.events.mailbox)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("soon,a@contoso.com,1", 'trace.csv: row 2, Received (column A): "soon" is not a date'),
        ("03/04/2026 09:00,a@contoso.com,1", "day and month that can be exchanged; write it as 2026-11-28T09:15:00Z"),
        ("2026-11-02T09:00:00Z,nobody,1", 'SenderAddress (column B): "nobody" is not an address'),
        ("2026-11-02T09:00:00Z,a@contoso.com,0", "is not between 1 and 1,000,000"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_the_way_out(trace: Path, line: str, said: str) -> None:
    with pytest.raises(ExportError) as refused:
        read_trace([counted(trace, line)])

    assert said in str(refused.value)


def test_a_trace_without_recipients_is_refused(trace: Path) -> None:
    trace.write_text("Received,SenderAddress\n2026-11-02T09:00:00Z,a@contoso.com\n", encoding="utf-8")

    with pytest.raises(ExportError, match="neither a column RecipientAddress"):
        read_trace([trace])


def test_an_empty_trace_has_no_message(trace: Path) -> None:
    assert as_text(outcome_of(counted(trace)), 160).startswith("no message was sent by any mailbox")
