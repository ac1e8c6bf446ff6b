"""Parses what makes and reads XMLTYPE values.

Each becomes a call of a function of our own, ORA$..., which `functions` writes as ora.name(...).
Source: SQL Language Reference, XMLPARSE, XMLSERIALIZE, XMLELEMENT; PL/SQL Packages and Types
Reference, XMLTYPE.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from oracle_standin.engine.query import expressions, nodes
from oracle_standin.engine.query.datatypes import type_name
from oracle_standin.engine.query.refusals import refuse
from oracle_standin.lexer import Kind
from oracle_standin.protocol import OracleError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracle_standin.engine.query.cursor import Cursor

_MAX_VARCHAR_BYTES = 4000
_CONSTRUCTORS = frozenset(
    {("XMLTYPE",), ("SYS", "XMLTYPE"), ("XMLTYPE", "CREATEXML"), ("SYS", "XMLTYPE", "CREATEXML")}
)
_REFUSED_METHODS = frozenset(
    {
        "CREATENONSCHEMABASEDXML", "CREATESCHEMABASEDXML", "EXISTSNODE", "EXTRACT", "GETBLOBVAL",
        "GETNAMESPACE", "GETNUMBERVAL", "GETROOTELEMENT", "GETSCHEMAURL", "ISFRAGMENT",
        "ISSCHEMABASED", "ISSCHEMAVALID", "ISSCHEMAVALIDATED", "SCHEMAVALIDATE",
        "SETSCHEMAVALIDATED", "TOOBJECT", "TRANSFORM",
    }
)  # fmt: skip


def constructed(
    parts: tuple[str, ...], arguments: tuple[nodes.Expression, ...]
) -> nodes.Expression | None:
    """Return what a call of XMLTYPE's constructor, or of a method of a value, means; else None.

    A method needs the alias of the table before its column (ORA-00904 without).
    """
    if parts in _CONSTRUCTORS:
        if len(arguments) > 1:
            refuse("XMLTYPE with a schema")
        return nodes.Call(("ORA$XMLTYPE",), (nodes.Call(("ORA$TEXT_OF",), arguments),))
    if len(parts) < 3:
        return None
    return method(nodes.Name(parts[:-1], (True,) * (len(parts) - 1)), parts[-1], arguments)


def method(
    operand: nodes.Expression, name: str, arguments: tuple[nodes.Expression, ...]
) -> nodes.Expression | None:
    """Return what a method of an XMLTYPE value means; None for a name that is no method."""
    if name in _REFUSED_METHODS:
        refuse(f"the method {name} of XMLTYPE")
    if name not in {"GETCLOBVAL", "GETSTRINGVAL"}:
        return None
    if arguments:
        refuse(f"{name} with arguments")
    text = nodes.Call(("ORA$XML_TEXT",), (operand,))
    return _string(text, _MAX_VARCHAR_BYTES) if name == "GETSTRINGVAL" else text


def with_methods(cursor: Cursor, found: nodes.Expression) -> nodes.Expression:
    """Read the methods called on the result of a call."""
    while isinstance(found, nodes.Call | nodes.Cast) and cursor.at_operator("."):
        name, opening = cursor.peek(1), cursor.peek(2)
        if name is None or opening is None or not opening.is_operator("("):
            return found
        called = method(found, name.value, ())
        if called is None:
            return found
        for _ in range(3):
            cursor.take()
        cursor.expect_close()
        found = called
    return found


def _string(text: nodes.Expression, size: int) -> nodes.Expression:
    fitted = nodes.Call(("ORA$XML_STRING",), (text, nodes.Number(str(size))))
    return nodes.Cast(fitted, f"varchar({size})")


def parse(cursor: Cursor) -> nodes.Expression:
    """Read XMLPARSE after its left parenthesis."""
    if not (cursor.skip_words("DOCUMENT") or cursor.skip_words("CONTENT")):
        raise cursor.error(906)
    text = nodes.Call(("ORA$TEXT_OF",), (expressions.expression(cursor),))
    if cursor.skip_words("WELLFORMED"):
        refuse("XMLPARSE without a check (WELLFORMED)")
    return nodes.Call(("ORA$XML_DOCUMENT",), (text,))


def serialize(cursor: Cursor) -> nodes.Expression:
    """Read XMLSERIALIZE after its left parenthesis."""
    if not (cursor.skip_words("DOCUMENT") or cursor.skip_words("CONTENT")):
        raise cursor.error(906)
    operand = expressions.expression(cursor)
    wanted = _serialized_type(cursor) if cursor.skip_words("AS") else ""
    if cursor.at_word("ENCODING", "VERSION", "INDENT", "SHOW"):
        refuse(f"{cursor.take().value} in XMLSERIALIZE")
    stripped = cursor.skip_words("NO", "INDENT")
    cursor.skip_words("HIDE", "DEFAULTS")
    function = "ORA$XML_STRIPPED" if stripped else "ORA$XML_TEXT"
    text = nodes.Call((function,), (operand,))
    if not wanted.startswith("varchar"):
        return text
    return _string(text, int(wanted.partition("(")[2].rstrip(")") or _MAX_VARCHAR_BYTES))


def _serialized_type(cursor: Cursor) -> str:
    following = cursor.peek(1)
    if cursor.at_word("VARCHAR2", "VARCHAR") and not (
        following is not None and following.is_operator("(")
    ):
        cursor.take()
        return "varchar"
    if not cursor.at_word("CLOB", "VARCHAR2", "VARCHAR"):
        refuse("XMLSERIALIZE AS a type other than CLOB and VARCHAR2")
    return type_name(cursor)


def element(cursor: Cursor) -> nodes.Expression:
    """Read XMLELEMENT after its left parenthesis: a name and contents, without attributes."""
    if cursor.at_word("EVALNAME", "ENTITYESCAPING", "NOENTITYESCAPING"):
        refuse(f"{cursor.take().value} in XMLELEMENT")
    following = cursor.peek(1)
    if cursor.at_word("NAME") and following is not None and not following.is_operator(",", ")"):
        cursor.take()
    token = cursor.take()
    if token.kind not in {Kind.WORD, Kind.QUOTED}:
        raise OracleError(904, ": invalid identifier", token.start)
    contents: list[nodes.Expression] = []
    while cursor.skip_operator(","):
        if cursor.at_word("XMLATTRIBUTES"):
            refuse("XMLATTRIBUTES")
        contents.append(nodes.Call(("ORA$XML_CONTENT",), (expressions.expression(cursor),)))
    return nodes.Call(("ORA$XML_ELEMENT",), (nodes.Text(token.value), *contents))


def _refused(name: str, _cursor: Cursor) -> nodes.Expression:
    refuse(f"function {name}")


CALLS: dict[str, Callable[[Cursor], nodes.Expression]] = {
    **{
        name: partial(_refused, name)
        for name in ("XMLAGG", "XMLCAST", "XMLEXISTS", "XMLFOREST", "XMLPI", "XMLQUERY", "XMLROOT")
    },
    "XMLELEMENT": element,
    "XMLPARSE": parse,
    "XMLSERIALIZE": serialize,
}
"""Functions with a syntax of their own, by what reads them after the left parenthesis."""
