"""The control plane: mail in pages, one by one, its attachments, and deleting it."""

from __future__ import annotations

import email.policy
from email.message import EmailMessage

import pytest

from tests.clients.by_socket import MESSAGE, Wire, send_directly
from tests.clients.controlled import Controlled
from tests.servers.steering import send


def send_letter(controlled: Controlled, content: bytes) -> None:
    with Wire(controlled.mx) as wire:
        wire.say("EHLO client.example")
        wire.begin_message("a@fabrikam.com", "helpdesk@contoso.com")
        wire.send(content)
        assert wire.say(".").startswith("250 ")


def names(controlled: Controlled, **filters: str | int) -> list[str]:
    return [message["id"] for message in controlled.get("/messages", 200, **filters)["messages"]]


def test_mail_is_listed_in_pages_until_there_is_no_next(controlled: Controlled) -> None:
    for _ in range(5):
        send_directly(controlled.mx)

    pages, page = [], controlled.get("/messages", limit=2)
    while page["next"] is not None:
        pages.append(page)
        page = controlled.get("/messages", limit=2, after=page["next"])

    assert [2, 2, 1] == [len(one["messages"]) for one in (*pages, page)]
    assert [f"s-00000{number}-1" for number in range(1, 6)] == [
        message["id"] for one in (*pages, page) for message in one["messages"]
    ]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"recipient": "HELPDESK@contoso.com"}, ["s-000001-1", "s-000002-1"]),
        ({"recipient": "nobody@contoso.com"}, []),
        ({"session": "s-000002"}, ["s-000002-1"]),
        ({"tenant": "contoso", "endpoint": "mx"}, ["s-000001-1", "s-000002-1"]),
        ({"endpoint": "submission"}, []),
        ({"after": "s-000001-1"}, ["s-000002-1"]),
        ({"limit": 0}, []),
    ],
)
def test_mail_can_be_filtered(filters: dict[str, str | int], expected: list[str], controlled: Controlled) -> None:
    send_directly(controlled.mx)
    send_directly(controlled.mx)

    assert expected == names(controlled, **filters)


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        (
            {"recipent": "a@b.example"},
            'use after, limit, tenant, recipient, session, endpoint; did you mean "recipient"?',
        ),
        ({"recipient": "helpdesk"}, "write it as helpdesk@contoso.com"),
        ({"endpoint": "mxx"}, "'mxx' is no endpoint of message; use one of submission, mx"),
        ({"after": "s-000009-1"}, "is the id of no message any more; leave it out and begin again"),
        ({"limit": "all"}, "limit='all' is not a whole number of 0 or more; leave it out for 1000"),
    ],
)
def test_wrong_filters_of_mail_are_refused(filters: dict[str, str], said: str, controlled: Controlled) -> None:
    assert said in controlled.get("/messages", 400, **filters)["error"]


def test_a_filter_that_is_given_twice_is_refused(controlled: Controlled) -> None:
    assert (
        "limit is given twice; give it once"
        == send(controlled, "GET", "/messages?limit=1&limit=2", status=400)["error"]
    )


def test_one_message_is_given_as_in_the_list(controlled: Controlled) -> None:
    send_directly(controlled.mx)

    assert controlled.get("/messages")["messages"] == [controlled.get("/messages/s-000001-1")]


def test_a_message_can_be_deleted_and_its_events_stay(controlled: Controlled) -> None:
    send_directly(controlled.mx)
    send_directly(controlled.mx)
    events = controlled.get("/events")

    assert send(controlled, "DELETE", "/messages/s-000001-1", status=204) is None
    assert ["s-000002-1"] == names(controlled)
    assert "GET /messages lists them" in send(controlled, "DELETE", "/messages/s-000001-1", status=404)["error"]
    assert {"deleted": 1} == send(controlled, "DELETE", "/messages")
    assert [] == names(controlled)
    assert events == controlled.get("/events")


def test_attachments_are_listed_and_given_decoded(controlled: Controlled) -> None:
    letter = EmailMessage(policy=email.policy.SMTP)
    letter["From"], letter["Subject"] = "a@fabrikam.com", "pages"
    letter.set_content("below")
    scan = bytes(range(256)) * 4000
    letter.add_attachment(scan, maintype="image", subtype="tiff", filename="Seite 1 ü.tif")
    send_letter(controlled, letter.as_bytes())

    listed = controlled.get("/messages/s-000001-1/attachments")
    answer = controlled.client.get("/messages/s-000001-1/attachments/1")

    expected = {
        "number": 1,
        "name": "Seite 1 ü.tif",
        "content_type": "image/tiff",
        "content_id": None,
        "inline": False,
        "size": len(scan),
    }
    assert {"attachments": [expected]} == listed
    assert scan == answer.content
    assert "image/tiff" == answer.headers["Content-Type"]
    assert "attachment; filename*=UTF-8''Seite%201%20%C3%BC.tif" == answer.headers["Content-Disposition"]
    assert "nosniff" == answer.headers["X-Content-Type-Options"]


def test_an_attachment_that_does_not_exist_is_told_with_the_way_out(controlled: Controlled) -> None:
    send_directly(controlled.mx)

    assert {"attachments": []} == controlled.get("/messages/s-000001-1/attachments")
    said = controlled.get("/messages/s-000001-1/attachments/1", 404)["error"]
    assert "message 's-000001-1' has no attachment '1'; it has none" == said
    assert "GET /messages lists them" in controlled.get("/messages/x/attachments", 404)["error"]


def test_a_subject_that_is_no_text_is_told_all_the_same(controlled: Controlled) -> None:
    send_letter(controlled, b"From: a@fabrikam.com\r\nSubject: \xff\xfe page\r\n\r\n" + MESSAGE)

    (message,) = controlled.get("/messages")["messages"]

    assert message["subject"].endswith(" page")


def test_a_message_is_given_as_a_recipient_has_it_with_the_fields_of_that_side(controlled: Controlled) -> None:
    send_directly(controlled.mx)
    (message,) = controlled.get("/messages")["messages"]
    (to,) = message["recipients"]

    came, has = (
        controlled.client.get(f"/messages/{message['id']}/raw{asked}").content for asked in ("", f"?recipient={to}")
    )

    assert has.endswith(came)
    assert "".join(f"{field}\r\n" for field in message["headers"]).encode() == has.removesuffix(came) != b""


def test_who_has_no_copy_is_told_who_has_one(controlled: Controlled) -> None:
    send_directly(controlled.mx)
    (message,) = controlled.get("/messages")["messages"]

    said = controlled.get(f"/messages/{message['id']}/raw", 404, recipient="nobody@contoso.com")["error"]

    assert said == (f"nobody@contoso.com has no copy of {message['id']}; ask for one of {', '.join(message['placed'])}")
