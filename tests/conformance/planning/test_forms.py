"""What is printed and written is read by real readers: a Markdown renderer, Python's csv, an HTML parser, a browser."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from relaylab_conformance.planning.as_csv import HEADINGS, as_csv, harmless
from relaylab_conformance.planning.as_html import as_html
from relaylab_conformance.planning.as_markdown import as_markdown, plain
from relaylab_conformance.planning.as_text import as_text
from relaylab_conformance.planning.model import Plan
from tests.clients.programs import missing
from tests.conformance.pages import Page
from tests.conformance.planning.planning import a_sender, estate_text, planned

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
HOSTILE = "<script>alert(1)</script> | `x` *y* [z](http://e.example) =cmd"
INSIDE = ("desk@contoso.com",)


@cache
def _plan() -> Plan:
    return planned(
        estate_text(
            a_sender(HOSTILE, site="shop", planned_for="2026-04-30"),
            a_sender("bulk", target="hve-basic", to=INSIDE),
            a_sender("app", profile="python-smtplib", mail_from="app@contoso.com", target="smtp-auth-oauth"),
            a_sender("stays", today="connector-relay"),
            a_sender("contact", target="mail-contact"),
        )
    ).plan


def test_the_checklist_renders_as_headings_a_table_and_fenced_lines() -> None:
    html = MarkdownIt("commonmark").enable("table").render(as_markdown(_plan()))
    page = Page(html)

    assert ["Plan of estate"] == [one.text for one in page.root.all("h1")]
    assert 5 == len(page.root.all("tbody")[0].all("tr"))
    assert all(7 == len(row.all("td")) for row in page.root.all("tbody")[0].all("tr"))
    shown = [one.text for one in page.root.all("code")]
    assert any(line.startswith("Set-InboundConnector -Identity") for line in shown)
    assert html.count("<li>") == html.count("</li>")
    assert "[ ] " in html


def test_what_a_world_file_holds_is_never_markup_in_the_checklist() -> None:
    html = MarkdownIt("commonmark").enable("table").render(as_markdown(_plan()))
    page = Page(html)

    assert HOSTILE in page.root.all("tbody")[0].text
    assert not [tag for tag in ("script", "a", "em") if page.root.all(tag)]


@pytest.mark.parametrize(("at", "has_days"), [("2026-11-26", False), ("2026-09-01", True)])
def test_a_column_that_says_now_in_every_row_is_a_sentence_instead(at: str, *, has_days: bool) -> None:
    plan = planned(estate_text(a_sender(), a_sender("two", site="shop")), at).plan
    forms = (as_markdown(plan), as_html(plan), as_text(plan, 200).replace("DO BEFORE", "Do before"))

    for form in forms:
        assert has_days is ("Do before" in form)
        assert has_days is not ("No day is left that is 60 days before a stop: begin now" in form)


@pytest.mark.parametrize(("planned_for", "stands_still"), [(None, False), ("2027-02-01", True)])
def test_days_of_standing_still_are_a_column_only_where_the_world_file_has_a_day_planned_for(
    planned_for: str | None, *, stands_still: bool
) -> None:
    plan = planned(estate_text(a_sender(planned_for=planned_for), a_sender("two", site="shop"))).plan
    forms = (as_markdown(plan), as_html(plan), as_text(plan, 200).replace("STANDS STILL", "Stands still"))

    for form in forms:
        assert stands_still is ("Stands still" in form)
        assert stands_still is not (
            "once the world file has the day that its owner plans for (planned" in plain_of(form)
        )


def plain_of(form: str) -> str:
    return form.replace("\\", "")


def test_the_checklist_writes_dates_names_and_citations_as_a_person_would() -> None:
    inside = a_sender("two", target="direct-send", to=("a@example.net", "b@example.org"))
    text = as_markdown(planned(estate_text(inside, a_sender("bulk", target="hve-basic", to=INSIDE))).plan)

    assert "| 2026-12-31 |" in text
    assert ": SMTP AUTH with a password to connector relay\n" in text
    assert "\nThe world file plans direct-send, which does not hold: " in text
    assert "internal only? No: a@example.net and b@example.org are outside, where" in text
    assert "volume? Low: 1 message a day" in text
    assert ", seen 2026 (observed" in text


@pytest.mark.parametrize(
    ("text", "written"),
    [("1. x", "1\\. x"), ("- x", "\\- x"), ("---", "\\---"), ("2026-12-31", "2026-12-31"), ("5.7.30", "5.7.30")],
)
def test_a_text_begins_no_list(text: str, written: str) -> None:
    assert written == plain(text)


def test_the_page_says_who_stops_when_with_which_line_and_what_to_do_first() -> None:
    page = Page(as_html(_plan()))
    rows = {row.all("th")[0].text.split(" SMTP AUTH")[0]: row.text for row in page.root.all("tbody")[0].all("tr")}

    assert not page.unbalanced
    first = ["Do this first", "Who stops when, with which line", "Then", "Mistakes found", "What a guide got wrong"]
    assert first == [one.text for one in page.root.all("h2")]
    assert "2026-12-31" in rows["app"]
    assert "550 5.7.30" in rows["app"]
    assert "app: SMTP AUTH with OAuth" in page.root.all("h3")[0].text
    assert any(HOSTILE in name for name in rows)


def test_the_page_folds_the_ways_that_are_not_taken_and_nothing_else() -> None:
    plan = _plan()
    page = Page(as_html(plan))
    folded = page.root.all("details")
    first = f"{len(plan.work[0].candidates) - 1} other ways, and what stands for and against each"

    assert len(plan.work) == len(folded)
    assert first == folded[0].all("summary")[0].text
    assert not any("open" in one.attributes for one in folded)
    for sender, fold in zip(plan.work, folded, strict=True):
        told = (sender.why, *sender.cautions, *(line for step in sender.steps for line in step.lines))
        assert all(one in page.root.text and one not in fold.text for one in told)
        for each in sender.candidates:
            assert all(reason in page.root.text for reason in each.reasons)
            assert (each.method is not sender.recommended) is all(reason in fold.text for reason in each.reasons)


def test_the_page_needs_nothing_but_itself() -> None:
    page = Page(as_html(_plan()))

    assert not [tag for tag in ("script", "link", "img", "iframe") if page.root.all(tag)]
    (policy,) = [one for one in page.root.all("meta") if "http-equiv" in one.attributes]
    assert "default-src 'none'; style-src 'unsafe-inline'" == policy.attributes["content"]


def test_a_spreadsheet_has_a_row_for_every_sender_with_when_it_stops_why_and_what_comes_first() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(_plan()).removeprefix("\ufeff"), newline=""), strict=True))
    app = next(row for row in rows if row["sender"] == "app")

    assert list(HEADINGS) == list(rows[0])
    assert len(_plan().senders) == len(rows)
    assert ("1", "smtp-auth-basic", "2026-12-31", "smtp-auth-oauth") == (
        app["order"],
        app["today"],
        app["stops"],
        app["move to"],
    )
    assert "550 5.7.30" in app["with"]
    assert all(app[heading] for heading in ("why", "effort", "what to do", "written at"))
    assert all(f"({number}) " in app["lines to run, publish or set"] for number in range(1, int(app["steps"]) + 1))
    assert ["", "stays", "0"] == [rows[-1][heading] for heading in ("order", "move to", "steps")]


def test_a_spreadsheet_starts_with_the_mark_by_which_excel_knows_its_letters() -> None:
    assert b"\xef\xbb\xbf" == as_csv(_plan()).encode()[:3]


@pytest.mark.parametrize("begin", ["=", "+", "-", "@"])
def test_no_cell_of_a_spreadsheet_is_a_formula(begin: str) -> None:
    text = as_csv(planned(estate_text(a_sender(f"{begin}HYPERLINK"))).plan)
    (row,) = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)

    assert f"'{begin}HYPERLINK" == row["sender"]


@pytest.mark.parametrize("cell", ["\t=x", "\r=x", "\n=x", " =x", "\0=x", "\tx", "\rx", "＝x"])  # noqa: RUF001
def test_nor_does_one_become_a_formula_by_what_stands_before_it(cell: str) -> None:
    assert harmless(cell).startswith("'")


def test_what_is_no_formula_stays_as_it_is() -> None:
    assert "copier 2 (3rd floor)" == harmless("copier 2 (3rd floor)")


@pytest.mark.slow
@pytest.mark.clients
def test_a_browser_renders_the_page(tmp_path: Path) -> None:
    if BROWSER is None:
        missing("chromium", "sudo apt install chromium")
    file = tmp_path / "plan.html"
    file.write_text(as_html(_plan()), encoding="utf-8")
    command = [
        str(BROWSER),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--no-first-run",
        f"--user-data-dir={tmp_path / 'profile'}",
        f"--screenshot={tmp_path / 'plan.png'}",
        "--window-size=1200,1600",
        "--dump-dom",
        file.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, check=True, timeout=120, cwd=tmp_path)

    dom = Page(done.stdout.decode())
    assert "Do this first" in [one.text for one in dom.root.all("h2")]
    assert HOSTILE in dom.root.text
    assert 4 == len(dom.root.all("details"))
    assert not dom.root.all("script")


@pytest.mark.parametrize("width", [60, 120, 200])
def test_the_table_tells_every_sender_at_any_width(width: int) -> None:
    text = as_text(_plan(), width)

    assert all(name in text for name in ("bulk", "app", "stays", "contact"))
    assert "Do this first, for app" in text
