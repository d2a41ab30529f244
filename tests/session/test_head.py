"""A well-formed header is read by one expression: it must see what the library's parser sees."""

from email.parser import HeaderParser

from hypothesis import given, settings
from hypothesis import strategies as st

from relaylab.session.head import _fields, header_block

_PIECES = st.sampled_from(
    [
        *("From: a@b.c", "From:", "FROM: z@z.z", "Subject: hi  ", "Message-ID: <x@y>", "Received: from x", "X:\r\n y"),
        *(" x", "\tfold", "bad line", "From x y", ":", "A b: c", "\x0b", "ä", "\r", "\n", " "),
        *("\r\n",) * 6,
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=14))
def test_every_header_is_read_as_the_library_reads_it(pieces: list[str]) -> None:
    block = header_block("".join(pieces).encode())
    read: dict[str, list[str]] = {}
    for name, value in HeaderParser().parsestr(block.decode()).items():
        read.setdefault(name.lower(), []).append(value)

    assert {name: [" ".join(one.split()) for one in values] for name, values in read.items()} == {
        name: [" ".join(one.split()) for one in values] for name, values in _fields(block).items()
    }
