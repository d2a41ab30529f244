"""The ways in which tools write the same table: PowerShell 5 and 7, the portals, a spreadsheet in between."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table becomes a file: ``delimiter`` "" means JSON; ``joins`` is what stands between parts of a list."""

    name: str
    delimiter: str = ","
    encoding: str = "utf-8"
    line_end: str = "\r\n"
    type_line: str = ""
    quotes_all: bool = True
    joins: str = ";"
    in_value: bool = False
    scubagear: bool = False

    @property
    def is_json(self) -> bool:
        """Whether it writes JSON."""
        return not self.delimiter

    @property
    def suffix(self) -> str:
        """The end of a file's name."""
        return ".json" if self.is_json else ".csv"

    def write(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        """Write a table."""
        return self._json(rows) if self.is_json else self._csv(rows)

    def _json(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        document: Any = list(rows)
        if self.in_value:
            document = {"@odata.context": "https://graph.example/$metadata", "value": document}
        elif len(rows) == 1:
            document = rows[0]  # as PowerShell writes a list of one
        return json.dumps(document, indent=2, ensure_ascii=False).encode(self.encoding)

    def _csv(self, rows: Sequence[Mapping[str, Any]]) -> bytes:
        out = io.StringIO()
        if self.type_line:
            out.write(f"{self.type_line}{self.line_end}")
        form = _Quoted if self.quotes_all else csv.excel
        writer = csv.writer(out, form, delimiter=self.delimiter, lineterminator=self.line_end)
        writer.writerow(rows[0])
        writer.writerows([self._cell(cell) for cell in row.values()] for row in rows)
        return out.getvalue().encode(self.encoding)

    def _cell(self, value: object) -> object:
        if isinstance(value, list):
            return self.joins.join(map(str, value))
        return "" if value is None else value


class _Quoted(csv.excel):
    """Every cell in quotes, as Export-Csv writes it."""

    quoting = csv.QUOTE_ALL


CSV: Final = Dialect("powershell-7-csv")
DIALECTS: Final = (
    CSV,
    Dialect("powershell-5-csv", encoding="utf-8-sig", type_line="#TYPE Selected.System.Management.Automation.PSObject"),
    Dialect("out-file-utf-16", encoding="utf-16", joins=" "),
    Dialect("spreadsheet-semicolons", delimiter=";", encoding="cp1252", quotes_all=False, joins=", "),
    Dialect("tabs", delimiter="\t", line_end="\n", quotes_all=False, joins=" "),
    Dialect("json", delimiter=""),
    Dialect("json-utf-8-mark", delimiter="", encoding="utf-8-sig", in_value=True),
    Dialect("scubagear", delimiter="", scubagear=True),
)
