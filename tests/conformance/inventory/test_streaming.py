"""Any number of rows takes the memory of a few: what is kept grows with senders, not with rows."""

from __future__ import annotations

import io
import itertools
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from relaylab_conformance.inventory.csv_rows import CsvFile
from relaylab_conformance.inventory.json_records import JsonFile
from relaylab_conformance.inventory.reading import NO_HINTS, read_exports
from tests.conformance.inventory.importing import csv, put

MB = 1024 * 1024
ROWS = 40_000  # what grows with rows is seen in as many; to watch memory takes five times as long as to read


class Endless(io.TextIOBase):
    """A text that goes on for ever, and is made as it is read."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces

    def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
        return next(self._pieces)

    def read(self, size: int | None = -1, /) -> str:
        return next(self._pieces)


def peak_of(act: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_rows_of_an_endless_csv_are_given_as_they_come() -> None:
    lines = itertools.chain(["A,B\r\n"], (f'{number},"x, y\nz"\r\n' for number in itertools.count()))
    rows = CsvFile(Endless(lines), "endless.csv").rows()  # type: ignore[arg-type]

    peak = peak_of(lambda: [None for _ in itertools.islice(rows, 20_000)])

    assert MB > peak
    assert 20_002 == next(rows).row


def test_records_of_an_endless_json_are_given_as_they_come() -> None:
    pieces = itertools.chain(["["], (f'{{"a": {number}, "b": "x{{]"}},\n' for number in itertools.count()))
    records = JsonFile(Endless(pieces), "endless.json", frozenset()).records()  # type: ignore[arg-type]

    peak = peak_of(lambda: [None for _ in itertools.islice(records, 20_000)])

    assert MB > peak
    assert {"a": 20_000, "b": "x{]"} == next(records).value


@pytest.mark.slow
def test_a_trace_of_many_thousand_rows_is_counted_in_little_memory(tmp_path: Path) -> None:
    put(tmp_path, {"domains.csv": csv(("DomainName", "DomainType"), ("contoso.com", "Authoritative"))})
    with (tmp_path / "trace.csv").open("w", encoding="utf-8") as file:
        file.write("Received,SenderAddress,RecipientAddress,Status,FromIP,MessageTraceId,Subject\n")
        for number in range(ROWS):
            sender = f"s{number % 80}@contoso.com" if number % 2 else f"outsider{number}@example.net"
            row = f"2026-11-{16 + number % 7}T06:00:00Z,{sender},r{number % 500}@contoso.com,Delivered,"
            file.write(f"{row}203.0.113.{number % 80},{number},{'x' * 100}\n")

    found = []
    peak = peak_of(lambda: found.append(read_exports([tmp_path], NO_HINTS, lambda _: None)))

    assert 7 * MB > peak  # some octets of a row stay, to know it again in another trace
    assert ROWS // 2 == sum(one.messages for one in found[0].traffic.values())
    assert 40 == len(found[0].traffic)
