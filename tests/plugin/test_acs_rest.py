"""``relaylab.acs_rest``: what a test holds of Azure Communication Services over REST."""

from __future__ import annotations

import pytest

from relaylab.testing import Lab
from tests.acs_rest_lab import MAIL, UNLUCKY, acs_world


def test_the_world_of_tests_has_a_resource(relaylab: Lab) -> None:
    acs = relaylab.acs_rest

    assert ("contoso-email", "contoso-email.communication.azure.com") == (acs.name, acs.host_name)
    assert f"{relaylab.https_url}/acs/contoso-email" == acs.url
    assert f"endpoint={relaylab.https_url}/;accesskey={acs.keys[0]}" == acs.connection_string


def test_its_keys_are_the_same_in_every_test_until_they_are_rotated(relaylab: Lab) -> None:
    before = relaylab.acs_rest.keys
    fresh = relaylab.acs_rest.rotate_key("secondary")

    assert (before[0], fresh) == relaylab.acs_rest.keys
    assert fresh != before[1]


def test_a_client_in_another_process_is_told_the_endpoint_and_no_key(relaylab: Lab) -> None:
    variables = relaylab.env()

    assert relaylab.acs_rest.url == variables["RELAYLAB_ACS_REST_URL"]
    assert not any(key in value for key in relaylab.acs_rest.keys for value in variables.values())


def test_another_resource_is_asked_for_by_its_name() -> None:
    with Lab(acs_world().world) as lab:
        assert MAIL == lab.acs_rest.name
        assert UNLUCKY == lab.acs_rest.resource(UNLUCKY).name
        with pytest.raises(LookupError, match="it has contoso-mail, contoso-unlucky, latecomer-mail"):
            lab.acs_rest.resource("nobody")


def test_a_world_without_one_says_what_to_add() -> None:
    with Lab('[[tenant]]\nname = "contoso"\n') as lab, pytest.raises(LookupError, match=r"\[\[tenant.acs_resource\]\]"):
        _ = lab.acs_rest
