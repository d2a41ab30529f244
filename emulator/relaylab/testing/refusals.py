"""``expect_refusal``: what may be expected, how it is recognised, and which of a client's exceptions end with it."""

from __future__ import annotations

import re
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from difflib import get_close_matches
from subprocess import CalledProcessError
from typing import TYPE_CHECKING, Final, Self

from relaylab.domain.decision import EffectKind
from relaylab.rules.catalogue import RULES
from relaylab.testing.failures import RefusalNotSeenError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from relaylab.testing.lab import Lab
    from relaylab.testing.verdicts import Verdict

_CODE: Final = re.compile(r"[45]\d\d")
_ENHANCED: Final = re.compile(r"[45]\.\d{1,3}\.\d{1,3}")
_ALMOST: Final = re.compile(r"\d[\dOoIl.,:-]*")  # digits, and what is taken for a digit or a dot
_MENDED: Final = str.maketrans("OoIl,:-", "0011...")
_RULE: Final = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_IDS: Final = frozenset(rule.id for rule in RULES)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A refusal as a test names it.

    None is any; a number or three digits are the reply code, ``5.7.30`` the enhanced code, a rule's id that rule, and
    anything else stands somewhere in the line, letter for letter.
    """

    what: str | int | None

    def __post_init__(self) -> None:
        """Refuse what can never be seen."""
        __tracebackhide__ = True
        self._refuse_almost_a_code()
        if isinstance(self.what, str) and self._is_rule and self.what not in _IDS:
            near = get_close_matches(self.what, _IDS, n=1)
            hint = f"did you mean {near[0]!r}?" if near else "`relaylab rules` lists them"
            raise ValueError(f"no rule has the id {self.what!r}; {hint}")

    def _refuse_almost_a_code(self) -> None:
        __tracebackhide__ = True
        text = str(self.what)
        if self.what is None or not _ALMOST.fullmatch(text) or _is_code(text):
            return
        meant = text.translate(_MENDED)
        way_out = f"did you mean {meant!r}?" if _is_code(meant) else "write one such as 550 or '5.7.30'"
        raise ValueError(f"{self.what!r} is no code of a refusal; {way_out}")

    @property
    def _is_rule(self) -> bool:
        return isinstance(self.what, str) and bool(_RULE.fullmatch(self.what)) and not _ENHANCED.fullmatch(self.what)

    def matches(self, verdict: Verdict) -> bool:  # noqa: PLR0911 - one line a form
        """Tell whether a verdict is this refusal."""
        reply = verdict.reply
        if not verdict.refuses:
            return False
        match self.what:
            case None:
                return True
            case int():
                return reply is not None and reply.code == self.what
            case text if self._is_rule:
                return verdict.rule == text
            case text if _CODE.fullmatch(text):
                return reply is not None and str(reply.code) == text
            case text if _ENHANCED.fullmatch(text):
                return reply is not None and reply.enhanced == text
            case text:
                return reply is not None and text in reply.line

    def __str__(self) -> str:
        """Say it in words."""
        if self.what is None:
            return "any refusal"
        return f"the refusal {self.what}" if not self._is_rule else f"a refusal by {self.what}"


def _is_code(text: str) -> bool:
    return bool(_CODE.fullmatch(text) or _ENHANCED.fullmatch(text))


class ExpectedRefusal(AbstractContextManager["ExpectedRefusal"], AbstractAsyncContextManager["ExpectedRefusal"]):
    """A block in which a refusal must come; for ``with`` and for ``async with``.

    An exception by which a client says what it was told ends with the block: one that carries a code or the text of
    the refusal, or that was raised from such a one, or the failure of a process. Every other exception goes on.
    ``verdict`` is the refusal, ``error`` the client's exception.
    """

    def __init__(self, lab: Lab, what: str | int | None, timeout: float) -> None:
        """Wait at the end of the block at most ``timeout`` real seconds for it; see ``Wanted`` for ``what``."""
        __tracebackhide__ = True
        self._lab = lab
        self._wanted = Wanted(what)
        self._timeout = timeout
        self._since = 0
        self._seen: Verdict | None = None
        self.error: Exception | None = None

    @property
    def verdict(self) -> Verdict:
        """The refusal, once the block is over."""
        if self._seen is None:
            msg = "the refusal is known behind the block, not in it"
            raise RuntimeError(msg)
        return self._seen

    def __enter__(self) -> Self:
        """Look at what comes from now on."""
        self._since = self._lab.last_seq
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Find the refusal, or raise RefusalNotSeenError, which tells what happened."""
        __tracebackhide__ = True
        if not _may_be_a_client_s(error):
            return False
        return self._end(self._lab.bell.wait(self._look, self._timeout), error)

    async def __aenter__(self) -> Self:
        """Look at what comes from now on."""
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Find the refusal, or raise RefusalNotSeenError, which tells what happened."""
        __tracebackhide__ = True
        if not _may_be_a_client_s(error):
            return False
        return self._end(await self._lab.bell.hear(self._look, self._timeout), error)

    def _look(self) -> tuple[Verdict, ...] | None:
        return tuple(verdict for verdict in self._new() if self._wanted.matches(verdict)) or None

    def _new(self) -> Iterator[Verdict]:
        return (verdict for verdict in self._lab.verdicts if verdict.seq > self._since)

    def _end(self, found: tuple[Verdict, ...] | None, error: BaseException | None) -> bool:
        __tracebackhide__ = True
        if not found:
            raise RefusalNotSeenError(self._lab.told(self._missing())) from error
        self._lab.expected.update(verdict.seq for verdict in found)
        self._seen = found[0]
        if isinstance(error, Exception) and _tells_of(error, found):
            self.error = error
            return True
        return False

    def _missing(self) -> str:
        others = [str(verdict) for verdict in self._new() if verdict.refuses]
        if others:
            return f"expected {self._wanted}, and there was another: {others[-1]}"
        return f"expected {self._wanted}, and nothing was refused"


def _may_be_a_client_s(error: BaseException | None) -> bool:
    """Tell a client's exception from an assertion that failed and from what ends a program."""
    return error is None or (isinstance(error, Exception) and not isinstance(error, AssertionError))


def _tells_of(error: BaseException, refusals: tuple[Verdict, ...]) -> bool:
    """Tell whether an exception, or one behind it, says what was refused."""
    chain: list[BaseException] = []
    behind: BaseException | None = error
    while behind is not None and behind not in chain:
        chain.append(behind)
        behind = behind.__cause__ or behind.__context__
    if any(isinstance(one, CalledProcessError) for one in chain):
        return True  # its exit code is all that a command line client has to say
    text = " ".join(f"{one} {one.args}" for one in chain)
    is_gone = any(isinstance(one, ConnectionError | EOFError) or "closed" in str(one) for one in chain)
    return any(
        (refusal.reply is not None and _stands_in(refusal, text))
        or (refusal.effect is EffectKind.DISCONNECT and is_gone)
        for refusal in refusals
    )


def _stands_in(refusal: Verdict, text: str) -> bool:
    reply = refusal.reply
    if reply is None:
        return False
    return re.search(rf"(?<!\d){reply.code}(?!\d)", text) is not None or (reply.enhanced or reply.text) in text
