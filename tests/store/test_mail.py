"""What every mail store does, memory and file alike."""

from dataclasses import replace

import pytest

from relaylab.domain.address import Address
from relaylab.domain.charge import Meter
from relaylab.domain.endpoint import Endpoint
from relaylab.store import MailStore, StoreError
from tests.store.builders import EVERYBODY, HELPDESK, PARTNER, a_charge, a_message


def names(mail: MailStore, **wanted: object) -> list[str]:
    return [message.id for message in mail.messages(**wanted)]  # type: ignore[arg-type]


def test_a_message_is_there_with_all_that_was_kept_of_it(mail: MailStore) -> None:
    mail.keep(a_message())

    assert a_message() == mail.message("m-1")
    assert a_message().raw == mail.raw("m-1")


def test_content_is_kept_octet_for_octet(mail: MailStore) -> None:
    octets = bytes(range(256)) * 300

    mail.keep(a_message(raw=octets))

    assert octets == mail.raw("m-1")


def test_a_buffer_that_was_handed_over_is_content_too_and_so_is_nothing(mail: MailStore) -> None:
    mail.keep(a_message("m-1", raw=bytearray(b"page 1\r\n")), a_message("m-2", raw=bytearray()))

    assert [b"page 1\r\n", b""] == [mail.raw("m-1"), mail.raw("m-2")]


def test_what_is_not_there_is_none(mail: MailStore) -> None:
    assert mail.message("m-1") is None
    assert mail.raw("m-1") is None


def test_a_list_has_the_messages_in_the_order_they_were_kept_and_without_content(mail: MailStore) -> None:
    mail.keep(a_message("m-2"))
    mail.keep(a_message("m-10"), a_message("m-1"))

    assert [replace(a_message(name), raw=b"") for name in ("m-2", "m-10", "m-1")] == mail.messages()
    assert 3 == len(mail)


def test_a_list_can_be_of_one_tenant_endpoint_or_session(mail: MailStore) -> None:
    mail.keep(
        a_message("m-1"),
        a_message("m-2", tenant="fabrikam"),
        a_message("m-3", tenant=None, endpoint=Endpoint.MX),
        a_message("m-4", session="s-000043"),
    )

    assert ["m-1", "m-4"] == names(mail, tenant="contoso")
    assert ["m-3"] == names(mail, endpoint=Endpoint.MX)
    assert ["m-4"] == names(mail, session="s-000043")
    assert [] == names(mail, session="s-000043", tenant="fabrikam")


def test_a_list_of_one_recipient_knows_groups_and_their_members_whatever_the_case(mail: MailStore) -> None:
    mail.keep(a_message("m-1"), a_message("m-2", to=HELPDESK))

    assert ["m-1", "m-2"] == names(mail, recipient=Address.parse("HelpDesk@CONTOSO.com"))
    assert ["m-1"] == names(mail, recipient=EVERYBODY)
    assert ["m-1"] == names(mail, recipient=PARTNER)
    assert [] == names(mail, recipient=Address.parse("nobody@contoso.com"))


def test_a_deleted_message_is_gone_and_its_charges_stay(mail: MailStore) -> None:
    mail.keep(a_message("m-1"), a_message("m-2"), charges=[a_charge()])

    assert mail.delete("m-1")
    assert not mail.delete("m-1")
    assert ["m-2"] == names(mail, recipient=HELPDESK)
    assert (1, None, [a_charge()]) == (len(mail), mail.raw("m-1"), mail.charges())


def test_a_message_kept_after_a_deletion_is_the_last(mail: MailStore) -> None:
    mail.keep(a_message("m-1"), a_message("m-2"))
    mail.delete("m-1")
    mail.keep(a_message("m-1"))

    assert ["m-2", "m-1"] == names(mail)


def test_a_cleared_store_is_empty_and_takes_the_same_names_again(mail: MailStore) -> None:
    mail.keep(a_message(), charges=[a_charge()])
    mail.clear()

    assert (0, [], []) == (len(mail), mail.messages(), mail.charges())
    mail.keep(a_message())
    assert ["m-1"] == names(mail, recipient=HELPDESK)


def test_charges_come_back_in_order_if_they_outlive_a_process(mail: MailStore) -> None:
    charges = [a_charge(number, meter=meter, owner="Contoso") for number, meter in enumerate(Meter)]
    mail.keep(a_message(), charges=charges)
    mail.keep(charges=[a_charge(9)])

    expected = [c for c in charges if c.meter not in {Meter.FAILED_SIGN_INS, Meter.OPEN_SUBMISSIONS}] + [a_charge(9)]

    assert expected == mail.charges()


@pytest.mark.parametrize("again", [["m-1"], ["m-2", "m-1"], ["m-2", "m-2"]])
def test_an_id_that_is_taken_keeps_nothing_of_the_turn(mail: MailStore, again: list[str]) -> None:
    mail.keep(a_message("m-1"))

    with pytest.raises(StoreError, match=r"a message m-\d was kept before.* --seed$"):
        mail.keep(*[a_message(name, session="other") for name in again], charges=[a_charge()])

    assert ([replace(a_message("m-1"), raw=b"")], []) == (mail.messages(), mail.charges())
    mail.keep(a_message("m-3"))
    assert ["m-1", "m-3"] == names(mail)


def test_the_first_run_of_a_store_is_run_1(mail: MailStore) -> None:
    assert 1 == mail.run
