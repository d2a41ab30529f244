"""Faults as they are written: what is understood, what is not and why, and that JSON brings each of them back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from relaylab.app.faults import FaultError, fault_json, parse_fault, parse_spec
from relaylab.domain.clock import Window
from relaylab.domain.fault import Behaviour, Fault, FaultReply, FaultScope, Layer, Nth, Per, Step, When
from relaylab.domain.handshake import TlsVersion
from tests.builders import a_domain, an_address

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)

WRITTEN = {
    "nostarttls": Fault(behaviour=Behaviour.NOSTARTTLS),
    "*=nostarttls": Fault(behaviour=Behaviour.NOSTARTTLS),
    "submission=nostarttls": Fault(behaviour=Behaviour.NOSTARTTLS, scope=FaultScope(listener="submission")),
    "smtp-legacy.office365.com=tls10": Fault(
        behaviour=Behaviour.TLS10, scope=FaultScope(host="smtp-legacy.office365.com")
    ),
    "mx=mail4xx,times=3,sender=scanner@contoso.com": Fault(
        behaviour=Behaviour.MAIL4XX,
        scope=FaultScope(listener="mx", sender=an_address("scanner@contoso.com")),
        times=3,
    ),
    "rcpt452,site=hq,session=s-000007,recipient=@contoso.com,nth=3+": Fault(
        behaviour=Behaviour.RCPT452,
        scope=FaultScope(site="hq", session="s-000007", recipient=a_domain("contoso.com")),
        nth=Nth(3, onwards=True),
    ),
    'reply, step=final, code=451, enhanced=4.3.2, "text=Wait, please", close=yes, per=client': Fault(
        behaviour=Behaviour.REPLY,
        step=Step.FINAL,
        reply=FaultReply(451, "4.3.2", "Wait, please"),
        closes=True,
        per=Per.CLIENT,
    ),
    "auth535,says=disabled_for_tenant,chance=0.25": Fault(
        behaviour=Behaviour.AUTH535, says="disabled_for_tenant", chance=0.25
    ),
    "delay,for=10m,seconds=8,step=connect": Fault(
        behaviour=Behaviour.DELAY,
        window=Window(None, datetime(2026, 12, 1, 12, 10, tzinfo=UTC)),
        seconds=8,
        step=Step.CONNECT,
    ),
    "mid421,since=2026-12-02,for=1d": Fault(
        behaviour=Behaviour.MID421,
        window=Window(datetime(2026, 12, 2, tzinfo=UTC), datetime(2026, 12, 3, tzinfo=UTC)),
    ),
    "offer,mechanisms=plain+login,layer=clear": Fault(
        behaviour=Behaviour.OFFER, words=("PLAIN", "LOGIN"), layer=Layer.CLEAR
    ),
    "smallsize,size=500": Fault(behaviour=Behaviour.SMALLSIZE, octets=500),
    "reset,step=data,when=before": Fault(behaviour=Behaviour.RESET, step=Step.DATA, when=When.BEFORE),
    "wrongname,name=*.office365.com": Fault(behaviour=Behaviour.WRONGNAME, name="*.office365.com"),
    "tls,minimum=tlsv1.2,maximum=TLSv1.2": Fault(
        behaviour=Behaviour.TLS, minimum=TlsVersion.TLS1_2, maximum=TlsVersion.TLS1_2
    ),
    "multiline,lines=5,step=rcpt": Fault(behaviour=Behaviour.MULTILINE, lines=5, step=Step.RCPT),
}


@pytest.mark.parametrize(("text", "fault"), WRITTEN.items(), ids=WRITTEN)
def test_a_text_is_read(text: str, fault: Fault) -> None:
    assert fault == parse_spec(text, NOON)


@pytest.mark.parametrize("fault", WRITTEN.values(), ids=WRITTEN)
def test_json_brings_a_fault_back(fault: Fault) -> None:
    document = fault_json(fault, used=3)

    assert ("", 3) == (document.pop("id"), document.pop("used"))
    assert fault == parse_fault(document)


@pytest.mark.parametrize("behaviour", [one for one in Behaviour if one not in {Behaviour.REPLY, Behaviour.TLS}])
def test_every_behaviour_can_be_had_by_its_word_alone(behaviour: Behaviour) -> None:
    assert Fault(behaviour=behaviour) == parse_spec(behaviour.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "a fault is WHERE=BEHAVIOUR,key=value,...; such as submission=nostarttls"),
        ("submission=", 'behaviour: "" is not a behaviour; `relaylab faults` lists them'),
        ("submission=nostartls", 'behaviour: "nostartls" is not a behaviour; did you mean "nostarttls"?'),
        ("submision=lower", 'mx, hve, acs_smtp, submission_legacy, dns, acs_rest; did you mean "submission"?'),
        ("a..b=lower", 'host: "a..b" is not a host name; write one such as smtp.office365.com'),
        ("mx=mail4xx,time=3", 'time: is nothing that mail4xx takes; did you mean "times"?'),
        ("mx=mail4xx,size=3", "size: is nothing that mail4xx takes; it takes times, per, "),
        ("mx=mail4xx,times", '"times" has no value; write key=value'),
        ("mx=mail4xx,times=3,times=4", "times: is given twice; give it once"),
        ("mx=mail4xx,listener=mx", "listener: is given twice; give it once"),
        ("mail4xx,times=0", 'times: "0" is not a whole number of 1 or more; write one such as 3'),
        ("mail4xx,times=-1", 'times: "-1" is not a whole number'),
        ("mail4xx,chance=2", "chance: 2 is not above 0 and up to 1; leave it out for always"),
        ("mail4xx,chance=often", 'chance: "often" is not a number of 0 or more'),
        ("mail4xx,per=sendr", 'per: "sendr" is not one of all, session, client, sender, recipient, triplet; did you'),
        ("mail4xx,sender=scanner", 'sender: "scanner" is neither an address nor a domain; write scanner@contoso.com'),
        ("nostarttls,sender=a@b.example", "sender: nostarttls acts before there is one; scope it by listener, host,"),
        ("mail4xx,recipient=a@b.example", "recipient: mail4xx acts before there is one; scope it by listener"),
        ("reply,code=451,step=tls", "step: tls is none of reply's; choose one of connect, ehlo"),
        ("reply,code=199", 'code: "199" is not a reply code from 200 to 599; write one such as 451'),
        ("mail4xx,code=250", "code: 250 is no refusal, and mail4xx refuses; choose 400 to 599"),
        ("reply,code=451,enhanced=5.3.2", "enhanced: 5.3.2 does not fit 451 (RFC 2034 §4); begin both with"),
        ("reply,code=451,enhanced=x", "enhanced: 'x' is not an enhanced status code such as 5.7.30"),
        ("reply,text=x", "text: there is no code with it; add code=451"),
        ("reply,code=451,text=a\x07", "text: is not one printable line of at most 4096 octets; shorten it"),
        ("reply", "code: is missing; say which answer, such as code=451, or says=concurrent"),
        ("reply,code=451,says=concurrent", "says: there is a code as well; give one of them"),
        ("mail4xx,says=concurent", 'says: "concurent" is no text of the service; did you mean "concurrent"?'),
        ("mail4xx,says=submitted", 'says: "submitted" is no text of the service; '),
        ("rcpt452,nth=0", 'nth: "0" is no place; write 2 for the second, 2+ for the second and all behind it'),
        ("delay,for=soon", 'for: "soon" is not a span of simulated time; write 90s, 10m, 2h or 3d'),
        ("delay,for=1m,until=2026-12-02", "for: there is an until as well; give one of them"),
        ("delay,since=2026-12-02,until=2026-12-02", "until: is not after since; choose a later instant"),
        ("delay,until=never", "until: 'never' is not a date or an instant such as 2027-01-04"),
        ("without,keywords=a_b", 'keywords: "A_B" is no keyword; write letters, digits and hyphens'),
        ("tls", "minimum: is missing, and maximum too; give one of them, such as minimum=TLSv1.3"),
        ("tls,minimum=TLSv1.3,maximum=TLSv1.2", "minimum: TLSv1.3 is above TLSv1.2; exchange them"),
        ("tls,minimum=1.2", 'minimum: "1.2" is not one of TLSv1, TLSv1.1, TLSv1.2, TLSv1.3; '),
        ("deliveryfailed,code=550,enhanced=5.1.10", "enhanced: 5.1.10 is a hard bounce, which is reported as Bounced;"),
        ("filteredspam,code=550,enhanced=5.1.1", "enhanced: 5.1.1 is a hard bounce, which is reported as Bounced;"),
        ("deliveryfailed,says=ndr_not_found", "says: 5.1.10 is a hard bounce, which is reported as Bounced;"),
        ("deliveryfailed,code=525,text=5.7.13 Disabled", "text: 5.7.13 is a hard bounce, which is reported as Bounced"),
        ("filteredspam,code=550,text=<5.1.1>: No such user", "text: 5.1.1 is a hard bounce, which is reported as "),
        ("filteredspam,code=550,enhanced=5.7.1,text=5.1.1 Unknown", "text: 5.1.1 is a hard bounce, which is reported"),
        ("deliveryfailed,code=550,text=4.2.2 Mailbox full", "text: 4.2.2 does not fit 550 (RFC 2034 §4); begin both"),
        ("deliveryfailed,code=452,enhanced=4.2.2", "code: 452 is a soft bounce, after which delivery is tried again,"),
        ("filteredspam,says=concurrent", "says: 432 is a soft bounce, after which delivery is tried again, and so is"),
        ("mail4xx,says=sender_ok", "says: sender_ok is a 250, no refusal, and mail4xx refuses; name a text of 400 to"),
        ("filteredspam,code=250", "code: 250 is no refusal, and so is no end of a copy; choose 500 to 599"),
        ("filteredspam,says=bye", "says: 221 is no refusal, and so is no end of a copy; choose 500 to 599"),
        ("reply,code=451,close=maybe", 'close: "maybe" is neither yes nor no; write one of them'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_the_way_out(text: str, said: str) -> None:
    with pytest.raises(FaultError) as raised:
        parse_spec(text, NOON)

    assert said in str(raised.value)


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({}, "behaviour: is missing; `relaylab faults` lists them"),
        ({"behaviour": 7}, "behaviour: 7 is not a behaviour"),
        ({"behaviour": "lower", "scope": "mx"}, 'scope: "mx" is not a table; write it as {"listener": "mx"}'),
        ({"behaviour": "lower", "scope": {"listner": "mx"}}, 'scope.listner: is no scope; did you mean "listener"?'),
        ({"behaviour": "lower", "scope": {"listener": 7}}, "listener: 7 is no text; put it in quotes"),
        ({"behaviour": "lower", "site": "hq"}, 'site: belongs to the scope; write {"scope": {"site": ...}}'),
        ({"behaviour": "mail4xx", "times": True}, "times: true is not a whole number"),
        ({"behaviour": "without", "keywords": []}, "keywords: a list is no list; write PIPELINING+CHUNKING"),
        ({"behaviour": "delay", "for": "10m"}, "for: there is no clock to count from; give until"),
    ],
)
def test_what_is_wrong_in_a_document_is_named_too(document: dict[str, object], said: str) -> None:
    with pytest.raises(FaultError) as raised:
        parse_fault(document)

    assert said in str(raised.value)
