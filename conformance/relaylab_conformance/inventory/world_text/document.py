"""The blocks of a world file as tenants and what belongs to them, and where a new table goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any, Final

from relaylab_conformance.inventory.by_grammar import is_many, table_called
from relaylab_conformance.inventory.origin import broken
from relaylab_conformance.inventory.world_text.blocks import Block, Statement, split

_LEVELS: Final = 2  # of a table below a tenant


class Document:
    """A world file that is being written."""

    def __init__(self, text: str, name: str, document: Mapping[str, Any]) -> None:
        """Take the text apart; raise ExportError for tables that are written inside a line, where none can be added."""
        self.blocks = split(text)
        self._places: dict[int, int] = {}  # where a block stood when it was looked for last: often there still
        self._last: dict[str, Block] = {}  # of each kind that the world has, since one was added
        self._refuse_inline(document, name)

    def text(self) -> str:
        """Put the blocks together again."""
        return "".join(block.text() for block in self.blocks)

    def tenant(self, name: str) -> Block | None:
        """Give the table of a tenant."""
        found = (one for one in self.blocks if one.path == ("tenant",))
        return next((one for one in found if str(one.value("name")).casefold() == name.casefold()), None)

    def below(self, tenant: Block, table: str) -> list[Block]:
        """Give the tables of one kind that a tenant has."""
        return [one for one in self._span(tenant) if one.path == ("tenant", table)]

    def under(self, owner: Block, table: str) -> list[Block]:
        """Give the tables of one kind that belong to one that a tenant has, or to a deeper one."""
        behind = self.blocks[self._place_of(owner) + 1 :]
        deeper = takewhile(lambda one: len(one.path) > len(owner.path), behind)
        return [one for one in deeper if one.path == (*owner.path, table)]

    def all_of(self, tenant: Block) -> list[Block]:
        """Give a tenant's table and all below it."""
        return [tenant, *self._span(tenant)]

    def top(self, table: str) -> list[Block]:
        """Give the tables of one kind that the world has."""
        return [one for one in self.blocks if one.path == (table,)]

    def add_tenant(self) -> Block:
        """Add a tenant behind the others, or before all other tables."""
        after = max((self._last_of(one) for one in self.top("tenant")), default=0)
        return self._insert(after, "[[tenant]]", ("tenant",), "", space=True)

    def add_below(self, tenant: Block, table: str, last: Block | None) -> Block:
        """Add a table to a tenant, behind the ``last`` of its kind, or behind all where there is none."""
        after = self._place_of(last) if last else self._last_of(tenant)
        header = f"[[tenant.{table}]]" if is_many(table) else f"[tenant.{table}]"
        return self._insert(after, header, ("tenant", table), last.indent if last else "  ", space=last is None)

    def add_under(self, owner: Block, table: str) -> Block:
        """Add a table to one that a tenant has, directly behind it."""
        path = (*owner.path, table)
        return self._insert(self._place_of(owner), f"{owner.indent}  [[{'.'.join(path)}]]", path, "", space=False)

    def add_top(self, table: str) -> Block:
        """Add a table to the world, behind the last of its kind, or behind all where there is none."""
        last = self._last.get(table) or next(reversed(self.top(table)), None)
        after = self._place_of(last) if last else len(self.blocks) - 1
        added = self._insert(after, f"[[{table}]]", (table,), "", space=last is None or table == "sender")
        self._last[table] = added
        return added

    def remove(self, block: Block) -> None:
        """Take a table out; comments behind it, which are about the next one, stay."""
        place = self._place_of(block)
        self.blocks[place - 1].statements += block.statements[block.end_of_body() :]
        del self.blocks[place]
        self._last.pop(block.path[0], None)

    def _span(self, tenant: Block) -> Iterator[Block]:
        start = self._place_of(tenant)
        for block in self.blocks[start + 1 :]:
            if block.path[:1] != ("tenant",) or block.path == ("tenant",):
                return
            yield block

    def _place_of(self, block: Block) -> int:
        """Give where a block stands."""
        place = self._places.get(id(block), len(self.blocks))
        if place >= len(self.blocks) or self.blocks[place] is not block:
            place = self._places[id(block)] = self.blocks.index(block)
        return place

    def _last_of(self, tenant: Block) -> int:
        return self._place_of(tenant) + sum(1 for _ in self._span(tenant))

    def _insert(self, after: int, header: str, path: tuple[str, ...], indent: str, *, space: bool) -> Block:
        """Put a table behind a block and its deeper tables, and before comments that are about the next one."""
        while after + 1 < len(self.blocks) and len(self.blocks[after + 1].path) > max(len(path), _LEVELS):
            after += 1
        before = self.blocks[after]
        end = before.end_of_body() if before.path else len(before.statements)
        block = Block(path, f"{indent}{header}\n", before.statements[end:])
        del before.statements[end:]
        self._end_line(before)
        if space and not _ends_blank(before):
            before.statements.append(Statement("\n"))
        self.blocks.insert(after + 1, block)
        self._places[id(block)] = after + 1
        return block

    @staticmethod
    def _end_line(block: Block) -> None:
        """Have the last line of a file end, before another follows."""
        if block.statements and not block.statements[-1].text.endswith("\n"):
            block.statements[-1].text += "\n"
        elif not block.statements and block.header and not block.header.endswith("\n"):
            block.header += "\n"

    def _refuse_inline(self, document: Mapping[str, Any], name: str) -> None:
        found = {path: sum(1 for one in self.blocks if one.path == path) for path in {one.path for one in self.blocks}}
        for table, many in _counts(document):
            path = tuple(table.split("."))
            if found.get(path, 0) != many:
                header = f"[[{table}]]" if is_many(path[-1]) else f"[{table}]"
                way_out = f"write each under a line {header}, so that import can add to them"
                raise broken(name, table, "is written inside a line, or by dotted keys", way_out)


def _counts(document: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Count the tables of each kind in a document."""
    world = {"tenant", "site", "dns", "sender"}
    for key in world & set(document):
        yield key, len(document[key])
    tenants: Iterable[Mapping[str, Any]] = document.get("tenant", ())
    for key in table_called("tenant").tables:
        held = [one[key] for one in tenants if key in one]
        if held:
            yield f"tenant.{key}", sum(len(one) if isinstance(one, list) else 1 for one in held)


def _ends_blank(block: Block) -> bool:
    """Tell whether a block ends with a blank line, or is the beginning of an empty file."""
    if block.statements:
        return not block.statements[-1].text.strip()
    return not block.header
