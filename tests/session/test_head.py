"""A well-formed header is read by two expressions and a memory: they must see what the library's parser sees."""

from hypothesis import given, settings
from hypothesis import strategies as st

from relaylab.mailauth import unsigned_authors
from relaylab.session import head
from relaylab.session.head import Letter, header_block

_LINES = st.sampled_from(
    [
        *("From: a@b.c", "From:", "FROM: z@z.z", "Subject: hi  ", "Subject:\t=?utf-8?q?h=C3=A9?=", "SUBJECT: loud"),
        *("Message-ID: <x@y>", "Message-Id:", "message-id: <x @ y>", "MESSAGE-ID: <z@y>", "Message-IDs: <s@y>"),
        *("Received: from x", "received: by y", "RECEIVED: z", "Reply-To: r@b.c", "DKIM-Signature: v=1", "Date: now"),
        *("X:\r\n y", "Subject: fold\r\n ed", "Date:\r\n\tnow", "Subjects: many", "Subject : spaced"),
    ]
)
_PIECES = st.one_of(
    _LINES.map("{}\r\n".format),
    _LINES.map("{}\r\n".format),
    _LINES,
    st.sampled_from([" x", "\tfold", "bad line", "From x y", ":", "A b: c", "\x0b", "\u00e4", "\r", "\n", " ", "\r\n"]),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(_PIECES, max_size=14).map("".join))
def test_every_header_is_read_as_the_library_reads_it(text: str) -> None:
    content = text.encode()
    block = header_block(content)
    by_the_library = head._head(head._by_the_library(block))
    in_order = head._in_order(block)

    for _ in range(2):  # the second time most of it is remembered
        letter = Letter.read(content, len(content))

        assert by_the_library == letter.head
        assert in_order == (letter.head, letter.authors)
    assert (letter.authors is None) == (unsigned_authors(block) is None)


def test_of_two_messages_of_a_device_what_they_have_in_common_is_read_once() -> None:
    device = b"From: scanner@contoso.com\r\n%bMIME-Version: 1.0\r\nReceived: from %d\r\n\r\nHi\r\n"
    first = Letter.read(device % (b"Message-ID: <1@x>\r\nSubject: one\r\nDate: 1\r\n", 1), 100)
    second = Letter.read(device % (b"Subject: two\r\nDate: 2\r\nMessage-ID: <2@x>\r\n", 2), 100)

    assert first.authors is second.authors
    assert [("one", "<1@x>", 1), ("two", "<2@x>", 1)] == [
        (letter.head.subject, letter.head.message_id, letter.head.hops) for letter in (first, second)
    ]


def test_what_is_remembered_of_headers_is_bounded() -> None:
    for number in range(head._MOST_OUTLINES + 10):
        Letter.read(b"X-Number: %d\r\n\r\n" % number, 100)
    Letter.read(b"X-Long: %b\r\n\r\n" % (b"x" * head._WORTH_REMEMBERING), 100)

    assert len(head._OUTLINES) <= head._MOST_OUTLINES
    assert max(map(len, head._OUTLINES)) <= head._WORTH_REMEMBERING
