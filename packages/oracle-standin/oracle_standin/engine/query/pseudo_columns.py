"""Writes names: columns, pseudo-columns, sequence values and functions without parentheses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from oracle_standin.engine.names import quoted
from oracle_standin.engine.query import functions, nodes
from oracle_standin.engine.query.literals import quoted_text
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.engine.query.word_sets import word_set
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from oracle_standin.engine.query.scope import Output, Source

_WITHOUT_PARENTHESES = {
    "SYSDATE": '"SYS".sysdate()',
    "SYSTIMESTAMP": '"SYS".systimestamp()',
    "CURRENT_TIMESTAMP": '"SYS"."current_timestamp"()',
    "LOCALTIMESTAMP": '"SYS"."localtimestamp"()',
    "CURRENT_DATE": '"SYS"."current_date"()',
    "SESSIONTIMEZONE": '"SYS".sessiontimezone()',
    "DBTIMEZONE": '"SYS".dbtimezone()',
    "USER": "ora.setting('user')",
    "UID": '"SYS".uid()',
    "BINARY_DOUBLE_NAN": "'NaN'::float8",
    "BINARY_DOUBLE_INFINITY": "'Infinity'::float8",
    "BINARY_FLOAT_NAN": "'NaN'::float4",
    "BINARY_FLOAT_INFINITY": "'Infinity'::float4",
}
# The engine's own columns, which a quoted name would reach.
_ENGINE_COLUMNS = {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"}
_OF_TREES = {"CONNECT_BY_ISLEAF", "CONNECT_BY_ISCYCLE"}
_UNSUPPORTED = word_set(
    """
    OBJECT_ID OBJECT_VALUE
    """
)


def render_name(node: nodes.Name, out: Output) -> str:
    """Return the PostgreSQL text of a name."""
    if node.outer:
        refuse("(+) anywhere but in a comparison of a WHERE clause")
    word = "" if node.quoted[-1] else node.parts[-1]
    if word == "ROWID":
        return _row_identifier(_source_of(node, out))
    if word == "ORA_ROWSCN":
        return _row_scn(_source_of(node, out))
    if len(node.parts) == 1:
        return _pseudo_column(word, out) or _column(node, out)
    if word in {"NEXTVAL", "CURRVAL"}:
        return _sequence_value(node, word, out)
    if functions.is_known(node.parts):
        return functions.render_call(nodes.Call(node.parts, ()), out)
    return _column(node, out)


def _pseudo_column(word: str, out: Output) -> str | None:
    if word == "ROWNUM":
        return _block_value(out.scope.rownum, 976)
    if word == "LEVEL":
        return _block_value(out.scope.level, 1788)
    if out.scope.owner_of(word) is not None:
        return None
    if word in _OF_TREES:
        return _block_value(None, 1788)
    if word in _UNSUPPORTED:
        _refuse_unless_column(word, out)
    return _WITHOUT_PARENTHESES.get(word)


def _block_value(text: str | None, code: int) -> str:
    if text is None:
        raise OracleError(code, _BLOCK_ERRORS[code])
    return text


_BLOCK_ERRORS = {
    976: "Specified pseudocolumn or operator not allowed here.",
    1788: "CONNECT BY clause required in this query block",
}


def _refuse_unless_column(name: str, out: Output) -> None:
    sources = [source for scope in out.scope.chain() for source in scope.sources]
    if not any(source.columns is None for source in sources) and sources:
        refuse(name)


def _sequence_value(node: nodes.Name, word: str, out: Output) -> str:
    if len(node.parts) > 3:
        raise OracleError(1747, "invalid user.table.column, table.column, or column specification")
    schema = node.parts[0] if len(node.parts) == 3 else None
    ref = out.context.resolver.resolve(schema, node.parts[-2])
    if ref is None or ref.kind != "S":
        raise OracleError(2289, "sequence does not exist")
    out.writes = True
    name = quoted_text(f"{quoted(ref.owner)}.{quoted(ref.name)}")
    if name in out.scope.drawn:  # one value for each row, however often it is named
        word = "CURRVAL"
    elif word == "NEXTVAL":
        out.scope.met.add((node, name))
    return f"pg_catalog.{word.lower()}({name}::pg_catalog.regclass)::numeric"


def note_drawn(value: nodes.Expression, out: Output) -> None:
    """Note that a row has its value of a sequence, after a column that is nothing but NEXTVAL.

    Inside a larger expression it may not be drawn: a CASE has other branches.
    """
    out.scope.drawn |= {name for node, name in out.scope.met if node == value}


def _source_of(node: nodes.Name, out: Output) -> Source:
    if len(node.parts) == 1:
        return out.scope.only_stored()
    found = out.scope.source(node.parts[-2])
    if found is None:
        raise _invalid_identifier(node)
    return found


def _row_scn(source: Source) -> str:
    if source.numbered and source.ref is not None:
        refuse("ORA_ROWSCN of a table as it was")
    return f"ora.row_scn({source.sql}.xmin)"


def _row_identifier(source: Source) -> str:
    if source.stored:
        return f"ora.row_identifier({source.sql}.tableoid, {source.sql}.ctid)"
    return f'{source.sql}."ROWID"'


def _column(node: nodes.Name, out: Output) -> str:
    if node.parts[-1] in _ENGINE_COLUMNS:
        raise _invalid_identifier(node)
    if len(node.parts) > 3:
        refuse("an attribute of an object column")
    if len(node.parts) == 1:
        return quoted(node.parts[0])
    source = out.scope.source(node.parts[-2])
    if source is None and len(node.parts) == 3 and out.scope.source(node.parts[0]) is not None:
        refuse("an attribute of an object column")
    if source is None:
        raise _invalid_identifier(node)
    if (source.reference, node.parts[-1]) in out.scope.using:
        raise OracleError(25154, "column part of USING clause cannot have qualifier")
    return f"{source.sql}.{quoted(node.parts[-1])}"


def _invalid_identifier(node: nodes.Name) -> OracleError:
    return OracleError(904, ".".join(f'"{part}"' for part in node.parts) + ": invalid identifier")
