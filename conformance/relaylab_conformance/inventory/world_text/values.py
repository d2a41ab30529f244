"""Values as TOML writes them, and the mark by which an imported line is known again.

The mark is four hexadecimal digits of the value's digest at the end of a line's comment. Where value and mark agree,
import wrote the line and may write it anew; where they do not, or there is none, it is a person's.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, date, datetime, time
from typing import Final

from relaylab.domain.clock import iso

_MARK: Final = re.compile(r"\[(?P<digest>[0-9a-f]{4})\]\s*$")
_WIDEST: Final = 120


def written(value: object) -> str:
    """Write a value; a list that is long stands on several lines."""
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            utc = value.astimezone(UTC)
            return utc.date().isoformat() if utc.time() == time() else iso(utc)
        case int() | float():
            return str(value)
        case date():
            return value.isoformat()
        case list() | tuple():
            line = f"[{', '.join(map(written, value))}]"
            return line if len(line) <= _WIDEST else "[\n" + "".join(f"  {written(one)},\n" for one in value) + "]"
        case _:
            return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def digest(value: object) -> str:
    """Give the digits of a mark; a date and its midnight have the same."""
    plain = _plain(value)
    return hashlib.sha256(json.dumps(plain, ensure_ascii=True, sort_keys=True).encode()).hexdigest()[:4]


def same(one: object, other: object) -> bool:
    """Tell whether two values are one, whatever kind of list or date they are written as."""
    return _plain(one) == _plain(other)


def marked(note: str, value: object) -> str:
    """Write the comment of an imported line."""
    return f"# {on_one_line(note)} [{digest(value)}]" if note else f"# [{digest(value)}]"


def is_marked(comment: str, value: object) -> bool:
    """Tell whether a line with this comment still has the value that was imported."""
    found = _MARK.search(comment)
    return found is not None and found["digest"] == digest(value)


def is_outdated(comment: str, value: object) -> bool:
    """Tell whether a person wrote another value in front of an imported comment, so that it tells of the old one."""
    return _MARK.search(comment) is not None and not is_marked(comment, value)


def without_mark(comment: str) -> str:
    """Give what a comment says, without its mark."""
    return _MARK.sub("", comment).strip().lstrip("#").strip()


def on_one_line(note: str) -> str:
    """Write a text so that it can neither end its comment nor steer a terminal."""
    line = note if note.isprintable() else "".join(each if each.isprintable() else " " for each in note)
    return " ".join(line.split())


def _plain(value: object) -> object:
    match value:
        case datetime():
            moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
            return moment.isoformat()
        case date():
            return datetime(value.year, value.month, value.day, tzinfo=UTC).isoformat()
        case list() | tuple():
            return [_plain(one) for one in value]
        case _:
            return value
