"""Properties that an API version does not have are passed over, and named in the verdict, so that a slip is seen."""

from __future__ import annotations

import json
from typing import Any

import pytest

from relaylab.domain.event import Judged
from relaylab.domain.rest_message import EmailMessage
from relaylab.servers.acs_rest.body import read_body
from relaylab.servers.acs_rest.first_preview import translated
from tests.acs_rest_lab import AcsLab, a_message, everything
from tests.servers.acs_rest.test_first_preview import a_first_message

FILE = {"name": "a.txt", "contentType": "text/plain", "contentInBase64": "QUJD"}
FIRST_FILE = {"name": "a.txt", "attachmentType": "txt", "contentBytesBase64": "QUJD"}


def overlooked(document: dict[str, Any], *, inline: bool = True, is_first: bool = False) -> tuple[str, ...]:
    read = read_body(json.dumps(document).encode(), knows_content_id=inline, translate=translated if is_first else None)
    assert isinstance(read, EmailMessage), read
    return read.overlooked


@pytest.mark.parametrize("inline", [True, False])
def test_of_a_message_with_every_property_of_its_version_nothing_is_overlooked(*, inline: bool) -> None:
    assert () == overlooked(everything(inline=inline), inline=inline)


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({"attachment": [FILE]}, ("attachment",)),
        ({"zzz": None, "content": {"subject": "x", "html": "y", "text": "z"}}, ("content.text", "zzz")),
        (
            {"recipients": {"to": [{"address": "a@b.example", "name": "A"}], "BCC": []}},
            ("recipients.to[0].name", "recipients.BCC"),
        ),
        ({"attachments": [FILE, FILE | {"size": 3}]}, ("attachments[1].size",)),
        ({"headers": {"X-Anything": "goes"}}, ()),
        ({f"x{number}": {} for number in range(99)}, tuple(f"x{number}" for number in range(10))),
        ({"\x1b[2J": 1}, ("[2J",)),
    ],
)
def test_what_is_overlooked_is_named_where_it_stands(more: dict[str, Any], names: tuple[str, ...]) -> None:
    assert names == overlooked(a_message(**more))


def test_before_inline_images_a_content_id_is_overlooked() -> None:
    document = a_message(attachments=[FILE | {"contentId": "logo"}])

    assert ("attachments[0].contentId",) == overlooked(document, inline=False)
    assert () == overlooked(document)


def test_the_first_preview_has_names_of_its_own() -> None:
    document = a_first_message(
        importance="high",
        attachments=[FIRST_FILE],
        headers=[{"name": "X-A", "value": "1"}],
        replyTo=[{"email": "a@b.example"}],
    )

    assert () == overlooked(document, is_first=True)
    assert ("attachments[0].contentInBase64", "senderAddress") == overlooked(
        document | {"senderAddress": "x@contoso.com", "attachments": [FIRST_FILE | {"contentInBase64": ""}]},
        is_first=True,
    )


def test_the_verdict_on_an_accepted_message_names_what_nobody_read(acs_lab: AcsLab) -> None:
    assert 202 == acs_lab.send(a_message(attachment=[FILE])).status_code

    because = acs_lab.events(Judged)[-1].decision.because
    assert "the body has properties that this api-version does not have, and nobody reads: attachment" in because
