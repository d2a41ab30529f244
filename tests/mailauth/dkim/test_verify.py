"""DKIM, a requirement a test: results, reasons, dates by our clock, algorithms, keys, and time that stays bounded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from relaylab.domain.authentication import DkimCheck, DkimResult
from relaylab.mailauth.dkim import seal, sign, verify
from relaylab.mailauth.dkim.canonical import Form, canonical_body
from relaylab.mailauth.dkim.sign import signed_field
from relaylab.mailauth.fields import split_message
from tests.mailauth.dkim.letters import (
    DOMAIN,
    KEY_NAME,
    MESSAGES,
    SELECTOR,
    ed25519_key,
    key_record,
    key_zone,
    put_on_top,
    rsa_key,
    signing_key,
)
from tests.mailauth.zones import LiteralZone, a_zone

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECONDS = int(NOON.timestamp())
MESSAGE = MESSAGES["plain"]
TAGS = f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={DOMAIN}; s={SELECTOR}"


def signed(tags: str = TAGS, message: bytes = MESSAGE, names: tuple[str, ...] = ("From", "Subject")) -> bytes:
    """A message signed with tags of our choice; tags that come later than ours are left as they are."""
    return put_on_top(signed_field("DKIM-Signature", tags, split_message(message), signing_key(), names), message)


def checked(message: bytes, zone: LiteralZone | None = None, now: datetime = NOON) -> DkimCheck:
    return verify(zone or key_zone(), message, now)[0]


def test_an_unsigned_message_has_one_check_that_says_so() -> None:
    checks = verify(key_zone(), MESSAGE, NOON)

    assert [(DkimResult.NONE, "message not signed")] == [(check.result, check.reason) for check in checks]


def test_a_good_signature_passes_and_names_domain_and_selector() -> None:
    check = checked(signed())

    assert (DkimResult.PASS, "signature was verified") == (check.result, check.reason)
    assert (DOMAIN, SELECTOR, "rsa-sha256") == (check.domain, check.selector, check.algorithm)


def test_a_changed_body_a_changed_field_and_a_missing_key_fail_for_different_reasons() -> None:
    body = checked(signed() + b"more\r\n")
    field = checked(signed().replace(b"Subject: a scan", b"Subject: a scam"))
    key = checked(signed(), a_zone({}))

    assert (DkimResult.FAIL, "body hash did not verify") == (body.result, body.reason)
    assert (DkimResult.FAIL, "signature did not verify") == (field.result, field.reason)
    assert (DkimResult.PERMERROR, "no key for signature") == (key.result, key.reason)
    assert KEY_NAME in key.because[0]


def test_a_selector_that_no_name_can_hold_has_no_key() -> None:
    check = checked(signed(TAGS.replace(f"s={SELECTOR}", f"s={'x' * 64}")))

    assert (DkimResult.PERMERROR, "no key for signature") == (check.result, check.reason)


def test_a_key_that_dns_does_not_give_in_time_is_a_temporary_error() -> None:
    check = checked(signed(), a_zone({}, silent=[KEY_NAME]))

    assert (DkimResult.TEMPERROR, "key query timeout") == (check.result, check.reason)


def test_a_key_behind_an_alias_is_found() -> None:
    zone = a_zone({KEY_NAME: [("CNAME", "key.dkim.mail.example.")], "key.dkim.mail.example": [("TXT", key_record())]})

    assert DkimResult.PASS is checked(signed(), zone).result


def test_every_signature_is_judged_on_its_own() -> None:
    twice = signed(message=signed(f"{TAGS}; x={SECONDS - 1}"))

    assert [DkimResult.PASS, DkimResult.PERMERROR] == [one.result for one in verify(key_zone(), twice, NOON)]


def test_an_expiry_is_judged_by_the_instant_of_the_check() -> None:
    message = signed(f"{TAGS}; t={SECONDS - 60}; x={SECONDS}")

    assert DkimResult.PASS is checked(message, now=NOON).result
    assert (DkimResult.PERMERROR, "signature expired") == (
        checked(message, now=NOON + timedelta(seconds=1)).result,
        checked(message, now=NOON + timedelta(seconds=1)).reason,
    )


def test_a_signature_of_a_clock_five_minutes_ahead_counts_and_one_from_later_does_not() -> None:
    message = signed(f"{TAGS}; t={SECONDS + 300}")

    assert DkimResult.PASS is checked(message, now=NOON).result
    assert DkimResult.PERMERROR is checked(message, now=NOON - timedelta(seconds=1)).result


@pytest.mark.parametrize(
    ("tags", "says"),
    [
        (TAGS.replace("v=1; ", ""), "lacks v="),
        (TAGS.replace("v=1", "v=2"), "version is 2"),
        (TAGS.replace("rsa-sha256", "rsa-md5"), "rsa-md5"),
        (TAGS.replace("relaxed/relaxed", "nofws"), "nofws"),
        (f"{TAGS}; i=@fabrikam.com", "not within"),
        (f"{TAGS}; q=http", "not published in DNS"),
        (f"{TAGS}; t=20; x=10", "expires before"),
        (f"{TAGS}; t=soon", "not a number"),
        (f"{TAGS}; d=fabrikam.com", "stands twice"),
    ],
)
def test_a_signature_with_a_wrong_tag_is_a_permanent_error_that_says_which(tags: str, says: str) -> None:
    check = checked(signed(tags))

    assert DkimResult.PERMERROR is check.result
    assert says in check.because[0]


def test_a_signature_that_leaves_from_out_does_not_count() -> None:
    assert DkimResult.PERMERROR is checked(signed(names=("To", "Subject"))).result


def test_sha1_is_not_verified_any_more() -> None:
    assert DkimResult.PERMERROR is checked(signed(TAGS.replace("sha256", "sha1"))).result


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ("v=DKIM1; p=", "revoked"),
        ("v=DKIM1; k=rsa", "holds no key"),
        ("v=DKIM2; p=AAAA", "version is not DKIM1"),
        ("v=DKIM1; p=AAAA", "cannot be read"),
        ("v=DKIM1; k=rot13; p=AAAA", "rot13"),
        ("v=DKIM1; s=tlsrpt; p=AAAA", "not for e-mail"),
        (key_record(tags="h=sha1; "), "allows sha1 only"),
        (key_record(ed25519_key()), "ed25519 key"),
        (key_record(rsa_key(1024)).replace("k=rsa", "k=ed25519"), "cannot be read"),
    ],
    ids=lambda value: value.partition("p=")[0],
)
def test_a_key_that_cannot_be_used_is_a_permanent_error_that_says_why(record: str, says: str) -> None:
    check = checked(signed(), key_zone(record))

    assert (DkimResult.PERMERROR, "invalid public key") == (check.result, check.reason)
    assert says in check.because[0]


def test_a_key_may_insist_on_the_very_domain() -> None:
    message = signed(f"{TAGS}; i=@print.{DOMAIN}")

    assert DkimResult.PASS is checked(message).result
    assert DkimResult.PERMERROR is checked(message, key_zone(key_record(tags="t=s; "))).result


def test_a_short_rsa_key_is_refused() -> None:
    short = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBANmBe10IgY+u7h3enWTukkqtUD5PR52Tb/mPfjC0QJTocVBq6Za/PlzfV+Py92VaCak19F4WrbVTK5Gg5tW220MCAwEAAQ=="  # noqa: E501

    check = checked(signed(), key_zone(f"k=rsa; p={short}"))

    assert DkimResult.PERMERROR is check.result
    assert "512 bits are too few" in check.because[0]


def test_a_field_that_is_signed_once_more_than_it_stands_cannot_be_added() -> None:
    message = signed(names=("From", "From", "Subject"))

    assert DkimResult.PASS is checked(message).result
    assert DkimResult.FAIL is checked(put_on_top("From: ceo@contoso.com", message)).result


def test_a_second_from_above_an_ordinary_signature_goes_unnoticed_by_dkim() -> None:
    """The last field of a name is the signed one (RFC 6376 §5.4.2): DMARC has to look at both."""
    assert DkimResult.PASS is checked(put_on_top("From: ceo@contoso.com", signed())).result


def test_a_signature_over_a_part_of_the_body_says_so() -> None:
    whole = canonical_body(b"Hello\r\n", Form.RELAXED)
    message = signed(f"{TAGS}; l={len(whole)}")

    assert checked(message).covers_whole_body
    longer = checked(message + b"and an advertisement\r\n")
    assert (DkimResult.PASS, False) == (longer.result, longer.covers_whole_body)


def test_a_length_beyond_the_body_fails() -> None:
    assert DkimResult.FAIL is checked(signed(f"{TAGS}; l=4096")).result


def test_exchange_signs_six_fields_and_its_own_mark() -> None:
    message = MESSAGE
    for name in ("Message-ID", "Content-Type", "MIME-Version", "X-MS-Exchange-SenderADCheck"):
        message = put_on_top(f"{name}: x", message)
    field = sign(message, signing_key())

    expected = [
        f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={DOMAIN};",
        f" s={SELECTOR};",
        " h=From:Date:Subject:Message-ID:Content-Type:MIME-Version:X-MS-Exchange-SenderADCheck;",
    ]
    assert expected == field.split("\r\n")[:3]
    assert DkimResult.PASS is checked(put_on_top(field, message)).result


def test_fields_that_a_message_lacks_are_not_named_in_its_signature() -> None:
    assert "h=From:Date:Subject;" in sign(MESSAGE, signing_key())


def test_a_message_that_carries_an_arc_set_gets_no_second_first_one() -> None:
    once = MESSAGE
    for line in reversed(seal(MESSAGE, "mx.microsoft.com 1; arc=none", signing_key())):
        once = put_on_top(line, once)

    assert () == seal(once, "mx.microsoft.com 1; arc=none", signing_key())
