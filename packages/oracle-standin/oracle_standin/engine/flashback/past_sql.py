"""Writes the queries that give a table as it was.

A current row belongs to the living version with its content, if the log has told of one; all
other current rows are as they were before the log. Rows keep the ROWID of their current row; a row
that is gone has one of its own, the same in all its versions, that no stored row ever has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from oracle_standin.engine.names import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSION_COLUMNS = {
    "VERSIONS_STARTSCN": "numeric",
    "VERSIONS_ENDSCN": "numeric",
    "VERSIONS_STARTTIME": 'ora."TIMESTAMP"',
    "VERSIONS_ENDTIME": 'ora."TIMESTAMP"',
    "VERSIONS_XID": "bytea",
    "VERSIONS_OPERATION": "character varying(1)",
}
"""The pseudo-columns of VERSIONS and their types."""

_MOMENT = (
    '(SELECT ora.instant_seconds(c.at)::ora."TIMESTAMP" FROM ora.commits c WHERE c.scn = {scn})'
)


@dataclass(frozen=True, slots=True)
class TableShape:
    """A table of PostgreSQL: its columns by attribute number, None where one was dropped."""

    relid: int
    sql: str
    columns: tuple[tuple[str, str] | None, ...]
    """Names and types."""
    structure_scn: int

    @property
    def names(self) -> list[str]:
        """Return the quoted names of the columns that are there."""
        return [quoted(column[0]) for column in self.columns if column]


def column_definitions(shape: TableShape, *, versions: bool) -> str:
    """Return names and types of the columns of the past table.

    Dropped columns keep their places, so that attribute numbers are those of the table.
    """
    parts = [
        f"{quoted(column[0])} {column[1]}" if column else f'"ora$gone{number}" integer'
        for number, column in enumerate(shape.columns, start=1)
    ]
    parts.append('"ROWID" ora."ROWID"')
    if versions:
        parts += [f'"{name}" {kind}' for name, kind in VERSION_COLUMNS.items()]
    return ", ".join(parts)


def current(shape: TableShape) -> str:
    """Return the query for a table as it is now."""
    row_id = "ora.row_identifier(t.tableoid, t.ctid)"
    return f"SELECT {_columns(shape, 't')}, {row_id} FROM {shape.sql} t"  # noqa: S608 - quoted names


def as_of(shape: TableShape, scn: int) -> str:
    """Return the query for a table as it was at an SCN."""
    living = f"p.ora$start_scn IS NULL OR p.ora$start_scn <= {scn}"
    ended = f"(v.start_scn IS NULL OR v.start_scn <= {scn}) AND v.end_scn > {scn}"
    return f"""
{_paired(shape)}
SELECT {_columns(shape, "p")}, p.ora$row_id FROM paired p WHERE {living}
UNION ALL
SELECT {_columns(shape, "i")}, {_row_id(shape)}
{_ended(shape)} WHERE v.relid = {shape.relid} AND {ended}"""  # noqa: S608 - numbers and quoted names


def versions_between(shape: TableShape, low: int, high: int) -> str:
    """Return the query for the versions that lived between two SCNs, both included."""
    living = f"p.ora$start_scn IS NULL OR p.ora$start_scn <= {high}"
    ended = (
        f"(v.start_scn IS NULL OR v.start_scn <= {high})"
        f" AND (v.end_scn > {low} OR v.operation = 'D' AND v.end_scn = {low})"
    )
    return f"""
{_paired(shape)}
SELECT {_columns(shape, "p")}, p.ora$row_id, {_facts("p.ora$", low, high)}
FROM paired p WHERE {living}
UNION ALL
SELECT {_columns(shape, "i")}, {_row_id(shape)}, {_facts("v.", low, high)}
{_ended(shape)} WHERE v.relid = {shape.relid} AND {ended}"""  # noqa: S608 - numbers and quoted names


def _paired(shape: TableShape) -> str:
    """Return the WITH clause that pairs current rows with living versions of the same content."""
    row = f"ROW({', '.join(f't.{name}' for name in shape.names)})::text"
    return f"""
WITH hashed AS MATERIALIZED (
  SELECT t.*, ora.row_identifier(t.tableoid, t.ctid) AS ora$row_id,
    md5(rtrim(substr(r.text, 2, length(r.text) - 2), ',')) AS ora$digest
  FROM {shape.sql} t CROSS JOIN LATERAL (SELECT {row} AS text OFFSET 0) r
), living AS MATERIALIZED (
  SELECT v.digest, v.chain AS ora$chain, v.start_scn AS ora$start_scn,
    v.start_xid AS ora$start_xid, v.operation AS ora$operation, NULL::bigint AS ora$end_scn,
    row_number() OVER (PARTITION BY v.digest ORDER BY v.id) AS number
  FROM ora.row_versions v
  WHERE v.relid = {shape.relid} AND v.end_scn IS NULL AND v.start_scn > {shape.structure_scn}
), paired AS MATERIALIZED (
  SELECT h.*, l.ora$chain, l.ora$start_scn, l.ora$start_xid, l.ora$operation,
    l.ora$end_scn
  FROM (SELECT h.*, row_number() OVER (PARTITION BY h.ora$digest ORDER BY h.ora$row_id::bytea)
    AS ora$number FROM hashed h) h
  LEFT JOIN living l ON l.digest = h.ora$digest AND l.number = h.ora$number
)"""  # noqa: S608 - numbers and quoted names


def _columns(shape: TableShape, alias: str) -> str:
    return ", ".join(
        f"{alias}.{quoted(column[0])}" if column else "NULL::integer" for column in shape.columns
    )


def _ended(shape: TableShape) -> str:
    # Columns that were added later are missing at the image's end.
    text = (
        f"'(' || v.image || repeat(',', {len(shape.names) - 1} - greatest(v.width - 1, 0)) || ')'"
    )
    return f"""FROM ora.row_versions v
CROSS JOIN LATERAL (SELECT ({text})::{shape.sql} AS whole OFFSET 0) w
CROSS JOIN LATERAL (SELECT (w.whole).*) i
LEFT JOIN paired p ON p.ora$chain = v.chain"""


def _row_id(shape: TableShape) -> str:
    return f"coalesce(p.ora$row_id, ora.lost_row_identifier({shape.relid}::oid, v.chain))"


def _facts(alias: str, low: int, high: int) -> str:
    """Return the pseudo-columns: empty where a version began or ended outside the window."""
    starts = f"{alias}start_scn >= {low}"
    ends = f"{alias}end_scn <= {high} AND {alias}operation IS DISTINCT FROM 'D'"
    start_scn = f"CASE WHEN {starts} THEN {alias}start_scn END"
    end_scn = f"CASE WHEN {ends} THEN {alias}end_scn END"
    return ", ".join(
        [
            f"({start_scn})::numeric",
            f"({end_scn})::numeric",
            _MOMENT.format(scn=start_scn),
            _MOMENT.format(scn=end_scn),
            f"CASE WHEN {starts} THEN int8send({alias}start_xid) END",
            f"(CASE WHEN {starts} THEN {alias}operation END)::character varying(1)",
        ]
    )


def columns_of(rows: Sequence[tuple[str | None, str | None]]) -> tuple[tuple[str, str] | None, ...]:
    """Return columns from rows of name and type, both None for a dropped one."""
    return tuple((name, kind) if name and kind else None for name, kind in rows)
