"""Every export as it is held by administrators: known by its content, its values read as they are meant."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.cells import CellError, LostError, UnclearError
from relaylab_conformance.inventory.found import Entry, NoteKind
from relaylab_conformance.inventory.inventory import Inventory
from relaylab_conformance.inventory.reading import Hints, recognise
from relaylab_conformance.inventory.shapes import BY_NAME
from tests.conformance.inventory.importing import csv, put, take, world_of

CAS_COLUMNS = ("PrimarySmtpAddress", "SmtpClientAuthenticationDisabled")
CONNECTOR = ("Name", "ConnectorType", "SenderIPAddresses", "SenderDomains")
SWITCH = "smtp_client_authentication_disabled"


def imported(folder: Path, **files: bytes | str) -> Inventory:
    return take(put(folder, {name.replace("__", "."): content for name, content in files.items()}), tenant="contoso")


def entry(inventory: Inventory, table: str) -> Entry:
    (found,) = inventory.of(table)
    return found


def values(found: Entry) -> dict[str, object]:
    return {key: said.value for key, said in found.values.items()}


# Known by content ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shape", "columns"),
    [
        ("cas_mailboxes", ("DisplayName", "PrimarySmtpAddress", "SmtpClientAuthenticationDisabled", "ImapEnabled")),
        ("cas_mailboxes", ("SmtpClientAuthenticationDisabled", "EmailAddresses")),
        ("mailboxes", ("PrimarySmtpAddress", "RecipientLimits", "RecipientTypeDetails")),
        ("transport_config", ("Name", "SmtpClientAuthenticationDisabled", "MaxRecipientEnvelopeLimit")),
        ("transport_config", ("SmtpClientAuthenticationDisabled",)),
        ("organization_config", ("Name", "RejectDirectSend")),
        ("organization_config", ("OAuth2ClientProfileEnabled", "SendFromAliasEnabled", "DefaultAuthenticationPolicy")),
        ("accepted_domains", ("Name", "DomainName", "DomainType", "Default")),
        ("inbound_connectors", ("Enabled", "ConnectorType", "SenderIPAddresses", "SenderDomains", "Name")),
        ("authentication_policies", ("Name", "AllowBasicAuthImap", "AllowBasicAuthSmtp")),
        ("users", ("UserPrincipalName", "AuthenticationPolicy")),
        ("mail_contacts", ("DisplayName", "ExternalEmailAddress", "RecipientTypeDetails")),
        ("mail_users", ("UserPrincipalName", "PrimarySmtpAddress", "ExternalEmailAddress")),
        ("mail_users", ("PrimarySmtpAddress", "HVEAccount")),
        ("distribution_groups", ("PrimarySmtpAddress", "GroupType", "ManagedBy")),
        ("smtp_auth_clients", ("Sender address", "Domain", "TLS 1.0 (percent)", "TLS 1.2 (percent)", "Messages sent")),
        ("sign_ins", ("Date (UTC)", "Username", "IP address", "Client app", "Status")),
        ("sign_ins", ("UserPrincipalName", "IPAddress", "ClientAppUsed")),
        ("message_trace", ("Received", "SenderAddress", "RecipientAddress", "FromIP", "MessageTraceId")),
        (
            "trace_summary",
            ("origin_timestamp_utc", "sender_address", "recipient_status", "original_client_ip", "directionality"),
        ),
        ("message_trace", ("senderAddress", "recipientAddress", "fromIP", "receivedDateTime")),
    ],
)
@pytest.mark.parametrize("form", ["csv", "json", "reversed"])
def test_an_export_is_known_by_its_columns(tmp_path: Path, shape: str, columns: tuple[str, ...], form: str) -> None:
    ordered = columns[::-1] if form == "reversed" else columns
    row = dict.fromkeys(ordered, "x@contoso.com")
    text = json.dumps([row]) if form == "json" else csv(ordered, tuple(row.values()))
    put(tmp_path, {"whatever.txt": text})

    assert shape == recognise(tmp_path / "whatever.txt").shape


@pytest.mark.parametrize(
    "text",
    [
        "$ORIGIN contoso.com.\n@ IN MX 0 contoso-com.mail.protection.outlook.com.\n",
        '; made by hand\ncontoso.com. 3600 IN TXT "v=spf1 -all"\n',
        "contoso.com.\t\t3600\tIN\tMX\t0 contoso-com.mail.protection.outlook.com.\n",
    ],
)
def test_a_zone_is_known_by_its_lines(tmp_path: Path, text: str) -> None:
    put(tmp_path, {"contoso.csv": text})

    assert "zone" == recognise(tmp_path / "contoso.csv").shape


def test_of_a_folder_what_is_not_known_is_told_and_passed_over(tmp_path: Path) -> None:
    inventory = imported(tmp_path, cas__csv=csv(CAS_COLUMNS, ("a@contoso.com", "")), notes__csv=csv(("Who", "When")))

    assert [("left out", "notes.csv")] == [(note.kind, note.where) for note in inventory.notes]


def test_a_person_may_say_which_export_a_file_is(tmp_path: Path) -> None:
    rows = csv(("PrimarySmtpAddress", "Alias", "ExternalEmailAddress"), ("bulk@contoso.com", "bulk", ""))
    path = put(tmp_path, {"users.csv": rows}) / "users.csv"

    inventory = take(path, tenant="contoso", hints=Hints({}, {path: "mail_users"}))

    assert ["bulk@contoso.com"] == [one.key for one in inventory.of("hve_account")]


def test_a_person_may_say_what_a_column_is(tmp_path: Path) -> None:
    path = put(tmp_path, {"c.csv": csv(("Adresse", "SmtpClientAuthenticationDisabled"), ("a@contoso.com", "True"))})

    inventory = take(path, tenant="contoso", hints=Hints({"adresse": "primarysmtpaddress"}, {}))

    assert {SWITCH: True} == values(entry(inventory, "mailbox"))


@pytest.mark.parametrize("shape", BY_NAME.values(), ids=lambda shape: shape.name)
def test_every_export_has_a_command_and_says_what_for(shape: object) -> None:
    assert shape.command  # type: ignore[attr-defined]
    assert shape.asks  # type: ignore[attr-defined]


# Written in every way ------------------------------------------------------------------------------------------------

CAS = csv(CAS_COLUMNS, ("a@contoso.com", "True"), ("zoë@contoso.com", ""))


@pytest.mark.parametrize(
    "octets",
    [
        CAS.encode(),
        CAS.encode("utf-8-sig"),
        CAS.encode("utf-16"),
        b"\xfe\xff" + CAS.encode("utf-16-be"),
        CAS.encode("utf-16-le"),
        CAS.encode("utf-32"),
        CAS.encode("cp1252"),
        CAS.replace(",", ";").encode(),
        CAS.replace(",", "\t").replace('"', "").encode(),
        CAS.replace('"', "").replace("\r\n", "\n").encode(),
        b"#TYPE Selected.System.Management.Automation.PSCustomObject\r\n" + CAS.encode(),
        b'"sep=;"\r\n' + CAS.replace(",", ";").encode(),
        b"\r\n" + CAS.encode() + b"\r\n\r\n",
    ],
    ids=[
        "utf-8", "utf-8 mark", "utf-16", "utf-16 big", "utf-16 no mark", "utf-32", "cp1252", "semicolons", "tabs",
        "bare", "type line", "sep line", "blank lines",
    ],
)  # fmt: skip
def test_csv_is_read_in_every_encoding_and_form(tmp_path: Path, octets: bytes) -> None:
    inventory = imported(tmp_path, cas__csv=octets)

    assert ["a@contoso.com", "zoë@contoso.com"] == [one.key for one in inventory.of("mailbox")]
    assert {SWITCH: True} == values(inventory.of("mailbox")[0])
    assert {SWITCH} == inventory.of("mailbox")[1].empty


def test_a_code_page_is_a_guess_and_is_told_with_a_word_to_see_it_by(tmp_path: Path) -> None:
    inventory = imported(tmp_path, cas__csv=CAS.replace("zoë", "Łódź").encode("cp1250"))

    (told,) = [str(note) for note in inventory.notes if "Windows-1252" in note.what]
    assert told.startswith("cas.csv line 3: is no UTF-8 and is taken for Windows-1252 (Western European), by which")
    assert told.endswith('reads "£ódŸ@contoso.com"; if a letter there is wrong, export it again with -Encoding UTF8')


def test_rows_are_counted_as_a_spreadsheet_shows_them(tmp_path: Path) -> None:
    rows = csv(
        ("DisplayName", *CAS_COLUMNS), ('Two\nlines, ""quoted""', "a@contoso.com", ""), ("x", "b@contoso.com", "")
    )

    inventory = imported(tmp_path, cas__csv=rows)

    assert ["cas.csv row 2", "cas.csv row 3"] == [str(one.origin) for one in inventory.of("mailbox")]


BOX = {"PrimarySmtpAddress": "a@contoso.com", "SmtpClientAuthenticationDisabled": True}
OTHER = {"PrimarySmtpAddress": "b@contoso.com", "SmtpClientAuthenticationDisabled": None}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps([BOX, OTHER]),
        json.dumps({"@odata.context": "https://x", "value": [BOX, OTHER]}),
        json.dumps({"value": [BOX, OTHER], "Count": 2}),
        json.dumps({"records": [BOX, OTHER]}, indent=4),
        json.dumps(BOX) + "\n" + json.dumps(OTHER) + "\n",
    ],
    ids=["list", "graph", "powershell 5", "storage account", "a document a line"],
)
def test_json_is_read_in_every_form(tmp_path: Path, text: str) -> None:
    inventory = imported(tmp_path, cas__json=text)

    assert ["a@contoso.com", "b@contoso.com"] == [one.key for one in inventory.of("mailbox")]


def test_one_object_alone_is_a_record(tmp_path: Path) -> None:
    text = json.dumps({"Name": "contoso.onmicrosoft.com", "RejectDirectSend": True, "Lists": ["x"], "Nested": {"a": 1}})

    assert {"reject_direct_send": True} == values(entry(imported(tmp_path, org__json=text), "organization_config"))


# What is lost, what is unclear ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lost",
    [
        "System.Object[]",
        "System.String[]",
        "System.Collections.ArrayList",
        "Microsoft.Exchange.Data.MultiValuedProperty`1",
    ],
)
def test_a_list_that_became_its_type_is_told_with_the_command(tmp_path: Path, lost: str) -> None:
    inventory = imported(tmp_path, i__csv=csv(CONNECTOR, ("Relay", "OnPremises", lost, "smtp:*;1")))

    note = inventory.notes[0]
    assert (NoteKind.LOST, "i.csv row 2, SenderIPAddresses (column C)") == (note.kind, note.where)
    assert "Get-InboundConnector | ConvertTo-Json -Depth 5" in note.way_out
    assert "sender_ip_addresses is missing" in inventory.of("tenant")[0].unknown["inbound_connector Relay"]


def test_a_thousand_lost_lists_are_told_once_and_counted(tmp_path: Path) -> None:
    rows = [(f"u{number}@contoso.com", "", "System.Object[]") for number in range(1000)]

    inventory = imported(tmp_path, cas__csv=csv((*CAS_COLUMNS, "EmailAddresses"), *rows))

    assert 6 == len(inventory.notes)
    assert "and 995 rows more" in inventory.notes[-1].what


def test_two_exports_that_disagree_are_told(tmp_path: Path) -> None:
    one, other = (csv(CAS_COLUMNS, ("a@contoso.com", said)) for said in ("True", "False"))

    inventory = imported(tmp_path, one__csv=one, two__csv=other)

    assert {SWITCH: True} == values(entry(inventory, "mailbox"))
    assert [NoteKind.CONFLICT] == [note.kind for note in inventory.notes]


def test_a_value_that_the_world_does_not_know_is_left_out_and_told(tmp_path: Path) -> None:
    rows = csv(("DomainName", "DomainType"), ("contoso.com", "ExternalRelay"))

    inventory = imported(tmp_path, d__csv=rows)

    assert [NoteKind.LEFT_OUT] == [note.kind for note in inventory.notes]
    assert "ExternalRelay" in entry(inventory, "accepted_domain").unknown["domain_type"]


# Each export ---------------------------------------------------------------------------------------------------------


def test_a_connector_is_read_as_the_portal_made_it(tmp_path: Path) -> None:
    record = {
        "Enabled": True, "ConnectorType": "OnPremises", "ConnectorSource": "AdminUI", "Comment": "",
        "SenderIPAddresses": ["203.0.113.42", "203.0.113.0/28"], "SenderDomains": ["smtp:*;1", "smtp:*.contoso.com;5"],
        "TrustedOrganizations": [], "RequireTls": False, "TlsSenderCertificateName": None,
        "EFSkipIPs": ["10.0.0.1-10.0.0.9"],
        "Name": "Printers", "Identity": "Printers",
    }  # fmt: skip

    found = entry(imported(tmp_path, i__json=json.dumps([record])), "inbound_connector")

    assert ["*", "*.contoso.com"] == found.values["sender_domains"].value
    assert ["203.0.113.42", "203.0.113.0/28"] == found.values["sender_ip_addresses"].value
    assert "connector_source" not in found.values
    assert {"trusted_organizations", "tls_sender_certificate_name"} <= found.empty


@pytest.mark.parametrize(
    "joined", ["smtp:*;1 smtp:contoso.com;2", "smtp:*;1,smtp:contoso.com;2", "smtp:*;1\nsmtp:contoso.com;2"]
)
def test_sender_domains_in_one_cell_keep_their_priority_apart(tmp_path: Path, joined: str) -> None:
    inventory = imported(tmp_path, i__csv=csv(CONNECTOR, ("R", "OnPremises", "203.0.113.1", joined)))

    assert ["*", "contoso.com"] == entry(inventory, "inbound_connector").values["sender_domains"].value


def test_addresses_of_other_kinds_and_of_the_service_are_passed_over(tmp_path: Path) -> None:
    rows = csv(
        (*CAS_COLUMNS, "EmailAddresses", "Name"),
        ("A@contoso.com", "", "SMTP:A@contoso.com smtp:b@contoso.com SIP:a@contoso.com X500:/o=x", "a"),
        ("DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}@contoso.onmicrosoft.com", "", "", "D"),
    )

    found = entry(imported(tmp_path, cas__csv=rows), "mailbox")

    assert ("A@contoso.com", {"proxy_addresses": ["b@contoso.com"]}) == (found.key, values(found))


def test_a_contact_a_mail_user_and_an_hve_account_are_told_apart(tmp_path: Path) -> None:
    rows = csv(
        ("Name", "PrimarySmtpAddress", "UserPrincipalName", "ExternalEmailAddress", "RecipientTypeDetails"),
        ("Desk", "desk@fabrikam.com", "", "SMTP:desk@fabrikam.com", "MailContact"),
        ("Guest", "guest@contoso.com", "guest@contoso.com", "SMTP:guest@home.example", "MailUser"),
        ("Bulk", "bulk@contoso.com", "bulk@contoso.com", "", "MailUser"),
    )

    inventory = imported(tmp_path, users__csv=rows)

    assert ["Desk"] == [one.key for one in inventory.of("mail_contact")]
    assert ["guest@contoso.com"] == [one.key for one in inventory.of("mail_user")]
    assert ["bulk@contoso.com"] == [one.key for one in inventory.of("hve_account")]
    assert [NoteKind.INFERRED] == [note.kind for note in inventory.notes]


def test_a_shared_mailbox_is_one_that_nobody_signs_in_to(tmp_path: Path) -> None:
    rows = csv(
        ("PrimarySmtpAddress", "RecipientLimits", "MaxSendSize", "AccountDisabled"),
        ("shared@contoso.com", "Unlimited", "10 MB (10,485,760 bytes)", "True"),
    )

    found = entry(imported(tmp_path, m__csv=rows), "mailbox")

    assert {"account_enabled": False, "max_send_size": 10_485_760} == values(found)


def test_who_has_a_policy_is_read_from_the_users(tmp_path: Path) -> None:
    policies = csv(("Name", "AllowBasicAuthSmtp"), ("Block Basic", "False"))
    users = csv(("UserPrincipalName", "AuthenticationPolicy"), ("a@contoso.com", "Block Basic"), ("b@contoso.com", ""))
    boxes = csv(CAS_COLUMNS, ("a@contoso.com", ""), ("b@contoso.com", ""))

    inventory = imported(tmp_path, p__csv=policies, u__csv=users, c__csv=boxes)

    found = entry(inventory, "authentication_policy")
    assert {"allow_basic_auth_smtp": False, "users": ["a@contoso.com"]} == values(found)


def test_who_has_a_policy_is_asked_only_where_no_export_of_users_was_read(tmp_path: Path) -> None:
    policies = csv(("Name", "AllowBasicAuthSmtp"), ("Allow SMTP", "True"))
    users = csv(("UserPrincipalName", "AuthenticationPolicy"), ("a@contoso.com", ""))

    unread = entry(imported(tmp_path / "without", p__csv=policies), "authentication_policy")
    read = entry(imported(tmp_path / "with", p__csv=policies, u__csv=users), "authentication_policy")

    assert ["users"] == list(unread.unknown)
    assert not read.unknown
    assert {"allow_basic_auth_smtp": True, "users": []} == values(read)


def test_names_where_addresses_are_needed_are_left_out_and_told(tmp_path: Path) -> None:
    rows = csv(
        ("PrimarySmtpAddress", "GroupType", "AcceptMessagesOnlyFrom"),
        ("all@contoso.com", "Universal", "Boss;a@contoso.com"),
    )

    inventory = imported(tmp_path, g__csv=rows, c__csv=csv(CAS_COLUMNS, ("a@contoso.com", "")))

    assert ["a@contoso.com"] == entry(inventory, "distribution_group").values["accept_messages_only_from"].value
    assert [NoteKind.LEFT_OUT] == [note.kind for note in inventory.notes]


def test_scubagear_names_the_tenant_and_lacks_reject_direct_send(tmp_path: Path) -> None:
    tenant_id = "11111111-1111-1111-1111-111111111111"
    asked = [{"query_name": "_dmarc.contoso.com", "query_answers": "x"}]
    document = {
        "module_version": "1.7",
        "tenant_details": [{"DomainName": "contoso.onmicrosoft.com", "TenantId": tenant_id}],
        "accepted_domains": [{"DomainName": "contoso.com", "DomainType": "Authoritative"}],
        "spf_records": [{"domain": "contoso.com", "rdata": "v=spf1 -all", "log": []}],
        "dmarc_records": {"domain": "a.contoso.com", "rdata": ["v=DMARC1; p=none"], "log": asked},
        "org_config": [{"Name": "contoso.onmicrosoft.com", "SendFromAliasEnabled": True}],
        "inbound_connectors": {},
    }

    inventory = take(put(tmp_path, {"s.json": json.dumps(document)}))

    assert "contoso" == inventory.tenant
    assert {"send_from_alias_enabled": True} == values(entry(inventory, "organization_config"))
    assert "RejectDirectSend" not in str(entry(inventory, "organization_config").unknown)
    assert {("contoso.com", "v=spf1 -all"), ("_dmarc.contoso.com", "v=DMARC1; p=none")} == {
        (one.values["name"].value, one.values["value"].value) for one in inventory.of("dns")
    }


def test_a_zone_gives_the_records_that_the_world_knows(tmp_path: Path) -> None:
    text = (
        "$ORIGIN contoso.com.\n$TTL 1h\n@ IN SOA ns1 hostmaster (1 2 3 4 5)\n"
        "@ IN MX 0 contoso-com.mail.protection.outlook.com.\n"
        '@ 300 IN TXT "v=spf1 ip4:203.0.113.42 " "-all"\n_dmarc TXT "v=DMARC1; p=none"\n'
        'www A 203.0.113.1\n@ CAA 0 issue "x"\n'
        "selector1._domainkey CNAME selector1-contoso-com._domainkey.contoso.onmicrosoft.com.\n"
    )

    inventory = imported(tmp_path, z__txt=text)

    assert [
        ("contoso.com", "MX", "0 contoso-com.mail.protection.outlook.com"),
        ("contoso.com", "TXT", "v=spf1 ip4:203.0.113.42 -all"),
        ("_dmarc.contoso.com", "TXT", "v=DMARC1; p=none"),
        ("www.contoso.com", "A", "203.0.113.1"),
        ("selector1._domainkey.contoso.com", "CNAME", "selector1-contoso-com._domainkey.contoso.onmicrosoft.com"),
    ] == [tuple(str(one.values[key].value) for key in ("name", "type", "value")) for one in inventory.of("dns")]


def test_without_accepted_domains_those_of_mailboxes_are_taken_and_asked_for(tmp_path: Path) -> None:
    written = world_of(put(tmp_path, {"c.csv": csv(CAS_COLUMNS, ("a@contoso.com", ""))}), tenant="contoso")

    assert ["contoso.com"] == [str(one.name) for one in written.world.world.tenants[0].accepted_domains]
    assert "# unknown: domain_type: the domain is inferred from an address" in written.text


# Cells ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-28T09:15:00.1234567Z", datetime(2026, 11, 28, 9, 15, 0, 123456, UTC)),
        ("2026-11-28 09:15", datetime(2026, 11, 28, 9, 15, tzinfo=UTC)),
        ("2026-11-28T09:15:00+0100", datetime(2026, 11, 28, 8, 15, tzinfo=UTC)),
        ("2026-11-28", datetime(2026, 11, 28, tzinfo=UTC)),
        ("/Date(1772500523000)/", datetime(2026, 3, 3, 1, 15, 23, tzinfo=UTC)),
        ("11/28/2026 9:15:00 PM", datetime(2026, 11, 28, 21, 15, tzinfo=UTC)),
        ("28/11/2026 21:15:00", datetime(2026, 11, 28, 21, 15, tzinfo=UTC)),
        ("5.11.2026 21:15", datetime(2026, 11, 5, 21, 15, tzinfo=UTC)),
        ("11/12/2026 12:05:00 AM", datetime(2026, 11, 12, 0, 5, tzinfo=UTC)),
    ],
)
def test_dates_of_every_tool_are_read(written: str, expected: datetime) -> None:
    assert expected == cells.instant(written)


def test_a_date_whose_day_and_month_can_be_exchanged_is_not_guessed() -> None:
    with pytest.raises(UnclearError):
        cells.instant("11/12/2026 21:15:00")


@pytest.mark.parametrize("written", ["yesterday", "31.02.2026 10:00", "2026-13-01", 7, "99/99/2026"])
def test_what_is_no_date_is_refused(written: object) -> None:
    with pytest.raises(CellError):
        cells.instant(written)


@pytest.mark.parametrize(("written", "expected"), [("1,234", 1234), ("1.234", 1234), ("12", 12), (7, 7), (7.0, 7)])
def test_numbers_are_read_with_their_separators(written: object, expected: int) -> None:
    assert expected == cells.number(written)


@pytest.mark.parametrize("written", ["1,5", "12 MB", True, "", 1.5, None])
def test_what_is_no_whole_number_is_refused(written: object) -> None:
    with pytest.raises(CellError):
        cells.number(written)


@pytest.mark.parametrize(
    "written", ["a b", "a;b", "a, b", "{a, b}", "a\r\nb", ["a", "b"], {"value": ["a", "b"], "Count": 2}]
)
def test_lists_are_read_however_they_were_joined(written: object) -> None:
    assert ["a", "b"] == cells.texts(written)


@pytest.mark.parametrize(
    "written", ["System.Object[]", "@{Name=x}", "System.Collections.Generic.List`1[System.String]"]
)
def test_what_only_names_its_type_is_lost(written: str) -> None:
    with pytest.raises(LostError):
        cells.texts(written)


@pytest.mark.parametrize("written", ["=1+1", "=cmd|'/c calc'!A1", "@SUM(A1)", "+cmd|x", "-2+3+cmd|x!A"])
def test_formulas_are_refused(written: str) -> None:
    with pytest.raises(CellError, match="formula"):
        cells.text(written)


@pytest.mark.parametrize("written", ["-", "+49 30 1234", "@home", "- Printers -"])
def test_text_that_only_begins_like_a_formula_is_text(written: str) -> None:
    assert written == cells.text(written)


def test_braces_around_the_domains_of_a_connector_are_taken_off(tmp_path: Path) -> None:
    rows = csv(
        ("Name", "ConnectorType", "SenderIPAddresses", "SenderDomains"),
        ("Relay", "OnPremises", "{203.0.113.9}", "{smtp:*;1}"),
    )

    (connector,) = take(put(tmp_path, {"c.csv": rows}), tenant="contoso").of("inbound_connector")

    assert ["*"] == connector.values["sender_domains"].value
