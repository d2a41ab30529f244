"""Letters have the shape of their sender, and depend on nothing but the stream and the instant."""

import email
import email.policy
import random  # noqa: TID251  # the stream itself is what a caller hands in
from datetime import UTC, datetime, timedelta, timezone

import pytest

from relaylab_scenarios import Letter, LetterKind, Profile, compose, profile, profiles

AT = datetime(2026, 12, 1, 8, 30, tzinfo=timezone(timedelta(hours=1)))
KINDS = list(LetterKind)
EVERY_PROFILE = pytest.mark.parametrize("each", profiles().values(), ids=lambda each: each.name)


def a_letter(kind: LetterKind = LetterKind.SCAN, seed: int = 7, sender: Profile | None = None) -> bytes:
    letter = Letter(kind, "scan@contoso.example", ("a@contoso.example", "b@fabrikam.example"), AT, host="vm")
    return compose(letter, sender or profile("phpmailer"), random.Random(seed))


@EVERY_PROFILE
@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_is_a_sound_message(kind: LetterKind, each: Profile) -> None:
    read = email.message_from_bytes(a_letter(kind, sender=each), policy=email.policy.default)

    assert not [part.defects for part in read.walk() if part.defects]
    assert not read["subject"].isascii()
    assert "\n." in read.get_body().get_content()  # type: ignore[union-attr]


@EVERY_PROFILE
def test_no_line_of_a_letter_is_longer_than_it_may_be(each: Profile) -> None:
    assert 78 >= max(map(len, a_letter(LetterKind.ALERT, sender=each).splitlines()))


@pytest.mark.parametrize(
    ("name", "present"),
    [
        ("python-smtplib", (False, False)),
        ("curl", (False, False)),
        ("phpmailer", (True, True)),
        ("postfix", (True, True)),
        ("generic-mfp", (True, True)),
    ],
)
def test_date_and_message_id_are_there_or_missing_as_the_sender_does_it(name: str, present: tuple[bool, bool]) -> None:
    read = email.message_from_bytes(a_letter(sender=profile(name)))

    assert present == ("date" in read, "message-id" in read)


def test_the_message_id_of_phpmailer_ends_in_the_bare_host() -> None:
    assert email.message_from_bytes(a_letter())["message-id"].endswith("@vm>")


def test_postfix_writes_its_queue_and_the_time_in_utc() -> None:
    text = a_letter(sender=profile("postfix"))

    assert text.startswith(b"Received: by vm (Postfix, from userid 0)\r\n\tid ")
    assert b"\r\nDate: Tue, 01 Dec 2026 07:30:00 +0000 (UTC)\r\n" in text
    assert b"\r\nMessage-Id: <20261201073000." in text


def test_curl_has_a_file_with_bare_line_feeds() -> None:
    text = a_letter(sender=profile("curl"))

    assert b"\r" not in text
    assert b"\n.pdf" in text


def test_a_scan_has_an_attachment_in_lines_of_76_columns() -> None:
    read = email.message_from_bytes(a_letter(), policy=email.policy.default)
    (attachment,) = read.iter_attachments()

    assert attachment.get_content().startswith(b"%PDF-")
    assert 76 == max(map(len, attachment.get_payload().splitlines()))  # type: ignore[union-attr]


def test_the_same_stream_and_instant_give_the_same_octets() -> None:
    assert a_letter(seed=1) == a_letter(seed=1)
    assert a_letter(seed=1) != a_letter(seed=2)


def test_the_instant_is_the_one_handed_in() -> None:
    later = Letter(LetterKind.ALERT, "a@b.example", ("c@d.example",), datetime(2027, 1, 4, tzinfo=UTC))

    assert b"Date: Mon, 04 Jan 2027 00:00:00 +0000" in compose(later, profile("phpmailer"), random.Random(1))
