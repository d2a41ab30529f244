"""Attachments are found and decoded as the standard library does it, and what is broken is survived."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab.store.attachments import PIECE, attachments_of, decoded


def a_letter(*attachments: tuple[str, bytes]) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Scan"
    message.set_content("the pages are below")
    message.add_alternative("<p>the pages are below</p>", subtype="html")
    for name, content in attachments:
        message.add_attachment(content, maintype="application", subtype="pdf", filename=name)
    return message.as_bytes(policy=email.policy.SMTP)


def contents(raw: bytes) -> list[bytes]:
    return [b"".join(decoded(raw, one)) for one in attachments_of(raw)]


def test_attachments_are_listed_in_order_and_the_text_is_none_of_them() -> None:
    raw = a_letter(("page 1.pdf", b"%PDF-1"), ("Über uns.pdf", b"%PDF-2"))

    found = attachments_of(raw)

    assert [(1, "page 1.pdf"), (2, "Über uns.pdf")] == [(one.number, one.name) for one in found]
    assert {("application/pdf", "base64", False)} == {(one.content_type, one.encoding, one.is_inline) for one in found}
    assert [b"%PDF-1", b"%PDF-2"] == contents(raw)


@given(st.lists(st.binary(max_size=300), max_size=4), st.sampled_from(["base64", "quoted-printable"]))
def test_what_a_client_attached_comes_out_octet_for_octet(files: list[bytes], encoding: str) -> None:
    message = EmailMessage(policy=email.policy.SMTP)
    message.set_content("below")
    for number, content in enumerate(files):
        message.add_attachment(
            content, maintype="application", subtype="octet-stream", filename=f"{number}", cte=encoding
        )
    raw = message.as_bytes()

    # The standard library's own encoder of quoted-printable lets line breaks through as such.
    expected = [part.get_payload(decode=True) for part in email.message_from_bytes(raw).walk()]
    assert [part for part in expected if part is not None][1:] == contents(raw)


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_a_large_attachment_is_decoded_a_piece_at_a_time(encoding: str) -> None:
    content = bytes(range(256)) * 2000 + b"=end= \n" * 10_000
    message = EmailMessage(policy=email.policy.SMTP)
    message.set_content("below")
    message.add_attachment(content, maintype="image", subtype="tiff", filename="scan.tif", cte=encoding)
    raw = message.as_bytes()
    (attachment,) = attachments_of(raw)

    pieces = list(decoded(raw, attachment))

    (part,) = [part for part in email.message_from_bytes(raw).walk() if part.get_content_type() == "image/tiff"]
    assert part.get_payload(decode=True) == b"".join(pieces)
    assert len(pieces) > len(content) // PIECE
    assert max(len(piece) for piece in pieces) <= PIECE + 4


def test_an_unbroken_line_of_quoted_printable_is_not_cut_within_a_sign() -> None:
    raw = b"Content-Type: image/x\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=41" * PIECE

    assert [b"A" * PIECE] == contents(raw)


def test_a_message_that_is_one_file_has_one_attachment() -> None:
    raw = b"Content-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: BASE64\r\n\r\nJVBERg==\r\n"

    assert [b"%PDF"] == contents(raw)
    assert ["a.pdf"] == [one.name for one in attachments_of(raw)]


def test_a_forwarded_message_is_one_attachment() -> None:
    inner = a_letter(("a.pdf", b"%PDF"))
    raw = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n" + inner
    raw += b"\r\n--b--\r\n"

    assert [inner] == contents(raw)


def test_a_name_in_encoded_words_is_decoded() -> None:
    raw = b'Content-Type: application/pdf; name="=?utf-8?q?=C3=9Cber?="\r\n\r\nx'

    assert ["Über"] == [one.name for one in attachments_of(raw)]


def test_inline_pictures_are_attachments_that_say_so() -> None:
    raw = b"Content-Type: image/png\r\nContent-Disposition: inline\r\nContent-ID: <logo>\r\n\r\nx"

    assert [(True, "<logo>", None)] == [(one.is_inline, one.content_id, one.name) for one in attachments_of(raw)]


def test_a_content_type_that_is_none_becomes_octets() -> None:
    raw = b'Content-Type: "a b"/\x01;\r\nContent-Disposition: attachment\r\n\r\nx'

    assert {"application/octet-stream", "text/plain"} >= {one.content_type for one in attachments_of(raw)}


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", []),
        (b"\r\n", []),
        (b"no header at all", []),
        (b"Content-Type: multipart/mixed\r\n\r\nx", []),
        (b"Content-Type: multipart/mixed; boundary=b\r\n\r\nno boundary comes", []),
        (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: a/b\r\n\r\nhalf", [b"half"]),
        (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: a/b\r\n--b--\r\n", [b""]),
        (b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: a/b\n\nx\n--b--\n", [b"x"]),
        (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--bb\r\n--b\r\nContent-Type: a/b\r\n\r\nx--b", [b"x--b"]),
        (b"Content-Type: a/b\r\nContent-Transfer-Encoding: base64\r\n\r\n!!JVB\r\nER\x00g\r\n", [b"%PDF"]),
        (b"Content-Type: a/b\r\nContent-Transfer-Encoding: x-uuencode\r\n\r\nbegin", [b"begin"]),
    ],
)
def test_what_is_broken_gives_what_there_is(raw: bytes, expected: list[bytes]) -> None:
    assert expected == contents(raw)


def test_parts_within_parts_end_somewhere() -> None:
    raw = b"".join(
        f"Content-Type: multipart/mixed; boundary=b{depth}\r\n\r\n--b{depth}\r\n".encode() for depth in range(2000)
    )

    assert [] == attachments_of(raw + b"Content-Type: a/b\r\n\r\nx")


@given(st.binary(max_size=400))
def test_no_octets_can_break_it(noise: bytes) -> None:
    head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
    for raw in (noise, head + noise, head + b"Content-Type: " + noise + b"\r\n--b--"):
        assert len(attachments_of(raw)) == len(contents(raw))
