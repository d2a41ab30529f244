"""Random dialogues, and random ways in which they are cut into segments."""

from __future__ import annotations

from hypothesis import strategies as st

LINE_LIMIT = 40
MESSAGE_LIMIT = 300

_verbs = st.sampled_from([b"EHLO client", b"RSET", b"SILENT", b"SLOW", b"LONG 900", b"LONG 9000", b"", b".", b"\0"])
_text = st.lists(st.sampled_from([b"a", b".", b"..", b"\r", b"\n", b" ", b"\0", b"\xff", b"\r\n"]), max_size=12)
_line = st.one_of(
    _verbs,
    _text.map(lambda parts: b"".join(parts).replace(b"\r\n", b"\n")),
    st.integers(LINE_LIMIT - 2, LINE_LIMIT + 3).map(lambda length: b"l" * length),
    st.integers(LINE_LIMIT - 2, LINE_LIMIT + 3).map(lambda length: b"l" * (length - 1) + b"\r"),
    st.just(b"l" * 10 * LINE_LIMIT),
)
_command = _line.map(lambda line: line + b"\r\n")
_body = st.one_of(
    st.just(b""),
    _text.map(b"".join),
    st.lists(st.sampled_from([b".", b"..", b"...", b"", b".\r", b".\n.", b"a.b", b"QUIT", b"\r", b"x" * 70])).map(
        b"\r\n".join
    ),
    st.integers(MESSAGE_LIMIT - 6, MESSAGE_LIMIT + 2).map(lambda length: b"m" * length),
)
_message = st.builds(
    lambda verb, body, end: verb + body + end,
    st.sampled_from([b"DATA\r\n", b"SLOWDATA\r\n"]),
    _body,
    st.sampled_from([b"\r\n.\r\n", b"\r\n.\r\n", b".\r\n", b"\n.\n", b"\r\n.\r", b"\r\n"]),
)
_chunk = st.one_of(_body, st.binary(max_size=20), st.just(b"DATA\r\n.\r\n"), st.just(b"c" * (MESSAGE_LIMIT + 1))).map(
    lambda octets: b"BDAT %d\r\n" % len(octets) + octets
)
_many = st.integers(250, 270).map(lambda count: b"NOOP\r\n" * count)
_thing = st.one_of(_command, _command, _message, _chunk)

sent_until_end = st.lists(st.one_of(_thing, _thing, _many), max_size=10).map(b"".join)
sent = st.lists(st.one_of(_thing, _thing, _many, st.sampled_from([b"QUIT\r\n", b"DROP\r\n"])), max_size=10).map(
    b"".join
)

cuts: st.SearchStrategy[list[int]] = st.one_of(
    st.just([]),
    st.just([1]),
    st.lists(st.integers(1, 3), min_size=1, max_size=50),
    st.lists(st.integers(1, 60), min_size=1, max_size=50),
    st.lists(st.integers(1, 2000), min_size=1, max_size=10),
)


def cut(octets: bytes, sizes: list[int]) -> list[bytes]:
    """Cut into segments of these sizes, over and over; into one without any."""
    segments = []
    while sizes and octets:
        for size in sizes:
            segments.append(octets[:size])
            octets = octets[size:]
    return [segment for segment in (*segments, octets) if segment]
