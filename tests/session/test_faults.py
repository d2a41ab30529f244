"""Faults in a dialogue: where they act, how often, until when, what they say, and what the log tells of it."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b64decode
from datetime import timedelta

import pytest

from relaylab.app.faults import parse_spec
from relaylab.domain.decision import ReplyFacts
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import Closed, Faulted, Judged
from relaylab.domain.fault import Fault
from relaylab.domain.handshake import Certificate
from relaylab.domain.peer import ClientHello, TlsFacts
from relaylab.session.turn import Ending, Then
from tests.session.lines import BEFORE, Lab, Line, base64
from tests.session.worlds import APP, APP_PASSWORD, HELPDESK, HQ, NOBODY, OUTSIDE, SCANNER, SCANNER_PASSWORD, TOKEN

MAIL = f"MAIL FROM:<{SCANNER}>"
RCPT = f"RCPT TO:<{HELPDESK}>"
PUT_OFF = (
    "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information."
)
SENDER_OK = "250 2.1.0 Sender OK"
HELLO = ClientHello("smtp.office365.com", offers_tls_1_3=True)


def lab_with(*specs: str, seed: int = 7) -> Lab:
    lab = Lab(seed=seed)
    for spec in specs:
        lab.board.add(parse_spec(spec, lab.clock.now()))
    return lab


def told(lab: Lab) -> list[Faulted]:
    return [event for event in lab.events if isinstance(event, Faulted)]


def in_clear(lab: Lab) -> Line:
    return lab.connect().begin()


# Counting ------------------------------------------------------------------------------------------------------------


def test_a_fault_with_times_acts_so_often_and_then_never_again() -> None:
    lab = lab_with("mail4xx,times=2")
    line = lab.connect().signed_in()

    assert [PUT_OFF, PUT_OFF, SENDER_OK] == [line.say(MAIL) for _ in range(3)]
    assert 2 == lab.board.used("f-1")


def test_what_is_counted_is_counted_for_all_sessions_together() -> None:
    lab = lab_with("mail4xx,times=1")

    assert [PUT_OFF, SENDER_OK] == [lab.connect().signed_in().say(MAIL) for _ in range(2)]


def test_what_is_counted_for_each_sender_apart_is_counted_so() -> None:
    lab = lab_with("mail4xx,times=1,per=sender")

    for user, password in ((SCANNER, SCANNER_PASSWORD), (APP, APP_PASSWORD)):
        said = [lab.connect().signed_in(user, password).say(f"MAIL FROM:<{user}>") for _ in range(2)]

        assert [PUT_OFF, SENDER_OK] == said


def test_a_fault_that_lasts_counts_connections_and_stays_for_one_to_its_end() -> None:
    lab = lab_with("smallsize,times=1")

    first, second = lab.connect(), lab.connect()

    assert ["250-SIZE 1000"] * 2 == [first.say("EHLO a").split("\n")[1] for _ in range(2)]
    assert "250-SIZE 157286400" == second.say("EHLO a").split("\n")[1]
    assert 1 == lab.board.used("f-1")
    assert 1 == len(told(lab))


def test_a_greylisted_recipient_is_taken_the_second_time_that_the_three_come_together() -> None:
    lab = lab_with("greylist")
    put_off, taken = "451 4.7.1 Greylisted, please try again later", "250 2.1.5 Recipient OK"

    said = []
    for _ in range(2):
        line = lab.connect_mx(HQ).begin()
        line.say(MAIL)
        said += [line.say(RCPT), line.say(f"RCPT TO:<{APP}>")]
    other = lab.connect_mx().begin()
    other.say(MAIL)

    assert [put_off, put_off, taken, taken] == said
    assert put_off == other.say(RCPT)


def test_the_nth_recipient_is_counted_in_each_transaction() -> None:
    lab = lab_with("reply,step=rcpt,nth=2,code=550,enhanced=5.1.1,text=No")
    line = lab.connect().signed_in()

    for _ in range(2):
        line.say("RSET")
        line.say(MAIL)
        answers = [line.say(RCPT)[:3] for _ in range(3)]

        assert ["250", "550", "250"] == answers


def test_the_second_recipient_and_all_behind_it_are_put_off() -> None:
    line = lab_with("rcpt452").connect().signed_in().envelope(SCANNER, HELPDESK)

    assert ["452 4.5.3 Too many recipients"] * 2 == [line.say(RCPT) for _ in range(2)]


def test_the_second_chunk_can_be_refused_and_what_was_in_flight_is_swallowed() -> None:
    line = lab_with("reply,step=chunk,nth=2,code=452,text=Full").connect().signed_in().envelope(SCANNER, HELPDESK)

    said = [line.chunk(b"1234567", last=last)[:3] for last in (False, False, False, True)]

    assert ["250", "452", "503", "503"] == said
    assert not line.is_closed
    assert [] == line.lab.kept


# Scope ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scope", "acts"),
    [
        ("*=mail4xx", True),
        ("submission=mail4xx", True),
        ("mx=mail4xx", False),
        ("submission_legacy=mail4xx", False),
        ("mail4xx,site=hq", False),
        ("mail4xx,session=s-000001", True),
        ("mail4xx,session=s-000002", False),
        (f"mail4xx,sender={SCANNER.upper()}", True),
        ("mail4xx,sender=@contoso.com", True),
        (f"mail4xx,sender={APP}", False),
        ("mail4xx,sender=@contoso.com.example", False),
        ("smtp.office365.com=mail4xx", True),  # the client asks for that name in TLS
        ("SMTP-legacy.office365.com=mail4xx", False),
    ],
)
def test_a_fault_acts_in_its_scope_only(scope: str, *, acts: bool) -> None:
    lab = lab_with(scope)

    said = lab.connect().signed_in().say(MAIL)

    assert (PUT_OFF if acts else SENDER_OK) == said
    assert acts == bool(told(lab))


def test_a_fault_for_one_recipient_leaves_the_others_alone() -> None:
    line = lab_with(f"reply,step=rcpt,code=550,recipient={APP}").connect().signed_in()
    line.say(MAIL)

    assert ["250", "550", "250"] == [line.say(f"RCPT TO:<{to}>")[:3] for to in (HELPDESK, APP, OUTSIDE)]


@pytest.mark.parametrize(("recipients", "code"), [((HELPDESK, APP), "554"), ((HELPDESK,), "250")])
def test_at_the_end_any_accepted_recipient_is_in_the_scope(recipients: tuple[str, ...], code: str) -> None:
    line = lab_with(f"datafinal5xx,recipient={APP}").connect().signed_in()

    assert code == line.send(SCANNER, *recipients)[:3]


def test_a_sender_is_known_by_the_name_it_signs_in_with() -> None:
    lab = lab_with(f"auth535,sender={SCANNER}")

    assert "535" == lab.connect().secure().sign_in()[:3]
    assert "235" == lab.connect().secure().sign_in(APP, APP_PASSWORD)[:3]


def test_no_fault_behind_a_shield_that_fits_acts() -> None:
    lab = lab_with(f"m365,sender={APP}", "mail4xx")

    assert SENDER_OK == lab.connect().signed_in(APP, APP_PASSWORD).say(f"MAIL FROM:<{APP}>")
    assert PUT_OFF == lab.connect().signed_in().say(MAIL)


def test_of_two_that_answer_the_first_does_and_the_other_is_not_counted() -> None:
    lab = lab_with("mid421", "mail4xx")

    assert "421" == lab.connect().signed_in().say(MAIL)[:3]
    assert (1, 0) == (lab.board.used("f-1"), lab.board.used("f-2"))


# Time and chance -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "seconds", "acts"),
    [
        ("since=2026-12-02", 86_399.999999, False),
        ("since=2026-12-02", 86_400, True),
        ("until=2026-12-02", 86_399.999999, True),
        ("until=2026-12-02", 86_400, False),
        ("for=10m", 599.999999, True),
        ("for=10m", 600, False),
    ],
)
def test_a_fault_acts_from_its_first_instant_to_before_its_last(window: str, seconds: float, *, acts: bool) -> None:
    lab = Lab(at=BEFORE.replace(month=12, day=1, hour=0, minute=0, second=0, microsecond=0))
    lab.board.add(parse_spec(f"mail4xx,{window}", lab.clock.now()))
    line = lab.connect().signed_in()

    lab.clock.advance(timedelta(seconds=seconds))

    assert acts == (PUT_OFF == line.say(MAIL))


def test_an_open_session_sees_a_fault_added_and_taken_away_at_its_next_command() -> None:
    lab = Lab()
    line = lab.connect().signed_in()

    lab.board.add(parse_spec("mail4xx"))
    put_off = line.say(MAIL)
    lab.board.remove("f-1")

    assert [PUT_OFF, SENDER_OK] == [put_off, line.say(MAIL)]


def test_the_same_seed_chooses_the_same_sessions() -> None:
    def chosen(seed: int) -> list[bool]:
        lab = lab_with("421connect,chance=0.5", seed=seed)
        return [lab.connect().is_closed for _ in range(40)]

    assert chosen(7) == chosen(7)
    assert chosen(7) != chosen(8)
    assert 10 < sum(chosen(7)) < 30


def test_a_fault_that_does_not_act_changes_no_octet() -> None:
    def said(lab: Lab) -> list[bytes]:
        line = lab.connect().signed_in()
        line.send(SCANNER, HELPDESK)
        line.say("QUIT")
        return [turn.data for turn in lab.turns]

    elsewhere = ["mx=drip", "mail4xx,sender=nobody@contoso.com", "reset,until=2021-01-01", "mid421,nth=9"]

    assert said(Lab()) == said(lab_with(*elsewhere))
    assert said(Lab()) == said(lab_with("421connect,chance=0.000001", "shuffle,chance=0.000001"))


# What the log tells --------------------------------------------------------------------------------------------------


def test_an_answer_of_a_fault_is_told_as_such_and_no_rule_is_named() -> None:
    lab = lab_with("mail4xx")
    line = lab.connect().signed_in()
    judged = len([event for event in lab.events if isinstance(event, Judged)])

    line.say(MAIL)

    (event,) = told(lab)
    assert ("f-1", "mail4xx", f"MAIL FROM:<{SCANNER}>") == (event.fault, event.behaviour, event.command)
    assert ReplyFacts(432, "4.3.2", PUT_OFF[10:]) == event.reply
    assert judged == len([event for event in lab.events if isinstance(event, Judged)])


def test_an_answer_whose_form_is_changed_is_still_the_rules() -> None:
    lab = lab_with("multi250")
    line = lab.connect().signed_in()
    line.say(MAIL)

    said = line.say(RCPT)

    assert "250-2.1.5 Recipient OK\n250 2.1.5 still OK" == said
    assert isinstance(lab.events[-2], Judged)
    assert isinstance(lab.events[-1], Faulted)
    assert lab.events[-1].reply is None


def test_the_end_of_a_session_stays_its_last_event() -> None:
    lab = lab_with("delay,step=quit,seconds=3")
    line = lab.connect().signed_in()

    line.say("QUIT")

    assert isinstance(lab.events[-1], Closed)
    assert 3 == line.last.delay


# Behaviours ----------------------------------------------------------------------------------------------------------


def test_a_submission_that_is_refused_or_cut_off_by_a_fault_is_open_no_longer() -> None:
    for spec in ("datafinal5xx", "mid421,step=final", "acceptreset", "reset,step=data"):
        lab = lab_with(spec)
        line = lab.connect().signed_in().envelope(SCANNER, HELPDESK)
        line.say("DATA")
        if not line.is_closed:
            line.message()

        assert {} == dict(lab.counters._open), spec


def test_a_greeting_of_554_takes_nothing_but_quit() -> None:
    line = lab_with("554connect").connect()

    assert "554 5.3.2 No SMTP service here" == line.heard(line.wire.greeting)
    assert ["503", "503", "221"] == [line.say(said)[:3] for said in ("EHLO a", MAIL, "QUIT")]


def test_without_ehlo_there_is_still_helo() -> None:
    line = lab_with("ehlo500").connect()

    assert ["500", "250"] == [line.say("EHLO a")[:3], line.say("HELO a")[:3]]


@pytest.mark.parametrize("spec", ["nostarttls", "starttlsplain", "without,keywords=STARTTLS"])
def test_what_is_not_offered_is_not_known(spec: str) -> None:
    line = in_clear(lab_with(spec))

    assert "STARTTLS" not in line.say("EHLO a")
    assert "500 5.3.3 Unrecognized command 'Length: 8'" == line.say("STARTTLS")


def test_a_stripped_list_takes_a_password_in_clear_and_the_rules_judge_it() -> None:
    lab = lab_with("starttlsplain")

    assert "AUTH LOGIN XOAUTH2" in (line := in_clear(lab)).say("EHLO a")
    assert "535" == line.sign_in(SCANNER, "wrong")[:3]
    assert "235" == line.sign_in()[:3]
    assert "250" == line.send(SCANNER, HELPDESK)[:3]
    assert "submission.auth.password_is_wrong" in {
        event.decision.rule for event in lab.events if isinstance(event, Judged)
    }


def test_an_open_relay_takes_mail_for_anybody_and_names_no_rule() -> None:
    lab = lab_with("plainrelay")

    said = in_clear(lab).send("a@b.example", OUTSIDE, NOBODY)

    assert "250" == said[:3]
    (message, *_) = lab.kept
    assert message.decision is None
    assert 4 == len(told(lab))
    assert 1 == lab.board.used("f-1")


@pytest.mark.parametrize("password", [SCANNER_PASSWORD, "wrong"])
def test_plain_and_cram_md5_are_taken_where_they_are_offered_and_the_password_is_looked_at(password: str) -> None:
    lab = lab_with("plainoffer")
    expected = "235" if password == SCANNER_PASSWORD else "535"

    plain = lab.connect().secure().say(f"AUTH PLAIN {base64(chr(0) + SCANNER + chr(0) + password)}")
    line = lab.connect().secure()
    challenge = b64decode(line.say("AUTH CRAM-MD5")[4:])
    digest = hmac.new(password.encode(), challenge, hashlib.md5).hexdigest()

    assert [expected, expected] == [plain[:3], line.say(base64(f"{SCANNER} {digest}"))[:3]]
    assert "504" == lab.connect().secure().say("AUTH NTLM")[:3]


@pytest.mark.parametrize("mechanism", ["PLAIN", "CRAM-MD5"])
def test_the_mx_takes_no_sign_in_though_a_fault_offers_it(mechanism: str) -> None:
    line = lab_with("plainoffer").connect_mx().secure()

    assert line.say(f"AUTH {mechanism} {base64(chr(0) + SCANNER + chr(0) + SCANNER_PASSWORD)}").startswith("504 5.7.4")


@pytest.mark.parametrize("answer", ["", "AQ==", "what?"])
def test_after_an_error_in_json_any_answer_is_refused(answer: str) -> None:
    line = lab_with("json334").connect().secure()

    assert line.sign_in_with_token(APP, TOKEN).startswith("334 eyJ")
    assert "535 5.7.3 Authentication unsuccessful" == line.say(answer)
    assert "235" == lab_with("json334").connect().secure().sign_in()[:3]  # LOGIN is no matter of it


def test_a_sign_in_that_was_given_up_does_not_fail_the_next_one() -> None:
    line = lab_with("json334,times=1").connect().secure()
    line.sign_in_with_token(APP, TOKEN)

    line.session.receive_overlong_line(line.lab.moment())

    assert "235" == line.sign_in_with_token(APP, TOKEN)[:3]


def test_one_prompt_too_many_may_be_answered_or_taken_back() -> None:
    lab = lab_with("challenge")

    answered, taken_back = lab.connect().secure(), lab.connect().secure()

    assert ["334", "334"] == [answered.sign_in()[:3], taken_back.sign_in()[:3]]
    assert "235" == answered.say("")[:3]
    assert "5" == taken_back.say("*")[:1]


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("oddcode,step=mail", "259 2.1.0 Sender OK"),
        ("noenhanced", "250 Sender OK"),
        ("reword", "250 2.1.0 In Ordnung"),
        ("reply,step=mail,code=251,text=fine", "251 fine"),
        ("multiline,lines=3", "250-2.1.0 Sender OK\n250-2.1.0 still OK\n250 2.1.0 still OK"),
    ],
)
def test_a_reply_has_another_form(spec: str, said: str) -> None:
    lab = Lab()
    line = lab.connect().signed_in()
    lab.board.add(parse_spec(spec))

    answer = line.say(MAIL)
    lab.board.clear()

    assert said == answer
    assert "250" == line.say(RCPT)[:3]  # the command was obeyed all the same


@pytest.mark.parametrize("octets", [512, 4096])
def test_a_long_reply_has_so_many_octets(octets: int) -> None:
    lab = Lab()
    line = lab.connect().signed_in()
    lab.board.add(parse_spec(f"longtext,octets={octets}"))
    line.say(MAIL)

    assert octets == len(line.last.data)


def test_prompts_mean_the_same_in_other_letters() -> None:
    line = lab_with("prompts").connect().secure()

    assert b"username:" == b64decode(line.say("AUTH LOGIN")[4:])


@pytest.mark.parametrize(
    ("spec", "clear", "in_tls"),
    [
        ("offer,mechanisms=XOAUTH2", None, "AUTH XOAUTH2"),
        ("offer,mechanisms=none", None, None),
        ("offer,mechanisms=CRAM-MD5,layer=clear", "AUTH CRAM-MD5", "AUTH LOGIN XOAUTH2"),
    ],
)
def test_an_offer_is_that_of_one_layer(spec: str, clear: str | None, in_tls: str | None) -> None:
    line = lab_with(spec).connect()

    def offered(said: str) -> str | None:
        return next((text[4:] for text in said.split("\n") if text[4:].startswith("AUTH")), None)

    assert clear == offered(line.say("EHLO a"))
    line.wire.start_tls()
    assert in_tls == offered(line.say("EHLO a"))


def test_the_list_can_have_fewer_more_and_other_keywords() -> None:
    plain = set(Lab().connect().say("EHLO a").replace("250 ", "250-").split("\n"))

    def listed(spec: str) -> list[str]:
        return lab_with(spec).connect().say("EHLO a").replace("250 ", "250-").split("\n")

    assert {"250-CHUNKING", "250-DSN"} == plain - set(listed("without,keywords=CHUNKING+DSN"))
    assert 40 == len(set(listed("unknown")) - plain)
    assert plain == set(listed("shuffle"))
    assert listed("shuffle") != sorted(plain)
    assert all(text == text.lower() for text in listed("lower"))


def test_parameters_can_be_refused() -> None:
    line = lab_with("parameter555").connect().signed_in()

    assert ["555", "250"] == [line.say(f"{MAIL} SMTPUTF8")[:3], line.say(f"{MAIL} SIZE=9")[:3]]
    assert "555" == line.say(f"{RCPT} ORCPT=rfc822;a@b.example")[:3]


def test_an_injected_reply_stands_behind_the_220() -> None:
    line = in_clear(lab_with("inject"))

    said = line.say("STARTTLS")

    assert "250-injected.example Hello\n250-SIZE 1\n250 AUTH PLAIN LOGIN" == said.partition("\n")[2]
    assert Then.START_TLS is line.last.then


def test_a_part_of_a_line_can_be_injected_too() -> None:
    line = in_clear(lab_with("inject,octets=9"))
    line.say("STARTTLS")

    assert line.last.data.endswith(b"\r\n250-injec")


def test_implicit_tls_greets_behind_the_handshake() -> None:
    lab = lab_with("implicit")
    line = lab.connect()

    assert (b"", Then.START_TLS) == (line.last.data, line.last.then)
    established = line.session.tls_established(TlsFacts("TLSv1.3", "x"), lab.moment())
    assert established.data.startswith(b"220 ")
    assert "AUTH LOGIN XOAUTH2" in line.say("EHLO a")


@pytest.mark.parametrize(
    ("spec", "data", "ending"),
    [
        ("reset,step=mail", b"250", Ending.RESET),
        ("reset,step=mail,when=before", b"", Ending.RESET),
        ("hangup,step=mail", b"250", Ending.HANG_UP),
    ],
)
def test_a_connection_ends_behind_an_answer_or_in_its_place(spec: str, data: bytes, ending: Ending) -> None:
    lab = lab_with(spec)
    line = lab.connect().signed_in()
    line.say(MAIL)

    assert line.is_closed
    assert data == line.last.data[:3]
    assert line.last.manner is not None
    assert ending is line.last.manner.ending
    assert 1 == len([event for event in lab.events if isinstance(event, Closed)])


def test_what_is_accepted_before_a_reset_is_kept_and_what_is_refused_does_not_reset() -> None:
    lab = lab_with("acceptreset")

    accepted = lab.connect().signed_in()
    accepted.send(SCANNER, HELPDESK)
    refused = lab.connect().signed_in()
    said = refused.send(SCANNER, HELPDESK, content=b"From: helpdesk@contoso.com\r\n\r\nx\r\n")

    assert (True, False) == (accepted.is_closed, refused.is_closed)
    assert 1 == len(lab.kept)
    assert "554" == said[:3]


def test_a_black_hole_says_nothing_not_even_that_it_is_over() -> None:
    lab = lab_with("blackhole,step=mail")
    line = lab.connect().signed_in()
    line.say(MAIL)

    assert line.last.manner is not None
    assert (b"", Ending.SILENCE) == (line.last.data, line.last.manner.ending)
    assert b"" == line.session.time_out(600, lab.moment()).data


def test_the_first_certificate_fault_and_the_first_version_fault_shape_one_handshake() -> None:
    lab = lab_with("wrongname,name=*.office365.com", "expired", "tls12", "smtp.hve.example=tlsalert")
    line = in_clear(lab)
    line.say("STARTTLS")
    assert line.last.manner is not None
    assert line.last.manner.peeks

    turn = line.session.client_hello(HELLO, lab.moment())

    assert turn.manner is not None
    handshake = turn.manner.handshake
    assert handshake is not None
    assert (Certificate.OTHER_NAME, "*.office365.com") == (handshake.certificate, handshake.name)
    assert ("TLSv1.2", "TLSv1.2", False) == (handshake.minimum, handshake.maximum, handshake.ends_with_alert)


@pytest.mark.parametrize(
    ("spec", "hello", "acts"),
    [
        ("nosni", ClientHello(None), True),
        ("nosni", HELLO, False),
        ("tlsintolerant", HELLO, True),
        ("tlsintolerant", ClientHello("a"), False),
        ("printer.lab.example=selfsigned", ClientHello("Printer.lab.example"), True),
        ("printer.lab.example=selfsigned", HELLO, False),
    ],
)
def test_a_handshake_goes_by_what_the_client_asks_for(spec: str, hello: ClientHello, *, acts: bool) -> None:
    lab = lab_with(spec)
    line = in_clear(lab)
    line.say("STARTTLS")

    turn = line.session.client_hello(hello, lab.moment())

    assert turn.manner is not None
    assert acts == (turn.manner.handshake is not None)
    assert acts == bool(turn.uses)


def test_without_faults_nobody_looks_at_the_client_hello() -> None:
    line = in_clear(Lab())
    line.say("STARTTLS")

    assert line.last.manner is None


def test_the_mx_has_faults_of_its_own() -> None:
    lab = lab_with("mx=mail4xx")

    assert PUT_OFF == Line(lab, lab.party(endpoint=Endpoint.MX)).begin().say(MAIL)


def test_a_fault_names_itself() -> None:
    added = Lab().board.add(parse_spec("mail4xx"))

    assert "fault f-1 (mail4xx)" == str(added)
    assert isinstance(added, Fault)
