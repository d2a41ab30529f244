"""One table of the world file brought up to date: imported lines are written anew, a person's are left alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from relaylab_conformance.inventory.found import ASSUMED, Entry, Note, NoteKind
from relaylab_conformance.inventory.origin import Origin
from relaylab_conformance.inventory.world_text.blocks import SEEN, UNKNOWN, Block, Statement
from relaylab_conformance.inventory.world_text.values import is_marked, marked, on_one_line, same, without_mark, written

FROM: Final = "from "
_NOT_READ: Final = ("unknown: ", ASSUMED)  # how the note of a value begins that no export says
_COLUMN: Final = 40  # where comments begin, if the line is short enough


@dataclass(slots=True)
class Change:
    """What became of the world file: tables that are new, lines that were written anew, and what a person must know."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def fill(block: Block, name: str, entry: Entry, change: Change, keys: Mapping[str, object]) -> None:
    """Bring a table up to date with what an export says; ``keys`` tell it from others and are written if missing.

    What is only assumed never takes the place of what was read, or of what a person wrote.
    """
    head(block, f"{FROM}{entry.origin}" if entry.origin.file else "")
    for key, value in keys.items():
        if block.statement(key) is None:
            put(block, key, value)
    for key, said in entry.values.items():
        if said.note.startswith(_NOT_READ) and block.statement(key) is not None:
            continue
        if key not in keys:
            note = said.note or (f"{said.origin}" if said.origin != entry.origin else "")
            update(block, name, change, key=key, value=said.value, note=note, origin=said.origin)
    for key in entry.empty:
        clear(block, name, change, key=key, origin=entry.origin)
    ask(block, entry.unknown)


def update(  # noqa: PLR0913 - a line and where it stands
    block: Block, name: str, change: Change, *, key: str, value: object, note: str, origin: Origin
) -> None:
    """Set a key that an export gives, unless a person wrote or changed it."""
    found = block.statement(key)
    if found is None:
        put(block, key, value, marked(note, value))
    elif not is_marked(found.comment, found.value):
        if not same(found.value, value) and origin.file:
            what = f"{key} is {written(found.value)} in your file and {written(value)} in {origin}: yours is kept"
            change.notes.append(Note(NoteKind.YOURS, name, what, "delete the line to take the other"))
    else:
        if not same(found.value, value):
            change.updated.append(f"{name}: {key} was {written(found.value)}, is {written(value)} ({origin})")
        found.text = _line(block, key, value, marked(note, value))
        found.value = value
        found.comment = marked(note, value)
    _unask(block, key)


def clear(block: Block, name: str, change: Change, *, key: str, origin: Origin) -> None:
    """Take out a key that says nothing in the export any more, unless a person wrote it."""
    found = block.statement(key)
    if found is None:
        return
    if is_marked(found.comment, found.value):
        block.statements.remove(found)
        change.updated.append(f"{name}: {key} was {written(found.value)}, is empty ({origin})")
    else:
        what = f"{key} is {written(found.value)} in your file and empty in {origin}: yours is kept"
        change.notes.append(Note(NoteKind.YOURS, name, what, "delete the line to take the other"))


def put(block: Block, key: str, value: object, comment: str = "") -> None:
    """Write a new line behind the last one."""
    place = block.end_of_body()
    block.statements.insert(place, Statement(_line(block, key, value, comment), key, value, comment))


def ask(block: Block, unknown: Mapping[str, str]) -> None:
    """Write what nobody said as comments, for the keys that are not set; questions that have an answer go."""
    for key in [*unknown, *(one.key for one in block.statements if one.key)]:
        _unask(block, key)
    for key, sentence in unknown.items():
        if block.statement(key) is None:
            text = f"{_inner(block)}{on_one_line(f'{UNKNOWN}{key}: {sentence}')}\n"
            block.statements.insert(block.end_of_body(), Statement(text))


def see(block: Block, sentences: Iterable[str], stays: Callable[[str], bool], rank: Callable[[str], int]) -> None:
    """Write what was seen of a sender directly under its header, by rank, in place of what was there and goes."""
    there = [one.text.strip().removeprefix(SEEN) for one in block.statements if one.text.lstrip().startswith(SEEN)]
    sentences = sorted([*sentences, *(sentence for sentence in there if stays(sentence))], key=rank)
    block.statements = [one for one in block.statements if not one.text.lstrip().startswith(SEEN)]
    lines = [Statement(f"{_inner(block)}{SEEN}{on_one_line(sentence)}\n") for sentence in sentences]
    block.statements[:0] = lines


def head(block: Block, comment: str) -> None:
    """Say behind the header where a table is from, unless a person says something there."""
    said = block.comment
    if comment and (not said or said.startswith((FROM, "evidence: "))):
        bare = block.header.rstrip("\r\n")
        bare = bare[: bare.index("#")].rstrip() if said else bare
        block.header = f"{_aligned(bare)}# {on_one_line(comment)}\n"


def is_imported(block: Block) -> bool:
    """Tell whether import wrote a table, and a person nothing in it."""
    said = block.comment.startswith(FROM)
    return said and all(
        not one.key or is_marked(one.comment, one.value) or one.key in {"name", "address"} for one in block.statements
    )


def _unask(block: Block, key: str) -> None:
    start = f"{UNKNOWN}{key}: "
    block.statements = [one for one in block.statements if not one.text.lstrip().startswith(start)]


def _line(block: Block, key: str, value: object, comment: str) -> str:
    setting = f"{_inner(block)}{key} = {written(value)}"
    setting = setting.replace("\n", f"\n{_inner(block)}")
    return f"{_aligned(setting)}{comment}\n" if comment else f"{setting}\n"


def _aligned(text: str) -> str:
    return text.ljust(_COLUMN) + "  " if len(text) <= _COLUMN else f"{text}  "


def _inner(block: Block) -> str:
    """Give the white space of a block's lines: of its first key, else of its header."""
    first = next((one.text for one in block.statements if one.key), block.header)
    return first[: len(first) - len(first.lstrip())]


def held(block: Block) -> dict[str, Any]:
    """Give what a table says."""
    return {one.key: one.value for one in block.statements if one.key}


def said_by_import(block: Block, key: str) -> str:
    """Give what import wrote behind a value that is still its own; empty for any other."""
    stated = block.statement(key)
    is_its_own = stated is not None and is_marked(stated.comment, stated.value)
    return without_mark(stated.comment) if stated is not None and is_its_own else ""
