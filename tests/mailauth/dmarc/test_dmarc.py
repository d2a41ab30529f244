"""DMARC, a requirement a test: discovery, alignment, policies, sampling, several authors, errors."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relaylab.domain.authentication import DkimResult, DmarcPolicy, DmarcResult, SpfResult
from relaylab.domain.zone import DnsAnswer
from relaylab.mailauth.authors import author_domains
from relaylab.mailauth.dmarc import Discovery
from relaylab.mailauth.dmarc.record import RecordError, is_dmarc, parse_record
from tests.mailauth.dmarc.checking import NO_SPF, checked, dkim, dmarc_zone, spf
from tests.mailauth.zones import LiteralZone, a_zone

REJECT = dmarc_zone(contoso_com="v=DMARC1; p=reject")
TREE = Discovery.TREE_WALK


def test_a_message_passes_when_spf_passes_for_the_author_domain() -> None:
    check = checked(REJECT, "contoso.com", spf("contoso.com"))

    assert (DmarcResult.PASS, True, False) == (check.result, check.spf_aligned, check.dkim_aligned)


def test_a_message_passes_when_one_of_its_signatures_belongs_to_the_author() -> None:
    check = checked(REJECT, "contoso.com", NO_SPF, dkim("fabrikam.com"), dkim("contoso.com"))

    assert (DmarcResult.PASS, False, True) == (check.result, check.spf_aligned, check.dkim_aligned)


def test_what_passes_for_another_domain_vouches_for_nothing() -> None:
    check = checked(REJECT, "contoso.com", spf("fabrikam.com"), dkim("fabrikam.com"))

    assert (DmarcResult.FAIL, DmarcPolicy.REJECT) == (check.result, check.policy)
    assert "DMARC: SPF passed for fabrikam.com, which does not belong to contoso.com" in check.because


@pytest.mark.parametrize(
    ("record", "spf_domain", "expected"),
    [
        ("v=DMARC1; p=reject", "bounce.contoso.com", DmarcResult.PASS),
        ("v=DMARC1; p=reject; aspf=r", "bounce.contoso.com", DmarcResult.PASS),
        ("v=DMARC1; p=reject; aspf=s", "bounce.contoso.com", DmarcResult.FAIL),
        ("v=DMARC1; p=reject; aspf=s", "contoso.com", DmarcResult.PASS),
        ("v=DMARC1; p=reject", "notcontoso.com", DmarcResult.FAIL),
    ],
)
def test_alignment_is_relaxed_unless_the_record_wants_it_strict(
    record: str, spf_domain: str, expected: DmarcResult
) -> None:
    assert expected is checked(dmarc_zone(contoso_com=record), "contoso.com", spf(spf_domain)).result


def test_strict_dkim_leaves_spf_relaxed() -> None:
    zone = dmarc_zone(contoso_com="v=DMARC1; p=reject; adkim=s")

    assert DmarcResult.FAIL is checked(zone, "contoso.com", NO_SPF, dkim("mail.contoso.com")).result
    assert DmarcResult.PASS is checked(zone, "contoso.com", spf("mail.contoso.com")).result


def test_two_companies_under_one_public_suffix_do_not_belong_together() -> None:
    zone = dmarc_zone(contoso_co_uk="v=DMARC1; p=reject")

    assert DmarcResult.FAIL is checked(zone, "contoso.co.uk", spf("fabrikam.co.uk")).result
    assert DmarcResult.PASS is checked(zone, "contoso.co.uk", spf("mail.contoso.co.uk")).result


def test_the_wildcards_of_the_suffix_list_are_followed() -> None:
    zone = dmarc_zone(office_contoso_kawasaki_jp="v=DMARC1; p=reject")

    assert DmarcResult.PASS is checked(zone, "office.contoso.kawasaki.jp", spf("office.contoso.kawasaki.jp")).result
    assert DmarcResult.FAIL is checked(zone, "office.contoso.kawasaki.jp", spf("plant.contoso.kawasaki.jp")).result


def test_a_subdomain_without_a_record_follows_its_organization() -> None:
    zone = dmarc_zone(contoso_com="v=DMARC1; p=reject; sp=quarantine")
    check = checked(zone, "print.hq.contoso.com")

    assert (DmarcPolicy.QUARANTINE, "contoso.com") == (check.policy, check.record_domain)


def test_without_sp_the_policy_holds_for_subdomains_too() -> None:
    assert DmarcPolicy.REJECT is checked(REJECT, "print.contoso.com").policy


def test_a_subdomain_with_a_record_of_its_own_follows_that() -> None:
    zone = dmarc_zone(contoso_com="v=DMARC1; p=reject", print_contoso_com="v=DMARC1; p=none; sp=reject")

    assert DmarcPolicy.NONE is checked(zone, "print.contoso.com").policy


def test_without_a_record_the_best_guess_is_a_pass_or_nothing_is_known() -> None:
    assert DmarcResult.BEST_GUESS_PASS is checked(a_zone({}), "contoso.com", spf("contoso.com")).result
    assert DmarcResult.NONE is checked(a_zone({}), "contoso.com", spf("fabrikam.com")).result


def test_a_record_without_a_policy_is_an_error_unless_somebody_wants_reports() -> None:
    broken = checked(dmarc_zone(contoso_com="v=DMARC1; pct=50"))
    reporting = checked(dmarc_zone(contoso_com="v=DMARC1; p=nothing; rua=mailto:dmarc@contoso.com"))

    assert (DmarcResult.PERMERROR, None) == (broken.result, broken.policy)
    assert "p= is missing" in broken.because[0]
    assert (DmarcResult.FAIL, DmarcPolicy.NONE) == (reporting.result, reporting.policy)


def test_several_records_count_as_none() -> None:
    twice = a_zone({"_dmarc.contoso.com": [("TXT", "v=DMARC1; p=reject"), ("TXT", "v=DMARC1; p=none")]})
    check = checked(twice)

    assert DmarcResult.NONE is check.result
    assert "holds 2 DMARC records" in check.because[0]


def test_other_texts_beside_the_record_do_not_disturb() -> None:
    zone = a_zone(
        {"_dmarc.contoso.com": [("TXT", "hello"), ("TXT", "v=DMARC1; p=reject"), ("TXT", "V=DMARC1; p=none")]}
    )

    assert DmarcPolicy.REJECT is checked(zone).policy


def test_dns_that_does_not_answer_is_a_temporary_error_that_says_whether_the_world_holds_the_name() -> None:
    silent = checked(a_zone({}, silent=["_dmarc.contoso.com"]))
    foreign = checked(a_zone({}, foreign=["_dmarc.contoso.com"]))

    assert DmarcResult.TEMPERROR is silent.result is foreign.result
    assert "no zone of the world holds it" in foreign.because[0]


def test_a_temporary_error_below_makes_no_failure() -> None:
    undecided = spf("contoso.com", SpfResult.TEMPERROR)

    assert DmarcResult.TEMPERROR is checked(REJECT, "contoso.com", undecided).result
    assert (
        DmarcResult.TEMPERROR
        is checked(REJECT, "contoso.com", NO_SPF, dkim("contoso.com", DkimResult.TEMPERROR)).result
    )
    assert DmarcResult.FAIL is checked(REJECT, "contoso.com", spf("fabrikam.com", SpfResult.TEMPERROR)).result
    assert DmarcResult.PASS is checked(REJECT, "contoso.com", undecided, dkim("contoso.com")).result


def test_pct_spares_some_messages_and_the_same_seed_spares_the_same_ones() -> None:
    zone = dmarc_zone(contoso_com="v=DMARC1; p=reject; pct=25")
    drawn = [checked(zone, seed=seed) for seed in range(200)]
    spared = [check.sampled_out for check in drawn]

    assert 100 < sum(spared) < 190
    assert spared == [checked(zone, seed=seed).sampled_out for seed in range(200)]
    assert {DmarcPolicy.NONE, DmarcPolicy.REJECT} == {check.disposition for check in drawn}
    assert {DmarcPolicy.REJECT} == {check.policy for check in drawn}


def test_pct_0_spares_everybody_and_a_senseless_pct_nobody() -> None:
    assert checked(dmarc_zone(contoso_com="v=DMARC1; p=reject; pct=0")).sampled_out
    assert not checked(dmarc_zone(contoso_com="v=DMARC1; p=reject; pct=many")).sampled_out


def test_of_several_authors_the_strictest_failing_one_decides() -> None:
    zone = dmarc_zone(
        contoso_com="v=DMARC1; p=none", fabrikam_com="v=DMARC1; p=reject", tailspin_com="v=DMARC1; p=quarantine"
    )
    check = checked(zone, ("contoso.com", "fabrikam.com", "tailspin.com"), spf("contoso.com"))

    assert ("fabrikam.com", DmarcPolicy.REJECT) == (check.header_from, check.policy)
    assert "names 3 domains" in check.because[0]


def test_a_message_without_an_author_domain_cannot_be_checked() -> None:
    assert DmarcResult.PERMERROR is checked(REJECT, ()).result


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"From: Scanner <scanner@Contoso.COM>\r\n\r\n", ("contoso.com",)),
        (b"From: a@contoso.com, b@fabrikam.com, c@contoso.com\r\n\r\n", ("contoso.com", "fabrikam.com")),
        (b"From: a@contoso.com\r\nTo: x@y.z\r\nFrom: b@fabrikam.com\r\n\r\n", ("contoso.com", "fabrikam.com")),
        (b'From: "ceo@contoso.com" <x@evil.example>\r\n\r\n', ("evil.example",)),
        (b"From: folded\r\n <scanner@contoso.com>\r\n\r\n", ("contoso.com",)),
        ("From: x@bücher.example\r\n\r\n".encode(), ("xn--bcher-kva.example",)),
        (b"From: scanner\r\n\r\n", ()),
        (b"Subject: nobody\r\n\r\nFrom: body@contoso.com\r\n", ()),
    ],
)
def test_the_author_domains_are_those_of_every_mailbox_in_from(content: bytes, expected: tuple[str, ...]) -> None:
    assert expected == author_domains(content)


def test_the_tree_walk_takes_the_highest_record_as_the_organization() -> None:
    zone = dmarc_zone(contoso_com="v=DMARC1; p=reject", print_contoso_com="v=DMARC1; p=none")
    check = checked(zone, "mfp.print.contoso.com", spf("hq.contoso.com"), discovery=TREE)

    assert ("contoso.com", DmarcResult.PASS) == (check.organizational_domain, check.result)


def test_the_tree_walk_stops_where_a_record_says_it_is_an_organization() -> None:
    zone = dmarc_zone(contoso_com="v=DMARC1; p=reject", print_contoso_com="v=DMARC1; p=none; psd=n")
    check = checked(zone, "print.contoso.com", spf("contoso.com"), discovery=TREE)

    assert ("print.contoso.com", DmarcResult.FAIL) == (check.organizational_domain, check.result)


def test_the_tree_walk_keeps_apart_who_registers_under_a_suffix() -> None:
    zone = dmarc_zone(bank="v=DMARC1; p=reject; psd=y; np=reject")

    own = checked(zone, "contoso.bank", spf("mail.contoso.bank"), discovery=TREE)
    other = checked(zone, "contoso.bank", spf("fabrikam.bank"), discovery=TREE)

    assert ("contoso.bank", DmarcResult.PASS) == (own.organizational_domain, own.result)
    assert (DmarcResult.FAIL, "bank") == (other.result, other.record_domain)


def test_np_holds_for_subdomains_that_do_not_exist() -> None:
    record = [("TXT", "v=DMARC1; p=none; sp=none; np=reject")]
    zone = a_zone({"_dmarc.contoso.com": record, "real.contoso.com": [("A", "192.0.2.1")]})

    assert DmarcPolicy.REJECT is checked(zone, "invented.contoso.com", discovery=TREE).policy
    assert DmarcPolicy.NONE is checked(zone, "real.contoso.com", discovery=TREE).policy
    assert DmarcPolicy.NONE is checked(zone, "contoso.com", discovery=TREE).policy


def test_the_tree_walk_asks_eight_questions_at_most() -> None:
    asked: list[str] = []

    class Counting(LiteralZone):
        def look_up(self, name: str, record_type: str) -> DnsAnswer:
            asked.append(name)
            return super().look_up(name, record_type)

    checked(Counting(), ".".join("abcdefghijklmnop"), discovery=TREE)

    assert 8 == len([name for name in asked if name.endswith("p")])
    assert ["_dmarc.a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p", "_dmarc.j.k.l.m.n.o.p"] == asked[:2]


@given(text=st.one_of(st.text(max_size=80), st.text("vDMARC1=;prsnta% :", max_size=60).map("v=DMARC1;{}".format)))
def test_no_text_makes_the_parser_raise_anything_but_its_own_error(text: str) -> None:
    is_dmarc(text)

    with contextlib.suppress(RecordError):
        parse_record(text)


@given(content=st.binary(max_size=200), record=st.text(max_size=60), discovery=st.sampled_from(Discovery))
def test_every_message_gets_a_result(content: bytes, record: str, discovery: Discovery) -> None:
    authors = author_domains(b"From: " + content + b"\r\n\r\n")
    zone = a_zone({f"_dmarc.{author}": [("TXT", f"v=DMARC1;{record}")] for author in authors})

    assert checked(zone, authors, discovery=discovery).result in DmarcResult
