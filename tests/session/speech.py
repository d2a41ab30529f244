"""What a service says, taken apart again: complete replies, and the template that each was made from."""

from __future__ import annotations

import re

from relaylab.domain.reply import ReplyTemplate, SessionNames
from relaylab.rules.replies import REPLIES

_REPLY = re.compile(rb"(?:\d{3}-[^\r\n]*\r\n)*\d{3} [^\r\n]*\r\n")


def replies_of(data: bytes) -> list[list[str]]:
    """Split what was written into replies, each a list of its lines; raise AssertionError when a rest is left."""
    found, place = [], 0
    while place < len(data):
        reply = _REPLY.match(data, place)
        assert reply is not None, data[place:]
        lines = reply[0].decode("utf-8").removesuffix("\r\n").split("\r\n")
        assert len({line[:3] for line in lines}) == 1, lines
        found.append(lines)
        place = reply.end()
    return found


def template_of(lines: list[str], names: SessionNames) -> ReplyTemplate | None:
    """Give the template that a reply was made from, its blanks filled with anything; None when there is none."""
    code, enhanced, text = lines[0][:3], None, [line[4:] for line in lines]
    found = re.match(r"[245]\.\d{1,3}\.\d{1,3} ", text[0])
    if found is not None:
        enhanced = found[0].rstrip()
        assert all(line.startswith(found[0]) for line in text), lines
        text = [line[found.end() :] for line in text]
    text[-1] = _without_trailer(text[-1], names)
    said = "\n".join(text)
    return next(
        (
            template
            for template in REPLIES
            if code == str(int(template.code))
            and enhanced == (str(template.enhanced) if template.enhanced else None)
            and _PATTERNS[template.name].fullmatch(said)
        ),
        None,
    )


def _without_trailer(line: str, names: SessionNames) -> str:
    for mark in (f" [{names.site} ", f" [{names.site}]", f" [Hostname={names.mailbox_server}]"):
        before, found, _ = line.rpartition(mark)
        if found and line.endswith("]"):
            return before
    return line


def _pattern(template: ReplyTemplate) -> re.Pattern[str]:
    pieces = re.split(r"\{\w+\}", template.text) if "{" in template.text else [template.text]
    return re.compile(".*".join(re.escape(piece) for piece in pieces), re.DOTALL)


_PATTERNS = {template.name: _pattern(template) for template in REPLIES}
