import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import get_args

import pytest

from relaylab.domain.arrival import Arrival
from relaylab.domain.certificate import CertificateFacts, ClientCertificate
from relaylab.domain.clock import Window
from relaylab.domain.decision import EffectKind, ReplyFacts
from relaylab.domain.endpoint import Endpoint
from relaylab.domain.event import (
    Answered,
    Attributed,
    Authenticated,
    BadInput,
    Closed,
    Connected,
    DeliveryReported,
    Event,
    Faulted,
    Judged,
    Kept,
    OperationEnded,
    Queried,
    Reported,
    TlsFailed,
    TlsStarted,
    TurnedAway,
    WebhookCalled,
)
from relaylab.engine.attribution import attribute
from relaylab.store import KINDS, Entry, EventLog, as_json, kind_of
from relaylab.store.shapes import source_json
from tests.builders import a_connector, a_peer, a_tenant, a_world, an_address
from tests.store.builders import DECISION, NOON


def closed(session: str = "s-000001", why: str = "QUIT") -> Closed:
    return Closed(at=NOON, session=session, endpoint=Endpoint.SUBMISSION, why=why)


def bad_input(session: str = "s-000001") -> BadInput:
    return BadInput(
        at=NOON, session=session, endpoint=Endpoint.SUBMISSION, what="NUL", reply=REPLY, source=DECISION.source
    )


def a_log(*events: Event, capacity: int = 100) -> EventLog:
    log = EventLog(capacity)
    for event in events:
        log.append(event)
    return log


def numbers(entries: tuple[Entry, ...]) -> list[int]:
    return [entry.seq for entry in entries]


def test_events_are_numbered_from_one_in_the_order_they_happened() -> None:
    log = a_log(bad_input(), closed())

    assert [Entry(1, bad_input()), Entry(2, closed())] == list(log)
    assert 2 == len(log)


def test_a_reader_pages_through_the_log_and_then_waits_at_its_end() -> None:
    log = a_log(*[closed()] * 5)

    first = log.page(limit=3)
    second = log.page(first.through, limit=3)
    third = log.page(second.through, limit=3)

    assert [[1, 2, 3], [4, 5], []] == [numbers(page.entries) for page in (first, second, third)]
    assert [3, 5, 5] == [page.through for page in (first, second, third)]


def test_a_page_can_be_of_one_session_or_of_one_kind() -> None:
    log = a_log(closed("s-000001"), bad_input("s-000002"), closed("s-000002"), closed("s-000001"))

    assert [2, 3] == numbers(log.page(session="s-000002").entries)
    assert [1, 3, 4] == numbers(log.page(kind="closed").entries)
    assert [3] == numbers(log.page(session="s-000002", kind="closed").entries)


def test_a_page_on_which_nothing_matches_still_moves_the_reader_on() -> None:
    page = a_log(*[closed()] * 5).page(kind="kept")

    assert ((), 5) == (page.entries, page.through)


def test_a_full_page_of_matches_stops_at_the_last_of_them() -> None:
    log = a_log(closed(), bad_input(), closed(), bad_input())

    assert 2 == log.page(kind="bad_input", limit=1).through


def test_a_page_of_nothing_leaves_the_reader_where_it_was() -> None:
    assert ((), 1) == ((page := a_log(*[closed()] * 3).page(1, limit=0)).entries, page.through)


def test_a_full_log_drops_the_oldest_and_says_how_many() -> None:
    log = a_log(*[closed()] * 7, capacity=3)

    assert [5, 6, 7] == [entry.seq for entry in log]
    assert 4 == log.dropped


@pytest.mark.parametrize(("after", "missed"), [(0, 4), (2, 2), (4, 0), (6, 0)])
def test_a_page_says_how_many_events_its_reader_came_too_late_for(after: int, missed: int) -> None:
    page = a_log(*[closed()] * 7, capacity=3).page(after)

    assert missed == page.missed


def test_a_cleared_log_is_empty_and_numbers_on() -> None:
    log = a_log(*[closed()] * 4, capacity=3)
    log.clear()

    assert (0, 0) == (len(log), log.dropped)
    assert ((), 4, 0) == ((page := log.page(2)).entries, page.through, page.missed)
    assert 5 == log.append(closed()).seq
    assert (0, 0) == (log.dropped, log.page(2).missed)


def test_who_reads_between_gaps_is_given_each_number_once() -> None:
    log = a_log(*[closed()] * 2, capacity=5)
    for _ in range(3):
        dump = log.dump()
        log.extend((closed(), closed()))
        log.load(dump)  # what came since is gone, and its numbers with it
        log.extend((closed(),))

    assert [1, 2, 5, 8, 11] == numbers(log.page().entries)
    assert [[1], [2], [5], [8], [11], []] == [numbers(log.page(n, limit=1).entries) for n in (0, 1, 3, 5, 9, 11)]
    log.extend((closed(),))
    assert [2, 5, 8, 11, 12] == [entry.seq for entry in log]
    assert [1, 0] == [log.page(after).missed for after in (0, 1)]


def test_a_listener_hears_every_event_until_it_has_heard_enough() -> None:
    log, heard = EventLog(), list[int]()
    unsubscribe = log.subscribe(lambda entry: heard.append(entry.seq))

    log.append(closed())
    log.append(closed())
    unsubscribe()
    unsubscribe()
    log.append(closed())

    assert [1, 2] == heard


def test_whoever_begins_to_listen_while_events_are_written_is_told_of_them() -> None:
    """Their number is on no page that the listener has read before: it would wait for the next ones."""
    log, heard = EventLog(), list[int]()

    class Slow(tuple[Closed, ...]):
        __slots__ = ()

        def __len__(self) -> int:
            assert log._lock.locked()
            log.subscribe(lambda entry: heard.append(entry.seq))
            return super().__len__()

    log.extend(Slow((closed(), closed())))

    assert {1, 2} == set(heard)


def test_a_listener_that_fails_is_reported_and_left_out_and_the_others_hear_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(entry: Entry) -> None:
        raise BrokenPipeError

    log, heard = EventLog(), list[int]()
    log.subscribe(fail)
    log.subscribe(lambda entry: heard.append(entry.seq))

    log.append(closed())
    log.append(closed())

    assert [1, 2] == heard
    assert 1 == len(caplog.records)
    assert "the log itself goes on" in caplog.text


REPLY = ReplyFacts(503, "5.5.1", "Bad sequence of commands")
COMMON = {"at": NOON, "session": "s-000042", "endpoint": Endpoint.MX}
AN_EXPIRED_CERTIFICATE = ClientCertificate(
    subject="mail.contoso.com",
    names=("mail.contoso.com",),
    issuer="CN=An authority",
    not_before=datetime(2024, 1, 1, tzinfo=UTC),
    not_after=datetime(2025, 1, 1, tzinfo=UTC),
    fingerprint="A1:B2",
    trusted=Window(datetime(2024, 1, 1, tzinfo=UTC), datetime(2025, 1, 1, 0, 0, 1, tzinfo=UTC)),
)
EVERY_KIND: list[tuple[Event, dict[str, object]]] = [
    (
        Connected(**COMMON, ip="203.0.113.42", site=None, session_id="08DF04C6D9A404E7"),  # type: ignore[arg-type]
        {"kind": "connected", "ip": "203.0.113.42", "site": None, "session_id": "08DF04C6D9A404E7"},
    ),
    (
        TurnedAway(**COMMON, remote="127.0.0.1", why="no PROXY header in time"),  # type: ignore[arg-type]
        {"kind": "turned_away", "remote": "127.0.0.1", "why": "no PROXY header in time"},
    ),
    (
        TlsStarted(
            **COMMON,  # type: ignore[arg-type]
            version="TLSv1.3",
            cipher="TLS_AES_256_GCM_SHA384",
            sni=None,
            client_certificate=CertificateFacts.of(AN_EXPIRED_CERTIFICATE, NOON),
        ),
        {
            "kind": "tls_started",
            "version": "TLSv1.3",
            "cipher": "TLS_AES_256_GCM_SHA384",
            "sni": None,
            "client_certificate": {
                "subject": "mail.contoso.com",
                "names": ["mail.contoso.com"],
                "issuer": "CN=An authority",
                "not_before": "2024-01-01T00:00:00Z",
                "not_after": "2025-01-01T00:00:00Z",
                "fingerprint": "A1:B2",
                "trusted": False,
                "fault": "expired",
                "standing": "is not trusted: its chain was valid only before 2025-01-01T00:00:01Z",
            },
        },
    ),
    (TlsFailed(**COMMON, reason="no shared cipher"), {"kind": "tls_failed", "reason": "no shared cipher"}),  # type: ignore[arg-type]
    (
        Answered(**COMMON, command="RCPT", reply=REPLY, source=DECISION.source),  # type: ignore[arg-type]
        {
            "kind": "answered",
            "command": "RCPT",
            "reply": {"code": 503, "enhanced": "5.5.1", "text": "Bad sequence of commands"},
            "source": source_json(DECISION.source),
        },
    ),
    (
        Judged(**COMMON, command="DATA", decision=replace(DECISION, effect=EffectKind.REFUSE, rule="mx.data.x")),  # type: ignore[arg-type]
        {
            "kind": "judged",
            "command": "DATA",
            "verdict": {
                "effect": "refuse",
                "reply": {"code": 250, "enhanced": "2.0.0", "text": "OK"},
                "rule": "mx.data.x",
                "stage": "data",
                "at": "2026-12-01T12:00:00Z",
                "reading": {"basic_auth_refusal": "5.7.30"},
                "because": ["1 recipient(s), 24 octets"],
                "source": {
                    "title": "A document",
                    "url": "https://learn.microsoft.com/",
                    "date": "2026-09",
                    "confidence": "observed",
                    "fact": "CS-DATA-01",
                },
                "fix": "",
            },
        },
    ),
    (
        Kept(**COMMON, message="m-1", mail_from=None, recipients=("a@contoso.com",), size=24),  # type: ignore[arg-type]
        {"kind": "kept", "message": "m-1", "mail_from": None, "recipients": ["a@contoso.com"], "size": 24},
    ),
    (
        Attributed(
            **COMMON,  # type: ignore[arg-type]
            attribution=attribute(
                a_world(a_tenant(inbound_connectors=(a_connector(),))),
                Arrival.of(a_peer()),
                an_address("scanner@contoso.com"),
            ),
        ),
        {
            "kind": "attributed",
            "attribution": {
                "direction": "originating",
                "tenant": "contoso",
                "connector": "hq",
                "basis": "address",
                "because": [
                    "198.51.100.7 is on connector 'hq' of tenant contoso",
                    "the MAIL FROM domain contoso.com is an accepted domain of that tenant",
                ],
                "risks": [],
                "evidence": [
                    {
                        "tenant": "contoso",
                        "connector": "hq",
                        "connector_type": "OnPremises",
                        "decided": True,
                        "finding": "198.51.100.7 is on connector 'hq' of tenant contoso; "
                        "the MAIL FROM domain contoso.com is an accepted domain of that tenant",
                        "remedy": "",
                    }
                ],
            },
        },
    ),
    (
        Authenticated(
            **COMMON,  # type: ignore[arg-type]
            message="m-1",
            hop="far_end",
            receiver="fabrikam.com",
            ip="52.101.72.71",
            spf="pass",
            dkim=("pass d=contoso.com",),
            dmarc="pass",
            compauth="",
            because=("leaves from 52.101.72.71",),
        ),
        {
            "kind": "authenticated",
            "message": "m-1",
            "hop": "far_end",
            "receiver": "fabrikam.com",
            "ip": "52.101.72.71",
            "spf": "pass",
            "dkim": ["pass d=contoso.com"],
            "dmarc": "pass",
            "compauth": "",
            "because": ["leaves from 52.101.72.71"],
        },
    ),
    (
        Reported(**COMMON, message="m-2", about="m-1", recipients=("a@contoso.com",)),  # type: ignore[arg-type]
        {"kind": "reported", "message": "m-2", "about": "m-1", "recipients": ["a@contoso.com"]},
    ),
    (
        BadInput(**COMMON, what="NUL", reply=REPLY, source=DECISION.source),  # type: ignore[arg-type]
        {
            "kind": "bad_input",
            "what": "NUL",
            "reply": {"code": 503, "enhanced": "5.5.1", "text": "Bad sequence of commands"},
            "source": source_json(DECISION.source),
        },
    ),
    (
        Faulted(
            **COMMON,  # type: ignore[arg-type]
            fault="f-3",
            behaviour="mail4xx",
            command="MAIL FROM:<a@contoso.com>",
            did="Puts MAIL off with 432.",
            reply=REPLY,
            source=DECISION.source,
        ),
        {
            "kind": "faulted",
            "fault": "f-3",
            "behaviour": "mail4xx",
            "command": "MAIL FROM:<a@contoso.com>",
            "did": "Puts MAIL off with 432.",
            "reply": {"code": 503, "enhanced": "5.5.1", "text": "Bad sequence of commands"},
            "source": source_json(DECISION.source),
        },
    ),
    (Closed(**COMMON, why="QUIT"), {"kind": "closed", "why": "QUIT"}),  # type: ignore[arg-type]
    (
        Queried(**COMMON, client="127.0.0.1", name="contoso.com", type="MX", rcode="NOERROR"),  # type: ignore[arg-type]
        {"kind": "queried", "client": "127.0.0.1", "name": "contoso.com", "type": "MX", "rcode": "NOERROR"},
    ),
    (
        OperationEnded(**COMMON, operation="o-1", status="Failed", error="EmailDropped", said="Dropped."),  # type: ignore[arg-type]
        {
            "kind": "operation_ended",
            "operation": "o-1",
            "status": "Failed",
            "error": "EmailDropped",
            "said": "Dropped.",
        },
    ),
    (
        DeliveryReported(
            **COMMON,  # type: ignore[arg-type]
            operation="o-1",
            recipient="a@contoso.com",
            type="Microsoft.Communication.EmailDeliveryReportReceived",
            about="Delivered",
            document={"id": "e-1"},
        ),
        {
            "kind": "delivery_reported",
            "operation": "o-1",
            "recipient": "a@contoso.com",
            "type": "Microsoft.Communication.EmailDeliveryReportReceived",
            "about": "Delivered",
            "document": {"id": "e-1"},
        },
    ),
    (
        WebhookCalled(
            **COMMON,  # type: ignore[arg-type]
            subscription="orders",
            url="http://127.0.0.1:9000/events",
            what="Microsoft.Communication.EmailDeliveryReportReceived",
            attempt=1,
            delivered=True,
            answered="HTTP 200",
        ),
        {
            "kind": "webhook_called",
            "subscription": "orders",
            "url": "http://127.0.0.1:9000/events",
            "what": "Microsoft.Communication.EmailDeliveryReportReceived",
            "attempt": 1,
            "delivered": True,
            "answered": "HTTP 200",
        },
    ),
]


@pytest.mark.parametrize(("event", "own"), EVERY_KIND, ids=KINDS)
def test_an_event_as_json_has_what_all_have_and_then_its_own(event: Event, own: dict[str, object]) -> None:
    common = {"seq": 7, "at": "2026-12-01T12:00:00Z", "session": "s-000042", "endpoint": "mx"}
    expected = common | own

    shown = as_json(event, 7)

    assert list(expected.items()) == list(shown.items())
    assert expected == json.loads(json.dumps(shown))


def test_every_kind_of_event_has_its_json_tested() -> None:
    assert list(get_args(Event)) == [type(event) for event, _ in EVERY_KIND]
    assert list(KINDS) == [kind_of(event) for event, _ in EVERY_KIND]
