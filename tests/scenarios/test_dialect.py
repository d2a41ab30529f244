"""Commands and content as bytes: no message, however odd, breaks out of its content."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab_scenarios import Profile, profile, profiles
from relaylab_scenarios.answer import Answer
from relaylab_scenarios.dialect import Dialect, Offer
from relaylab_scenarios.habits import LetterCase
from relaylab_scenarios.trust import fits

ODD_MESSAGES = st.lists(st.sampled_from([b"\r\n", b"\n", b"\r", b".", b"..", b"x", b"y" * 1200])).map(b"".join)


def unstuffed(content: bytes) -> bytes:
    """Read content as RFC 5321 §4.5.2 tells a server to, and fail where it ends too early."""
    text, end, rest = (b"\r\n" + content).partition(b"\r\n.\r\n")
    assert (b"\r\n.\r\n", b"") == (end, rest)
    return text.replace(b"\r\n.", b"\r\n").removeprefix(b"\r\n")


@pytest.mark.parametrize("name", ["python-smtplib", "phpmailer", "curl", "generic-mfp"])
@given(message=ODD_MESSAGES)
def test_a_server_reads_the_message_that_was_sent(name: str, message: bytes) -> None:
    dialect = Dialect(profile(name))

    assert dialect.as_sent(message).removesuffix(b"\r\n") == unstuffed(b"".join(dialect.content(message)))


@given(message=ODD_MESSAGES)
def test_postfix_breaks_lines_of_more_than_998_octets(message: bytes) -> None:
    content = b"".join(Dialect(profile("postfix")).content(message))

    assert 999 >= max(map(len, content.split(b"\r\n")))  # the dot before a dot does not count
    assert content.endswith(b"\r\n.\r\n") or b".\r\n" == content
    unstuffed(content)


def test_curl_does_not_double_a_dot_behind_a_bare_line_feed() -> None:
    assert b"a\n.b\r\n.\r\n" == b"".join(Dialect(profile("curl")).content(b"a\n.b"))
    assert b"a\r\n..b\r\n.\r\n" == b"".join(Dialect(profile("curl")).content(b"a\r\n.b"))


def an_offer(sender: Profile, *lines: str) -> Offer:
    return Offer.heard(Answer(250, ("mx.example Hello", *lines)), sender)


@pytest.mark.parametrize("each", profiles().values(), ids=lambda each: each.name)
def test_a_sender_that_knows_upper_case_only_is_blind_for_the_rest(each: Profile) -> None:
    offer = an_offer(each, "starttls")

    assert offer.has("STARTTLS") == (each.hello.keywords is LetterCase.ANY)


@pytest.mark.parametrize(("size", "largest"), [("SIZE 1000", 1000), ("SIZE 0", None), ("SIZE", None), ("SIZE x", None)])
def test_a_size_limit_is_a_number_above_zero(size: str, largest: int | None) -> None:
    assert largest == an_offer(profile("postfix"), size).largest_message


def test_parameters_follow_the_offer() -> None:
    postfix = profile("postfix")
    dialect = Dialect(postfix)

    assert b"RCPT TO:<a@b.example>\r\n" == dialect.rcpt("a@b.example", Offer())
    assert b"RCPT TO:<a@b.example> ORCPT=rfc822;a@b.example\r\n" == dialect.rcpt(
        "a@b.example", an_offer(postfix, "DSN")
    )


def test_the_spelling_is_the_profiles() -> None:
    loud = replace(profile("curl"), commands=replace(profile("curl").commands, mail="Mail From: "))

    assert b"Mail From: <a@b.example> SIZE=3\r\n" == Dialect(loud).mail("a@b.example", 3, an_offer(loud, "SIZE 9"))


@pytest.mark.parametrize(
    ("server", "names", "fit"),
    [
        ("mx.contoso.example", [("DNS", "MX.contoso.example")], True),
        ("mx.contoso.example", [("DNS", "*.contoso.example")], True),
        ("a.mx.contoso.example", [("DNS", "*.contoso.example")], False),
        ("contoso.example", [("DNS", "*.contoso.example")], False),
        ("localhost", [("DNS", "*")], False),
        ("127.0.0.1", [("IP Address", "127.0.0.1")], True),
        ("127.0.0.1", [("DNS", "127.0.0.1")], False),
        ("mx.contoso.example", [], False),
    ],
)
def test_a_certificate_is_for_a_server_or_not(server: str, names: list[tuple[str, str]], *, fit: bool) -> None:
    assert fit == fits(server, tuple(names))
