"""The 23 behaviours of the captures, under their names."""

from __future__ import annotations

from typing import Final

from relaylab.domain.fault import Behaviour, Nth, Step
from relaylab.domain.handshake import Certificate, TlsVersion
from relaylab.rules import replies, sources
from relaylab.rules.faults.conduct import (
    ALL,
    ANSWERED,
    ELSEWHERE,
    Conduct,
    Kind,
    answers,
    forms,
    offers,
    shakes,
)
from relaylab.rules.sources import requirement

_CAPTURE: Final = sources.FAULT_CAPTURES

CAPTURED: Final = (
    Conduct(
        behaviour=Behaviour.M365,
        kind=Kind.SHIELD,
        sentence="The normal service: in its scope no fault that stands behind this one acts.",
        source=_CAPTURE,
        steps=ALL,
        lasts=True,
    ),
    offers(
        Behaviour.PLAINOFFER,
        "Offers AUTH PLAIN LOGIN CRAM-MD5 XOAUTH2 NTLM inside TLS, and takes PLAIN and CRAM-MD5 but at the MX.",
        _CAPTURE,
        words=("PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "NTLM"),
    ),
    offers(Behaviour.NOSTARTTLS, "Has no STARTTLS in the list, and no AUTH.", _CAPTURE),
    Conduct(
        behaviour=Behaviour.STARTTLSPLAIN,
        kind=Kind.OFFER,
        sentence="Has no STARTTLS in the list, and offers and takes AUTH in clear.",
        source=_CAPTURE,
        steps=frozenset({Step.EHLO}),
        lasts=True,
    ),
    answers(Behaviour.STARTTLS454, "Refuses STARTTLS for now.", _CAPTURE, Step.STARTTLS, replies.TLS_NOT_AVAILABLE),
    shakes(
        Behaviour.SELFSIGNED,
        "Shows a certificate of an authority that nobody knows.",
        _CAPTURE,
        certificate=Certificate.UNTRUSTED,
    ),
    shakes(
        Behaviour.WRONGNAME,
        "Shows the certificate of another host; a name may be a wildcard.",
        _CAPTURE,
        "name",
        certificate=Certificate.OTHER_NAME,
        name=ELSEWHERE,
    ),
    shakes(Behaviour.TLS10, "Speaks TLS 1.0 only.", _CAPTURE, only=TlsVersion.TLS1_0),
    Conduct(
        behaviour=Behaviour.IMPLICIT,
        kind=Kind.OPENING,
        sentence="Speaks TLS from the first octet, as a port 465 does.",
        source=_CAPTURE,
        steps=frozenset({Step.CONNECT}),
        lasts=True,
    ),
    Conduct(
        behaviour=Behaviour.INJECT,
        kind=Kind.FORM,
        sentence="Puts a plaintext EHLO reply behind the 220 of STARTTLS, all of it or its first octets (`octets`).",
        source=_CAPTURE,
        takes=("octets",),
        steps=frozenset({Step.STARTTLS}),
    ),
    Conduct(
        behaviour=Behaviour.LOWER,
        kind=Kind.FORM,
        sentence="Writes the EHLO list in lower case.",
        source=_CAPTURE,
        steps=frozenset({Step.EHLO}),
        lasts=True,
    ),
    answers(
        Behaviour.AUTH535,
        "Refuses every sign-in: basic authentication is disabled.",
        _CAPTURE,
        Step.AUTH,
        replies.BASIC_IS_DISABLED,
    ),
    answers(
        Behaviour.AUTH550,
        "Refuses every sign-in: Basic authentication is not supported.",
        _CAPTURE,
        Step.AUTH,
        replies.BASIC_IS_NOT_SUPPORTED_BARE,
    ),
    Conduct(
        behaviour=Behaviour.JSON334,
        kind=Kind.CHALLENGE,
        sentence="Answers XOAUTH2 with 334 and an error in JSON, and whatever comes then with 535.",
        source=requirement("AUT-06", 7628, "3.2.3"),
        steps=frozenset({Step.AUTH}),
        reply=replies.JSON_CHALLENGE,
    ),
    answers(
        Behaviour.CONNECT421,
        "Greets with 421 and closes.",
        _CAPTURE,
        Step.CONNECT,
        replies.SERVICE_NOT_AVAILABLE,
        closes=True,
    ),
    answers(
        Behaviour.MID421,
        "Answers with 421 and closes; at MAIL unless another step is chosen.",
        _CAPTURE,
        Step.MAIL,
        replies.RATE_EXCEEDED,
        also=ANSWERED,
        closes=True,
    ),
    answers(Behaviour.MAIL4XX, "Puts MAIL off with 432.", _CAPTURE, Step.MAIL, replies.CONCURRENT),
    answers(
        Behaviour.RCPT452,
        "Puts recipients off with 452, from the second on.",
        _CAPTURE,
        Step.RCPT,
        replies.TOO_MANY_RECIPIENTS,
        nth=Nth(2, onwards=True),
    ),
    forms(
        Behaviour.MULTI250,
        "Answers an accepted RCPT with a reply of two lines.",
        _CAPTURE,
        steps=frozenset({Step.RCPT}),
        step=Step.RCPT,
        lines=2,
    ),
    Conduct(
        behaviour=Behaviour.SMALLSIZE,
        kind=Kind.OFFER,
        sentence="Advertises a small SIZE; a larger message is taken all the same.",
        source=_CAPTURE,
        takes=("size",),
        steps=frozenset({Step.EHLO}),
        lasts=True,
        octets=1000,
    ),
    answers(
        Behaviour.DATAFINAL5XX,
        "Refuses the complete message with 554 5.2.252.",
        _CAPTURE,
        Step.FINAL,
        replies.SEND_AS_DENIED_SHORT,
    ),
    Conduct(
        behaviour=Behaviour.RSTDATA,
        kind=Kind.END,
        sentence="Resets the connection when the content of a message begins to come.",
        source=_CAPTURE,
        takes=("nth",),
        steps=frozenset({Step.DATA}),
        step=Step.DATA,
    ),
    Conduct(
        behaviour=Behaviour.PLAINRELAY,
        kind=Kind.WAIVER,
        sentence="Takes mail for anybody, in clear and without a sign-in, as an open relay on port 25.",
        source=_CAPTURE,
        steps=frozenset({Step.MAIL, Step.RCPT, Step.FINAL}),
        lasts=True,
    ),
)
