"""Index-by tables at run time.

Source: PL/SQL Language Reference, "Associative Arrays" and "Collection Methods".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracle_standin.engine.plsql.kinds import TableType
    from oracle_standin.protocol import Value

Index = int | str
"""Of a table by VARCHAR2 a text; texts are in binary order."""

METHODS = frozenset({"COUNT", "DELETE", "EXISTS", "FIRST", "LAST", "LIMIT", "NEXT", "PRIOR"})
_LOWEST, _HIGHEST = -(2**31), 2**31 - 1


@dataclass(slots=True)
class IndexedTable:
    """A variable of a type TABLE OF ... INDEX BY PLS_INTEGER or VARCHAR2(n)."""

    name: str
    kind: TableType
    elements: dict[Index, Value] = field(default_factory=dict)
    constant: bool = False

    def get(self, index: Index) -> Value:
        """Return an element; raises ORA-01403 where there is none."""
        if index not in self.elements:
            raise OracleError(1403, "no data found")
        return self.elements[index]

    def put(self, index: Index, value: Value) -> None:
        """Set an element; raises ORA-01426 for an index that is no PLS_INTEGER."""
        if isinstance(index, int) and not _LOWEST <= index <= _HIGHEST:
            raise OracleError(1426, "numeric overflow")
        self.elements[index] = value

    def ask(self, method: str, index: Index | None = None) -> Index | None:
        """Return what COUNT, FIRST, LAST, LIMIT, NEXT(index) or PRIOR(index) gives."""
        keys = sorted(self.elements, key=_order)
        if method == "COUNT":
            return len(keys)
        if method == "LIMIT":
            return None
        if index is not None and method == "NEXT":
            keys = [key for key in keys if _order(key) > _order(index)]
        elif index is not None:
            keys = [key for key in keys if _order(key) < _order(index)]
        if not keys:
            return None
        return keys[0] if method in {"FIRST", "NEXT"} else keys[-1]

    def delete(self, bounds: Sequence[Index]) -> None:
        """Do what DELETE, DELETE(n) or DELETE(m, n) does."""
        if not bounds:
            self.elements.clear()
            return
        low, high = _order(bounds[0]), _order(bounds[-1])
        self.elements = {
            key: value for key, value in self.elements.items() if not low <= _order(key) <= high
        }

    def as_array(self, most: int) -> list[Value]:
        """Return the elements from 1 on for the client's array, NULL where there is none.

        Raises ORA-06513 for an index that the array does not have (Error Messages, ORA-06513).
        """
        if not self.elements:
            return []
        numbers = [index for index in self.elements if isinstance(index, int)]
        if min(numbers) < 1 or max(numbers) > most:
            message = "PL/SQL: index for PL/SQL table out of range for host language array"
            raise OracleError(6513, message)
        return [self.elements.get(index) for index in range(1, max(numbers) + 1)]


def _order(index: Index) -> tuple[int, bytes]:
    """Return what indexes of one table are ordered by."""
    return (index, b"") if isinstance(index, int) else (0, index.encode())
