"""The wire as it is kept: the newest lines of the newest sessions."""

from __future__ import annotations

from relaylab.domain.dialogue import Line, Speaker
from relaylab.store import Dialogues


def line(session: str, text: str) -> Line:
    return Line(session, Speaker.CLIENT, text)


def test_sessions_are_kept_apart_in_order() -> None:
    dialogues = Dialogues()
    for session, text in (("s-1", "EHLO a"), ("s-2", "EHLO b"), ("s-1", "QUIT")):
        dialogues.append(line(session, text))

    assert ("s-1", "s-2") == dialogues.sessions
    assert "session s-1\n  C: EHLO a\n  C: QUIT\nsession s-2\n  C: EHLO b" == dialogues.text()
    assert "session s-2\n  C: EHLO b" == dialogues.text("s-2")


def test_old_lines_and_old_sessions_make_room_and_are_counted() -> None:
    dialogues = Dialogues(sessions=2, lines=2)
    for number in range(3):
        for text in ("one", "two", "three"):
            dialogues.append(line(f"s-{number}", text))

    assert dialogues.text().startswith(
        "(1 earlier sessions are not kept)\nsession s-1\n  (1 earlier lines are not kept)"
    )
    assert ["two", "three"] == [kept.text for kept in dialogues.of("s-2")]
    assert () == dialogues.of("s-0")


def test_what_was_noted_comes_back_with_the_counts_of_what_made_room() -> None:
    dialogues = Dialogues(sessions=2, lines=2)
    for session in ("s-1", "s-2", "s-3"):
        for text in ("one", "two", "three"):
            dialogues.append(line(session, text))
    dump, said = dialogues.dump(), dialogues.text()

    dialogues.append(line("s-4", "other"))
    dialogues.load(dump)

    assert said == dialogues.text()
    dialogues.append(line("s-3", "four"))
    assert ["three", "four"] == [kept.text for kept in dialogues.of("s-3")]


def test_nothing_is_left_after_clearing() -> None:
    dialogues = Dialogues(sessions=1, lines=1)
    for session in ("s-1", "s-1", "s-2"):
        dialogues.append(line(session, "x"))
    dialogues.clear()

    assert ("", ()) == (dialogues.text(), dialogues.sessions)
