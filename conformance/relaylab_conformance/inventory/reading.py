"""From paths to findings: every file is recognised by its content, then all are read in an order that makes sense.

Law: what is wrong in one file hides nothing of the others, and nothing is used until every file was read to its end.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, Final

from relaylab.app.config import Problem
from relaylab_conformance.inventory.already import NO_TENANTS, Tenants, recall
from relaylab_conformance.inventory.csv_rows import CsvFile, letter
from relaylab_conformance.inventory.forms import form_of
from relaylab_conformance.inventory.found import Findings, Note, NoteKind
from relaylab_conformance.inventory.json_records import JsonFile, Record
from relaylab_conformance.inventory.origin import ExportError, Origin, broken
from relaylab_conformance.inventory.resembling import all_known, shape_of
from relaylab_conformance.inventory.rows import Row, squash
from relaylab_conformance.inventory.shapes import (
    BY_NAME,
    READ,
    TRACES,
    WRITTEN_AS,
    scubagear,
    sign_ins,
    smtp_auth_clients,
    zone,
)
from relaylab_conformance.inventory.text import GUESSED, first_guess, open_text

_SAMPLE: Final = 50  # rows looked at where headings say nothing
_MOST_PROBLEMS: Final = 10  # told of one file
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was recognised: ``shape`` is a name of ``READ``, ``form`` csv, json or zone."""

    path: Path
    name: str
    form: str
    shape: str


@dataclass(frozen=True, slots=True)
class Hints:
    """What a person says of the files: headings of their own by ours, and which file is which shape."""

    columns: Mapping[str, str]
    shapes: Mapping[Path, str]


NO_HINTS: Final = Hints({}, {})


class NothingThereError(ExportError):
    """An export of a command that found nothing."""


def read_exports(  # noqa: PLR0913 - what is said besides the files
    paths: Sequence[Path],
    hints: Hints,
    tell: Tell,
    *,
    there: Tenants = NO_TENANTS,
    wanted: str | None = None,
    out: Path | None = None,
) -> Findings:
    """Read every file, or every known one of a folder; raise ExportError with all that is wrong.

    ``there`` are the tenants of the world file, ``wanted`` names the one that the exports are of; ``out`` is the world
    file itself, which may lie among the exports.
    """
    found = Findings()
    problems: list[Problem] = []
    exports: list[Export] = []
    files = {path: is_named for path, is_named in _files(paths) if is_named or not _is_same(path, out)}
    names = _names(files)
    for path, is_named in _once(files, names, hints, found):
        try:
            exports.append(recognise(path, hints, names[path]))
        except ExportError as error:
            if is_named:
                problems += error.problems
            else:
                for one in error.problems:
                    found.notes.append(Note(NoteKind.LEFT_OUT, one.file, one.expectation, one.suggestion))
    for export in exports:
        found.shapes.setdefault(export.shape, []).append(export.name)
    exports.sort(key=lambda export: READ.index(export.shape))
    for export in exports:
        if export.shape in TRACES and found.tenant_there is None:
            recall(found, there, wanted)
        problems += _read(export, found, hints, tell)
    sign_ins.tell_passed_over(found)
    recall(found, there, wanted)
    if problems:
        raise ExportError(*problems)
    if not exports:
        raise broken(", ".join(map(str, paths)), "", "holds no export that is known", all_known())
    return found


def recognise(path: Path, hints: Hints = NO_HINTS, name: str | None = None) -> Export:
    """Tell what a file is by its content; raise ExportError with the right command where it is nothing known."""
    name = name or path.name
    form = form_of(path, name)
    if (said := hints.shapes.get(path)) is not None:
        return Export(path, name, form, said)
    if form == "zone":
        return Export(path, name, form, "zone")
    with open_text(path, name, lambda _: None) as text:
        try:
            columns, sample, list_name = _first_of(form, text, name)
        except NothingThereError:
            if (written := WRITTEN_AS.get(path.stem.casefold())) is None:
                raise
            return Export(path, name, form, written)
    if list_name in scubagear.LISTS:
        return Export(path, name, form, scubagear.NAME)
    return Export(path, name, form, shape_of(columns, sample, name, hints.columns).name)


def _first_of(form: str, text: IO[str], name: str) -> tuple[tuple[str, ...], list[dict[str, Any]], str]:
    """Give the columns of a file and its first rows, by squashed column; and the first list of ScubaGear's."""
    if form == "csv":
        file = CsvFile(text, name)
        columns = file.heading.columns
        try:
            sample = [
                {squash(key): cell for key, cell in one.by_heading.items()} for one in islice(file.rows(), _SAMPLE)
            ]
        except ExportError:
            sample = []  # it is said with its place when the file is read
        return columns, sample, ""
    record = next(JsonFile(text, name, scubagear.LISTS).records(), None)
    if record is None:
        way_out = (
            "the command found nothing: say of what with --as, as in --as inbound_connectors=FILE, or leave it out"
        )
        raise NothingThereError(Problem(name, "", None, "holds no record", way_out))
    return tuple(record.value), [{squash(key): value for key, value in record.value.items()}], record.list_name


def _read(export: Export, found: Findings, hints: Hints, tell: Tell) -> list[Problem]:
    problems: list[Problem] = []
    try:
        with open_text(export.path, export.name, tell) as text:
            if text.encoding == GUESSED:
                _tell_guess(export, found)
            if export.form == "zone":
                zone.read_zone(text, export.name, found)
                return problems
            for row, list_name in rows_of(export, text, hints, found):
                try:
                    if export.shape == scubagear.NAME:
                        scubagear.read(list_name, row, found)
                    else:
                        BY_NAME[export.shape].read(row, found)
                except ExportError as error:
                    problems += error.problems
                    if len(problems) >= _MOST_PROBLEMS:
                        way_out = "mend these first; the rest of the file was not read"
                        return [*problems, Problem(export.name, "", None, "has more that is wrong", way_out)]
    except ExportError as error:
        problems += error.problems
    return problems


def _tell_guess(export: Export, found: Findings) -> None:
    """Say that the code page is a guess, and how the first word reads by which a person can see whether it is right."""
    line, word = first_guess(export.path)
    what = f'is no UTF-8 and is taken for Windows-1252 (Western European), by which this reads "{word}"'
    way_out = "if a letter there is wrong, export it again with -Encoding UTF8"
    found.note(NoteKind.INFERRED, Origin(export.name, line, "line"), "", what, way_out)


def rows_of(export: Export, text: IO[str], hints: Hints, found: Findings) -> Iterator[tuple[Row, str]]:
    """Give each row of an export by our names of its columns, and in ScubaGear's file the list that it stands in."""
    command = BY_NAME[export.shape].command if export.shape in BY_NAME else scubagear.COMMAND
    if export.form == "json":
        for record in JsonFile(text, export.name, scubagear.LISTS).records():
            yield _row_of(record, export.name, command, hints), record.list_name
        return
    file = CsvFile(text, export.name)
    rows = file.rows()
    sample = list(islice(rows, _SAMPLE)) if export.shape == "smtp_auth_clients" else []
    by_squash = [{squash(key): cell for key, cell in one.by_heading.items()} for one in sample]
    squashed = [squash(column) for column in file.heading.columns]
    by_content, is_concluded = smtp_auth_clients.headings(squashed, by_squash)
    renamed = {**by_content, **hints.columns}
    if is_concluded and set(by_content.values()) - {one for one in by_content.values() if one.startswith("tls")}:
        what = "the headings are of a language that is not known, and were told by what stands below them"
        origin = Origin(export.name, file.heading.row)
        found.note(NoteKind.INFERRED, origin, ", ".join(file.heading.columns), what, "look whether senders are right")
    ours = {column: renamed.get(squash(column), squash(column)) for column in file.heading.columns}
    names: dict[str, str] = {}
    for index, column in enumerate(file.heading.columns):
        names.setdefault(ours[column], f"{column} ({letter(index)})")
    for cells in chain(sample, rows):
        by_ours: dict[str, Any] = {}
        for column, cell in cells.by_heading.items():
            by_ours.setdefault(ours[column], cell)
        yield Row(Origin(export.name, cells.row), by_ours, names, command), ""


def _row_of(record: Record, name: str, command: str, hints: Hints) -> Row:
    cells: dict[str, Any] = {}
    columns: dict[str, str] = {}
    for key, value in record.value.items():
        ours = hints.columns.get(squash(key), squash(key))
        cells.setdefault(ours, value)
        columns.setdefault(ours, key)
    return Row(Origin(name, record.number, "record"), cells, columns, command)


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Give every file, and whether a person named it; of a folder those that it holds itself."""
    seen: set[Path] = set()
    for path in paths:
        if str(path) == "-" or (path.exists() and not path.is_file() and not path.is_dir()):
            raise broken(str(path), "", "is no file, and an export is read twice", "save it in a file, and name that")
    for path in sorted(dict.fromkeys(paths), key=Path.is_dir):  # a file that is named is so, in a named folder as well
        if path.is_dir():
            inside = [one for one in sorted(path.iterdir()) if one.is_file() and one.name[:1] != "."]
        elif path.exists():
            inside = [path]
        else:
            inside = []
        for one in inside:
            if one.resolve() not in seen:
                seen.add(one.resolve())
                yield one, one is path
        if inside or path.is_dir():
            continue
        raise broken(str(path), "", "there is no such file", "name an export, or a folder of them")


def _is_same(path: Path, other: Path | None) -> bool:
    return other is not None and path.resolve() == other.resolve()


def _names(files: Iterable[Path]) -> Mapping[Path, str]:
    """Give what each file is called: its own name, or its whole path where another has that name."""
    counts = Counter(path.name for path in files)
    return {path: path.name if counts[path.name] == 1 else str(path) for path in files}


def _once(
    files: Mapping[Path, bool], names: Mapping[Path, str], hints: Hints, found: Findings
) -> Iterator[tuple[Path, bool]]:
    """Pass over a file that holds the same as another, octet for octet: its rows would count twice."""
    sizes = Counter(path.stat().st_size for path in files if path.is_file())
    seen: dict[tuple[bytes, str | None], Path] = {}
    for path, is_named in files.items():
        if path.is_file() and path.stat().st_size and sizes[path.stat().st_size] > 1:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").digest()
            first = seen.setdefault((digest, hints.shapes.get(path)), path)
            if first != path:
                what = f"holds the same as {names[first]}, octet for octet, and is read once"
                found.notes.append(Note(NoteKind.INFERRED, names[path], what, "give one of them"))
                continue
        yield path, is_named
