"""The control plane: one tenant's settings are changed, checked as a whole world, and only if nobody else was first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy

import pytest

from relaylab.app.emulator import Emulator
from relaylab.domain.clock import parse_instant
from relaylab.domain.world import World
from relaylab_certs import TestAuthority
from tests.clients.by_socket import Wire
from tests.clients.controlled import Controlled
from tests.servers.steering import Json, send

REJECTING = {"organization_config": {"reject_direct_send": True}}
MERGE_PATCH = "application/merge-patch+json"


def patch(controlled: Controlled, path: str, body: object, status: int = 200, **headers: str) -> Json:
    return send(controlled, "PATCH", f"/world/tenants/{path}", body, status, **headers)


def test_a_setting_of_a_tenant_is_changed_and_seen_at_the_next_command(controlled: Controlled) -> None:
    with Wire(controlled.mx) as wire:
        wire.say("EHLO client.example")
        wire.say("MAIL FROM:<scanner@contoso.com>")
        before = wire.say("RCPT TO:<helpdesk@contoso.com>")

        answer = patch(controlled, "contoso", {"patch": REJECTING})

        after = wire.say("RCPT TO:<helpdesk@contoso.com>")
    assert before.startswith("250")
    assert "5.7.68" in after
    assert 2 == answer["revision"]
    assert answer["world"] == controlled.get("/world")["world"]
    assert {"reject_direct_send": True} == answer["world"]["tenant"][0]["organization_config"]


def test_an_entry_of_a_list_is_named_by_its_address_or_its_place(controlled: Controlled) -> None:
    patch(controlled, "contoso/mailbox/Scanner@contoso.com", {"patch": {"password": "other tray"}})
    answer = patch(controlled, "contoso/mailbox/0", {"patch": {"recipient_limits": 5}})

    mailboxes = answer["world"]["tenant"][0]["mailbox"]
    assert (5, "other tray") == (mailboxes[0]["recipient_limits"], mailboxes[1]["password"])
    with Wire(controlled.emulator.endpoints["submission"]) as wire:
        wire.start_tls(controlled.emulator.ca_file)
        assert wire.log_in("scanner@contoso.com", "other tray").startswith("235")


def test_null_takes_a_key_away_and_a_list_is_replaced(controlled: Controlled) -> None:
    answer = patch(
        controlled,
        "contoso",
        {"created": None, "mailbox": [{"address": "only@contoso.com"}], "token": None},
        Content_Type=MERGE_PATCH,
    )

    tenant = answer["world"]["tenant"][0]
    assert not {"created", "token"} & set(tenant)
    assert [{"address": "only@contoso.com"}] == tenant["mailbox"]


def test_nothing_but_the_tenant_is_changed(controlled: Controlled) -> None:
    before = deepcopy(controlled.get("/world")["world"])

    after = patch(controlled, "fabrikam", {"patch": {"licences": 41}})["world"]

    before["tenant"][1]["licences"] = 41
    assert before == after


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("contosso", {"patch": {}}, 404, "the world has no tenant 'contosso'; did you mean \"contoso\"?"),
        ("adatum", {"patch": {}}, 404, "the world has no tenant 'adatum'; there are contoso, fabrikam, northwind"),
        ("contoso/mailbox/scaner@contoso.com", {"patch": {}}, 404, 'did you mean "scanner@contoso.com"?'),
        ("contoso/mailbox/99", {"patch": {}}, 404, "contoso/mailbox has no mailbox '99'; there are "),
        ("contoso/mailbox", {"patch": {}}, 400, "contoso/mailbox is no table, and only a table can be patched"),
        ("contoso/name", {"patch": {}}, 400, "contoso/name is no table"),
        ("contoso/name/x", {"patch": {}}, 404, "contoso/name has no name 'x'"),
        (
            "contoso",
            {"patch": {"licenses": 5}},
            400,
            'tenant[0].licenses: is not a key of [[tenant]]; did you mean "licences"?',
        ),
        ("contoso", {"patch": {"licences": "many"}}, 400, 'world: tenant[0].licences: "many" '),
        ("contoso", {"patch": {"accepted_domain": None}}, 400, "world: tenant[0]"),
        (
            "contoso/organisation_config",
            {"patch": {"reject_direct_send": True}},
            400,
            'did you mean "organization_config"?',
        ),
        ("contoso", {}, 400, 'the body has no object "patch"; send {"patch": '),
        ("contoso", {"patch": [], "revision": 1}, 400, 'the body has no object "patch"'),
        ("contoso", {"patch": {}, "revision": "1"}, 400, 'the body has no whole number "revision"'),
        ("contoso", {"pach": {}}, 400, '"pach" is none of the fields of the body; did you mean "patch"?'),
    ],
)
def test_a_wrong_patch_is_told_with_the_way_out_and_changes_nothing(
    path: str, body: object, status: int, said: str, controlled: Controlled
) -> None:
    before = controlled.get("/world")

    assert said in patch(controlled, path, body, status)["error"]
    assert before == controlled.get("/world")


def test_a_patch_that_is_nested_without_end_is_refused(controlled: Controlled) -> None:
    body = b'{"patch": ' + b'{"a": ' * 900 + b"{}" + b"}" * 901

    assert patch(controlled, "contoso", body, 400)["error"]
    assert 1 == controlled.get("/world")["revision"]


def test_a_world_made_by_a_program_cannot_be_patched(authority: TestAuthority) -> None:
    with Emulator(World(), at=parse_instant("2026-12-01"), authority=authority) as emulator:
        controlled = Controlled(emulator)

        assert "PUT /world replaces it" in patch(controlled, "contoso", {"patch": {}}, 404)["error"]
        controlled.close()


# Who was first ------------------------------------------------------------------------------------------------------


def test_a_patch_of_the_revision_in_force_is_obeyed(controlled: Controlled) -> None:
    tag = controlled.client.get("/world").headers["ETag"]

    assert '"1"' == tag
    assert 2 == patch(controlled, "contoso", {"patch": REJECTING}, If_Match=tag)["revision"]
    assert 3 == patch(controlled, "contoso", {"patch": REJECTING, "revision": 2})["revision"]
    assert 4 == patch(controlled, "contoso", REJECTING, Content_Type=MERGE_PATCH, If_Match="3")["revision"]
    assert 5 == patch(controlled, "contoso", {"patch": REJECTING}, If_Match="*")["revision"]


def test_who_comes_second_is_told_so_and_changes_nothing(controlled: Controlled) -> None:
    patch(controlled, "contoso", {"patch": {"licences": 7}})
    before = controlled.get("/world")

    said = patch(controlled, "contoso", {"patch": REJECTING, "revision": 1}, 409)["error"]
    patch(controlled, "contoso", {"patch": REJECTING}, 412, If_Match='"1"')
    send(controlled, "PUT", "/world", before["world"], 412, If_Match='"1"')

    assert "revision 1 is not in force any more, 2 is: somebody else was first; read the world again" in said
    assert before == controlled.get("/world")


def test_a_replacement_of_the_revision_in_force_is_obeyed(controlled: Controlled) -> None:
    world = controlled.get("/world")["world"]

    assert 2 == send(controlled, "PUT", "/world", world, If_Match='"1"')["revision"]


def test_a_revision_that_is_none_is_refused(controlled: Controlled) -> None:
    said = patch(controlled, "contoso", {"patch": {}}, 400, If_Match="latest")["error"]

    assert 'If-Match: latest is no revision; send the ETag that GET /world gave, such as "3"' == said


def test_a_revision_is_never_given_twice(controlled: Controlled) -> None:
    snapshot = send(controlled, "POST", "/snapshots", status=201)["id"]
    patch(controlled, "contoso", {"patch": {"licences": 7}})

    back = send(controlled, "POST", f"/snapshots/{snapshot}/restore")

    assert 3 == back["revision"]
    patch(controlled, "contoso", {"patch": REJECTING, "revision": 1}, 409)


def test_of_many_who_change_what_they_read_all_are_heard_in_the_end(controlled: Controlled) -> None:
    def add_one(_: int) -> None:
        while True:
            read = controlled.get("/world")
            licences = read["world"]["tenant"][0]["licences"] + 1
            body = {"patch": {"licences": licences}, "revision": read["revision"]}
            answer = controlled.client.patch("/world/tenants/contoso", json=body)
            if answer.status_code == 200:
                return
            assert 409 == answer.status_code

    before = controlled.get("/world")["world"]["tenant"][0]["licences"]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add_one, range(12)))

    assert before + 12 == controlled.get("/world")["world"]["tenant"][0]["licences"]


def test_of_many_who_change_without_a_revision_none_is_lost(controlled: Controlled) -> None:
    def add(number: int) -> None:
        patch(controlled, f"contoso/mailbox/{number % 2}", {"patch": {"proxy_addresses": [f"a{number}@contoso.com"]}})

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(add, range(8)))

    assert 9 == controlled.get("/world")["revision"]
