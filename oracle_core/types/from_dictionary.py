"""From a row of ALL_TAB_COLS to a type (Database Reference, "ALL_TAB_COLUMNS")."""

from __future__ import annotations

import functools
import re

from oracle_core.types.oracle_type import OracleType
from oracle_core.types.parse import TypeSyntaxError, parse
from oracle_core.types.table import TYPE_TABLE
from oracle_core.types.type_row import Family

_DENSE = re.compile(r",\s*DENSE\s*\)$")
_SYSTEM_OWNERS = frozenset({"SYS", "PUBLIC"})


def from_dictionary(
    data_type: str,
    data_length: int | None = None,
    data_precision: int | None = None,
    data_scale: int | None = None,
    char_length: int | None = None,
    char_used: str | None = None,
    data_type_owner: str | None = None,
) -> OracleType:
    """Return the type of a column from its row in the dictionary.

    `DATA_LENGTH` counts bytes and means nothing for LOBs; the length of text in its own unit is
    `CHAR_LENGTH`. INTEGER is NUMBER with a scale of 0 and no precision; the precision of FLOAT
    counts binary digits; a timestamp's DATA_TYPE spells its digits. Equal rows share one value,
    since large dictionaries have a million columns of a few hundred types.

    Args:
        data_type: DATA_TYPE, with digits for timestamps and intervals.
        data_length: DATA_LENGTH, bytes.
        data_precision: DATA_PRECISION.
        data_scale: DATA_SCALE.
        char_length: CHAR_LENGTH, in characters.
        char_used: CHAR_USED, `B` or `C`; None where it does not apply.
        data_type_owner: DATA_TYPE_OWNER; set for types made by CREATE TYPE and for XMLTYPE.
    """
    return _type_of(
        data_type,
        data_length,
        data_precision,
        data_scale,
        char_length,
        char_used,
        data_type_owner,
    )


@functools.lru_cache(maxsize=10_000)
def _type_of(
    data_type: str,
    data_length: int | None,
    data_precision: int | None,
    data_scale: int | None,
    char_length: int | None,
    char_used: str | None,
    data_type_owner: str | None,
) -> OracleType:
    if data_type_owner is not None:
        # DATA_TYPE_OWNER of XMLTYPE is SYS or PUBLIC; a type of a user may have the same name.
        is_xml = data_type == "XMLTYPE" and data_type_owner in _SYSTEM_OWNERS
        return OracleType(data_type, owner=None if is_xml else data_type_owner)
    row = TYPE_TABLE.get(data_type)
    if row is not None and row.family is Family.DECIMAL:
        return OracleType(data_type, data_precision, data_scale)
    if row is None or row.sized is None:  # timestamps and intervals spell their digits
        return _spelled(data_type)
    if row.family is not Family.TEXT:
        return OracleType(data_type, length=data_length or None)
    if row.sized.has_unit and char_used != "C":
        return OracleType(data_type, length=data_length or None, char_used="B")
    return OracleType(data_type, length=char_length or None, char_used="C")


def from_vector_info(vector_info: str | None) -> OracleType:
    """Return a VECTOR from VECTOR_INFO of `ALL_TAB_COLS` (23ai).

    DENSE is left out: it is what a declaration without a storage format means, and releases that
    have no other do not know the word (SQL Language Reference, "VECTOR Data Type").
    """
    return _spelled(_DENSE.sub(")", vector_info or "VECTOR"))


def _spelled(data_type: str) -> OracleType:
    try:
        return parse(data_type)
    except TypeSyntaxError:
        # A name that no column definition can spell, such as UNDEFINED types of broken objects.
        return OracleType(data_type)
