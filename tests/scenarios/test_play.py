"""The player where no capture goes: its own refusals, the farewell after each failure, silence, and secrets."""

import socket

import pytest

from relaylab_scenarios import (
    Conduct,
    Direction,
    Errand,
    Password,
    Profile,
    Stage,
    TlsWish,
    Token,
    play,
    profile,
    profiles,
)
from tests.scenarios.capture import capture
from tests.scenarios.replay import replay
from tests.scenarios.scripted_server import Certificates
from tests.scenarios.scripts import HELLO, talk

SECRETS = (b"P@ss", b"UEBzcw==", b"f076e5d56299116a5618c4d3397e1ccc", b"eyJ0eXAi", b"dXNlcj1zY2Fu")


@pytest.fixture
def postfix() -> Profile:
    return profile("postfix")


@pytest.fixture
def smtplib() -> Profile:
    return profile("python-smtplib")


def test_a_sender_without_oauth_does_not_even_connect_with_a_token() -> None:
    errand = Errand(
        host="127.0.0.1",
        port=1,
        mail_from="a@b.example",
        recipients=("c@d.example",),
        message=b"",
        sign_in=Token("a", "b"),
    )

    played = play(profile("generic-mfp"), errand)

    assert (Conduct.REFUSES_LOCALLY, Stage.AUTH, ()) == (played.conduct, played.refused_at, played.transcript)


def test_nobody_listening_is_an_outcome(smtplib: Profile) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        played = play(
            smtplib, Errand(host="127.0.0.1", port=port, mail_from="", recipients=("c@d.example",), message=b"")
        )

    assert (Stage.CONNECT, "nobody listens there") == (played.refused_at, played.error)


def test_a_silent_server_is_an_outcome(smtplib: Profile, certificates: Certificates) -> None:
    played = talk(smtplib, certificates, "EOF", patience=0.05).played

    assert (Stage.GREETING, "the server did not answer in time") == (played.refused_at, played.error)
    assert [Direction.SILENCE, Direction.CLIENT_CLOSED] == [line.direction for line in played.transcript]


def test_a_server_that_leaves_before_the_greeting_is_an_outcome(smtplib: Profile, certificates: Certificates) -> None:
    played = talk(smtplib, certificates, "CLOSE").played

    assert (Stage.GREETING, "the server closed the connection") == (played.refused_at, played.error)


def test_a_reply_that_is_none_is_a_refusal(smtplib: Profile, certificates: Certificates) -> None:
    played = talk(smtplib, certificates, "S: HTTP/1.1 400 Bad Request").played

    assert played.last_reply is not None
    assert (Stage.GREETING, 0) == (played.refused_at, played.last_reply.code)


def test_helo_follows_where_ehlo_is_not_understood(smtplib: Profile, certificates: Certificates) -> None:
    dialogue = talk(smtplib, certificates, "S: 220 x", "C", "S: 500 5.3.3 what", "C", "S: 502 no", "EOF")

    assert ("ehlo [127.0.0.1]", "helo [127.0.0.1]") == dialogue.heard


def test_a_qualified_name_stands_for_itself(smtplib: Profile, certificates: Certificates) -> None:
    dialogue = talk(smtplib, certificates, "S: 220 x", "C", "S: 421 bye", "CLOSE", ehlo_name="app.contoso.example")

    assert "ehlo app.contoso.example" == dialogue.heard[0]


def test_all_recipients_refused_in_one_flight_end_with_reset_and_quit_in_one_flight(
    postfix: Profile, certificates: Certificates
) -> None:
    refused = "S: 550 5.7.64 TenantAttribution; Relay Access Denied"
    lines = (
        "S: 220 x",
        "C",
        f"S: {HELLO}",
        "C",
        "S: 250 ok",
        "C",
        refused,
        "C",
        refused,
        "C",
        "S: 503 no",
        "C",
        "S: 250 ok",
    )

    dialogue = talk(postfix, certificates, *lines, "C", "S: 221 bye", "EOF")

    assert ("DATA", "RSET", "QUIT") == dialogue.heard[-3:]
    assert (Conduct.RETURNS_TO_SENDER, Stage.RCPT) == (dialogue.played.conduct, dialogue.played.refused_at)
    assert 550 == getattr(dialogue.played.last_reply, "code", None)


def test_a_refused_sender_whose_data_was_let_in_ends_the_empty_message(
    postfix: Profile, certificates: Certificates
) -> None:
    lines = (
        "S: 220 x",
        "C",
        f"S: {HELLO}",
        "C",
        "S: 432 4.3.2 wait",
        "C",
        "S: 503 no",
        "C",
        "S: 503 no",
        "C",
        "S: 354 go",
    )

    dialogue = talk(postfix, certificates, *lines, "C", "S: 554 no recipients", "C", "S: 221 bye", "EOF")

    assert (".", "QUIT") == dialogue.heard[-2:]
    assert (Conduct.QUEUES_SILENTLY, Stage.MAIL) == (dialogue.played.conduct, dialogue.played.refused_at)


def test_a_421_to_the_first_of_a_flight_is_the_reason_and_not_the_lost_connection(
    postfix: Profile, certificates: Certificates
) -> None:
    played = talk(postfix, certificates, "S: 220 x", "C", f"S: {HELLO}", "C", "S: 421 4.3.2 bye", "CLOSE").played

    assert (Stage.MAIL, "421 4.3.2 bye") == (played.refused_at, str(played.last_reply))


def test_without_pipelining_postfix_goes_step_by_step(postfix: Profile, certificates: Certificates) -> None:
    dialogue = talk(
        postfix, certificates, "S: 220 x", "C", "S: 250 mx.example", "C", "S: 550 no", "C", "S: 250 ok", "C"
    )

    assert ("MAIL FROM:<scan@contoso.example>", "RSET", "QUIT") == dialogue.heard[1:]


def test_a_refused_starttls_is_passed_over_in_clear_by_an_opportunistic_curl(certificates: Certificates) -> None:
    offer = "S: 250-x\r\n250 STARTTLS"
    lines = ("S: 220 x", "C", offer, "C", "S: 454 later", "C", "S: 550 no", "C", "S: 221 bye", "EOF")

    dialogue = talk(profile("curl"), certificates, *lines, tls=TlsWish.OPPORTUNISTIC)

    assert ("STARTTLS", "MAIL FROM:<scan@contoso.example>", "QUIT") == dialogue.heard[1:]


@pytest.mark.parametrize(("name", "skips"), [("curl", True), ("postfix", True), ("phpmailer", False)])
def test_where_auth_is_not_offered_some_go_on_without(name: str, certificates: Certificates, *, skips: bool) -> None:
    lines = ("S: 220 x", "C", "S: 250 mx.example", "C", "S: 530 5.7.57 no", "EOF")

    dialogue = talk(profile(name), certificates, *lines, sign_in=Password("u", "p"))

    assert skips == dialogue.heard[1].startswith("MAIL FROM:")


def test_smtplib_tries_its_next_mechanism_after_a_refusal(smtplib: Profile, certificates: Certificates) -> None:
    lines = ("S: 220 x", "C", f"S: {HELLO}", "C", "S: 504 no", "C", "S: 504 no", "C", "S: 535 no", "EOF")

    dialogue = talk(smtplib, certificates, *lines, sign_in=Password("u", "p"))

    assert ("AUTH CRAM-MD5", "AUTH PLAIN AHUAcA==", "AUTH LOGIN dQ==") == dialogue.heard[1:]


@pytest.mark.parametrize(("name", "answer"), [("postfix", ""), ("python-smtplib", "dXNlcj11AWF1dGg9QmVhcmVyIHQBAQ==")])
def test_the_json_error_of_xoauth2_is_answered_in_each_senders_way(
    name: str, answer: str, certificates: Certificates
) -> None:
    lines = ("S: 220 x", "C", f"S: {HELLO}", "C", "S: 334 eyJ9", "C", "S: 535 5.7.3 no", "EOF")

    dialogue = talk(profile(name), certificates, *lines, sign_in=Token("u", "t"))

    assert ("AUTH XOAUTH2 dXNlcj11AWF1dGg9QmVhcmVyIHQBAQ==", answer) == dialogue.heard[1:3]


def test_postfix_lets_a_token_that_makes_the_line_too_long_wait_for_the_challenge(
    postfix: Profile, certificates: Certificates
) -> None:
    lines = ("S: 220 x", "C", f"S: {HELLO}", "C", "S: 334 ", "C", "S: 535 5.7.3 no", "EOF")

    dialogue = talk(postfix, certificates, *lines, sign_in=Token("u", "t" * 400))

    assert "AUTH XOAUTH2" == dialogue.heard[1]
    assert dialogue.heard[2].startswith("dXNlcj11AWF1dGg9QmVhcmVyIHR0")


@pytest.mark.parametrize(
    ("sender", "behaviour", "session"),
    [
        ("python-smtplib", "auth535", 0),
        ("python-smtplib", "plainoffer", 0),
        ("curl", "m365", 0),
        ("curl", "m365", 1),
        ("curl", "json334", 0),
    ],
)
def test_no_secret_is_in_what_a_player_brings_back(
    sender: str, behaviour: str, session: int, certificates: Certificates
) -> None:
    played = replay(capture(sender, behaviour), certificates, session=session).played

    everything = repr(played).encode()
    assert not [secret for secret in SECRETS if secret in everything]
    assert b"<password>" in everything or b"<token>" in everything


def test_a_server_that_repeats_the_password_does_not_bring_it_into_the_report(certificates: Certificates) -> None:
    echo = "S: 500 5.3.3 Unrecognized command 'UEBzcw==', I mean P@ss"
    lines = (
        "S: 220 x",
        "C",
        "S: 250-mx\r\n250 AUTH LOGIN",
        "C",
        "S: 334 VXNlcm5hbWU6",
        "C",
        "S: 334 UGFzc3dvcmQ6",
        "C",
        echo,
        "EOF",
    )

    played = talk(profile("curl"), certificates, *lines, sign_in=Password("u", "P@ss"), tls=TlsWish.NONE).played

    assert b"P@ss" not in repr(played).encode()
    assert "500 5.3.3 Unrecognized command '<password>', I mean <password>" == str(played.last_reply)


def test_the_transcript_is_what_the_server_saw(certificates: Certificates) -> None:
    both = replay(capture("postfix", "inject"), certificates)

    seen = [event.data.encode() for event in both.record if event.kind == "C"]
    shown = [line.replace(b"<password>", b"UEBzcw==") for line in both.played.lines(Direction.CLIENT)]
    assert seen == shown
    content = [event.data.encode() for event in both.record if event.kind == "MSG"]
    assert content == list(both.played.lines(Direction.MESSAGE))


@pytest.mark.parametrize("name", profiles())
def test_two_runs_bring_back_the_same(name: str, certificates: Certificates) -> None:
    captured = capture("phpmailer", "mid421")

    first, second = (replay(captured, certificates, sender=profile(name)).played for _ in range(2))

    assert first == second


@pytest.mark.parametrize("word", ["mail_from", "ehlo_name"])
def test_a_line_break_never_becomes_a_command(word: str) -> None:
    errand = {"host": "h", "port": 1, "mail_from": "", "recipients": ("a@b.example",), "message": b""}

    with pytest.raises(ValueError, match="a command of its own"):
        Errand(**(errand | {word: "x\r\nRCPT TO:<victim@contoso.example>"}))  # type: ignore[arg-type]


def test_an_errand_without_recipients_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one recipient"):
        Errand(host="h", port=1, mail_from="", recipients=(), message=b"")


def test_credentials_do_not_show_in_a_repr() -> None:
    assert "secret" not in repr((Password("u", "secret"), Token("u", "secret")))
