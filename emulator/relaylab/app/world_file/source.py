"""Where the text of a world comes from, a path or a world that relaylab ships; and what to say when there is none."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NoReturn

import tomli

from relaylab.app.world_file.errors import Problem, WorldFileError, did_you_mean

LARGEST: Final = 16 * 1024 * 1024  # octets; an estate of 50,000 senders takes about as much
_UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SAVE: Final = "save the file as UTF-8"
_MOST_NAMED: Final = 10  # files of a folder in an error
_MOST_SHOWN: Final = 200  # characters of a path
# How the parser's messages begin, and what to do about each.
_MENDED_BY: Final = {
    "Invalid value": 'put text in quotes, as name = "contoso", and leave true, false, numbers and dates without',
    "Unterminated string": "close the text with a quote on the same line",
    "Unescaped": "write the text in single quotes, where a backslash is only a backslash",
    "Cannot overwrite": "write a key once in a table",
    "Cannot declare": "open a list of tables with two brackets, as [[tenant]]",
    "Expected '='": "write one key = value a line",
    "Expected ']'": "close the bracket on the same line",
}
_IN_GENERAL: Final = "write one key = value a line, text in quotes, and [[tenant]] with two brackets"


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a world, the file name for errors, the world's own name, and its folder, if it has one of its own."""

    text: str
    file: str
    name: str
    folder: Path | None = None


def shipped_worlds() -> tuple[str, ...]:
    """Name the worlds that come with relaylab."""
    folder = files("relaylab.app") / "worlds"
    return tuple(sorted(Path(file.name).stem for file in folder.iterdir() if file.name.endswith(".toml")))


def shipped_file(name: str) -> str:
    """Give the path of a world that comes with relaylab, for a person to read."""
    return str(files("relaylab.app") / "worlds" / f"{name}.toml")


def text_of(source: str | Path) -> Text:
    """Read a world: a name relaylab ships (``contoso``), else a path."""
    if isinstance(source, str) and source in shipped_worlds():
        file = f"{source}.toml"
        return Text((files("relaylab.app") / "worlds" / file).read_text(encoding="utf-8"), file, source)
    path = Path(source)
    return Text(_decoded(_octets(path), str(path)), str(path), path.stem, path.parent)


def parsed(text: str, file: str) -> dict[str, Any]:
    """Parse TOML; say line, column and way out when it is none."""
    if not text.strip():
        _fail(file, "is empty", f"start from a world that relaylab ships: {', '.join(shipped_worlds())}")
    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        _fail(file, f"is not TOML: {_sentence(error.msg)}", _mend(error), where)
    except RecursionError:
        _fail(file, "is nested too deeply", "a world file needs three levels: tenant, table, list")
    except ValueError:
        _fail(file, "holds a number with thousands of digits", "write numbers as the example does")


def _octets(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            octets = file.read(LARGEST + 1)
    except FileNotFoundError:
        _fail(str(path), "there is no such file", _nearby(path))
    except (IsADirectoryError, PermissionError) as error:  # Windows says "permission denied" of a folder
        if path.is_dir():
            _fail(str(path), "is a folder", _contents(path))
        _fail(str(path), f"cannot be read ({error.strerror})", "check its permissions")
    except OSError as error:
        _fail(str(path)[:_MOST_SHOWN], f"cannot be read ({error.strerror})", "check the path")
    except ValueError:
        _fail(
            ascii(str(path))[:_MOST_SHOWN],
            "is not a path",
            f"relaylab ships: {', '.join(shipped_worlds())}",
        )
    if len(octets) > LARGEST:
        _fail(str(path), f"is larger than {LARGEST // 1024 // 1024} MB", "name a world file, or split the estate")
    return octets


def _decoded(octets: bytes, file: str) -> str:
    if octets.startswith(_UTF_16):
        _fail(file, "is UTF-16", f"{_SAVE} (in PowerShell: Set-Content -Encoding utf8)")
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        octet = error.start - octets.rfind(b"\n", 0, error.start)
        _fail(file, "is not UTF-8", _SAVE, f"line {line}, octet {octet}")


def _nearby(path: Path) -> str:
    """Say which file may have been meant, else what there is."""
    if not path.parent.is_dir():
        return f"there is no folder {path.parent} either"
    return did_you_mean(path.name, [*_worlds_in(path.parent), *shipped_worlds()], _contents(path.parent))


def _contents(folder: Path) -> str:
    there, ships = _worlds_in(folder), f"relaylab ships: {', '.join(shipped_worlds())}"
    return f"{folder} has {', '.join(there)}; {ships}" if there else ships


def _worlds_in(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.glob("*.toml"))[:_MOST_NAMED]


def _sentence(message: str) -> str:
    return message[:1].lower() + message[1:]


def _mend(error: tomli.TOMLDecodeError) -> str:
    return next((way_out for start, way_out in _MENDED_BY.items() if error.msg.startswith(start)), _IN_GENERAL)


def _fail(file: str, expectation: str, suggestion: str, where: str = "") -> NoReturn:
    raise WorldFileError(Problem(file, where, None, expectation, suggestion)) from None
