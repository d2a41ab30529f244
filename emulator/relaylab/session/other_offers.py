"""The EHLO list as faults change it: keywords in, keywords out. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from relaylab.domain.fault import Behaviour, Fault, Layer
from relaylab.rules.faults import CONDUCTS

if TYPE_CHECKING:
    from relaylab.domain.randomness import Random

_AUTH: Final = "AUTH"
_STARTTLS: Final = "STARTTLS"
NONE: Final = "NONE"  # as a mechanism: no AUTH line at all


def other_offer(  # noqa: PLR0911 - one line a behaviour
    fault: Fault, offered: tuple[str, ...], in_tls: tuple[str, ...], *, layer: Layer, chance: Random
) -> tuple[str, ...]:
    """Give the list of ``layer`` as the fault has it; ``in_tls`` is the list that the service gives inside TLS."""
    conduct = CONDUCTS[fault.behaviour]
    words = fault.words or conduct.words
    match fault.behaviour:
        case Behaviour.PLAINOFFER | Behaviour.OFFER:
            meant = fault.layer or conduct.layer
            return _with_mechanisms(offered, words) if layer is meant else offered
        case Behaviour.NOSTARTTLS:
            return tuple(line for line in offered if _keyword(line) not in {_STARTTLS, _AUTH})
        case Behaviour.STARTTLSPLAIN:
            return in_tls
        case Behaviour.SMALLSIZE:
            size = fault.octets or conduct.octets
            return tuple(f"SIZE {size}" if _keyword(line) == "SIZE" else line for line in offered)
        case Behaviour.WITHOUT:
            return tuple(line for line in offered if _keyword(line) not in words)
        case Behaviour.UNKNOWN:
            return (*offered, *(f"XFOO{number} 1 2" for number in range(1, (fault.lines or conduct.lines) + 1)))
        case Behaviour.SHUFFLE:
            return tuple(chance.sample(offered, len(offered)))
        case Behaviour.STARTTLSAGAIN:
            return (*offered, _STARTTLS) if layer is Layer.TLS else offered
        case _:
            return offered


def mechanisms_of(offered: tuple[str, ...]) -> frozenset[str]:
    """Give the mechanisms of an offer."""
    return frozenset(word for line in offered if _keyword(line) == _AUTH for word in line.split()[1:])


def has_starttls(offered: tuple[str, ...]) -> bool:
    """Tell whether STARTTLS is offered."""
    return _STARTTLS in offered


def _with_mechanisms(offered: tuple[str, ...], mechanisms: tuple[str, ...]) -> tuple[str, ...]:
    """Put the AUTH line in the place of the one there is, else before the last line."""
    line = () if mechanisms == (NONE,) else (f"{_AUTH} {' '.join(mechanisms)}",)
    place = next((index for index, one in enumerate(offered) if _keyword(one) == _AUTH), None)
    if place is None:
        return (*offered[:-1], *line, *offered[-1:])
    return (*offered[:place], *line, *offered[place + 1 :])


def _keyword(line: str) -> str:
    return line.partition(" ")[0].upper()
