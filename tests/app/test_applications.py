"""Mistakes about applications in a world file: unknown permissions, and redirect URIs that are none."""

from __future__ import annotations

import pytest

from tests.app.worlds import SMALL, problems

APP = '\n[[tenant.app_registration]]\napp_id = "11111111-1111-1111-1111-111111111111"\n'


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            'roles = ["SMTP.SendAsapp"]',
            'roles[0]: "SMTP.SendAsapp" is no permission of Exchange; did you mean "SMTP.Send',
        ),
        ('roles = ["SMTP.Send"]', 'roles[0]: "SMTP.Send" is none of the roles; write it into scopes'),
        (
            'scopes = ["User.Read", "SMTP.Sned"]',
            'scopes[1]: "SMTP.Sned" is no permission of Exchange; did you mean "SMTP',
        ),
        ('scopes = ["SMTP.SendAsApp"]', 'scopes[0]: "SMTP.SendAsApp" is none of the scopes; write it into roles'),
        ('redirect_uris = ["localhost"]', 'redirect_uris[0]: "localhost" is not a URI; write it as'),
        ('redirect_uris = ["http://app.contoso.com"]', "is http, which is for localhost only; write it with https"),
        ('redirect_uris = ["https://app.contoso.com/#here"]', "holds a # or a *; write it without"),
    ],
)
def test_a_mistake_about_an_application_is_named_with_the_way_out(line: str, said: str) -> None:
    (problem,) = problems(SMALL + APP + line + "\n")

    assert said in problem


@pytest.mark.parametrize(
    "line",
    [
        'roles = ["SMTP.SendAsApp", "IMAP.AccessAsApp", "Mail.Send", "User.Read.All"]',
        'scopes = ["SMTP.Send", "POP.AccessAsUser.All", "User.Read", "openid"]',
        'redirect_uris = ["http://localhost", "http://127.0.0.1:5000/x", "https://a.example/b?c=d", "myapp://auth"]',
    ],
)
def test_what_an_application_may_register_is_taken(line: str) -> None:
    assert not problems(SMALL + APP + line + "\n")
