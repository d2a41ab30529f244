"""What a terminal is told, and what it is spared."""

from __future__ import annotations

import io
import json
import os
import sys

import pytest
from click.testing import CliRunner

from relaylab.domain.clock import parse_instant
from relaylab_conformance.interruption import InterruptibleGroup, interruptible
from relaylab_conformance.migration import Order, certify
from relaylab_conformance.options import bad_input
from relaylab_conformance.report.console import as_text
from relaylab_conformance.tables import Column, table
from relaylab_conformance.terminal import progress, say, say_json
from relaylab_conformance.verbs import open_estate


def an_old_terminal(monkeypatch: pytest.MonkeyPatch) -> io.BytesIO:
    """A standard output that knows ASCII only; made within a test, since pytest puts its own in before."""
    octets = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(octets, encoding="ascii", write_through=True))
    return octets


def test_what_could_steer_a_terminal_is_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    say("red\x1b[31m\rover\nGerät")

    assert "red\\x1b[31m\\rover\nGerät\n" == capsys.readouterr().out


def test_a_letter_that_the_terminal_has_not_is_written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = an_old_terminal(monkeypatch)
    say("Gerät")

    assert b"Ger\\xe4t" == terminal.getvalue().rstrip()


def test_json_is_json_on_every_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = an_old_terminal(monkeypatch)
    say_json('{"name": "Gerät"}')

    assert {"name": "Gerät"} == json.loads(terminal.getvalue())


def test_a_reader_who_has_had_enough_ends_a_verb_without_a_word(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    with os.fdopen(writes, "w", encoding="utf-8") as pipe:
        monkeypatch.setattr(sys, "stdout", pipe)
        with pytest.raises(SystemExit) as stopped, interruptible(), bad_input():
            say("one line of many")

    assert 141 == stopped.value.code
    assert "" == capfd.readouterr().err


def test_nobody_sees_a_progress_bar_in_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("working") as tell:
        tell(1, 2)

    assert ("", "") == capsys.readouterr()


def test_a_table_wraps_where_it_may_and_keeps_names_whole() -> None:
    columns = (Column("rule"), Column("what", wraps=True))

    text = table(columns, [("a.name.that.stays.whole", "some words that have to be broken"), ("b", "short")], 45)
    assert [
        "RULE                     WHAT",
        "a.name.that.stays.whole  some words that have",
        "                         to be broken",
        "b                        short",
    ] == text.splitlines()


def test_a_table_without_rows_is_its_heading() -> None:
    assert "ONE  TWO" == table((Column("one"), Column("two")), [], 80)


def test_where_columns_do_not_fit_each_row_is_a_list_and_names_stay_whole() -> None:
    columns = (Column("rule"), Column("what", wraps=True), Column("until"), Column("of"))
    rows = [
        ("a.name.that.stays.whole", "some words\nand more of them", "", "another.name.that.stays.whole"),
        ("", "what goes on under the same name", "2026", ""),
    ]

    text = table(columns, rows, 24)

    assert [
        "a.name.that.stays.whole",
        "  what: some words",
        "    and more of them",
        "  of:",
        "    another.name.that.stays.whole",
        "  what: what goes on",
        "    under the same name",
        "  until: 2026",
    ] == text.splitlines()


def test_a_certificate_is_no_wider_than_the_terminal_but_for_what_is_copied() -> None:
    report = certify(open_estate("contoso"), Order(at=(parse_instant("2027-01-04"),), seed=7)).report

    for width in (30, 40, 80, 160):
        lines = as_text(report, width).splitlines()
        assert [] == [line for line in lines if len(line) > width and len(line.split()) > 1]


def test_a_verb_that_is_stopped_has_found_nothing_and_says_so_in_a_line() -> None:
    verbs = InterruptibleGroup()

    @verbs.command()
    def work() -> None:
        raise KeyboardInterrupt

    done = CliRunner().invoke(verbs, ["work"])

    assert (130, "") == (done.exit_code, done.stdout)
    assert ["", "stopped before the end; run it again for a result"] == done.stderr.splitlines()


def test_the_shipped_estate_can_be_stopped_too() -> None:
    with pytest.raises(SystemExit) as stopped, interruptible():
        raise KeyboardInterrupt

    assert 130 == stopped.value.code
