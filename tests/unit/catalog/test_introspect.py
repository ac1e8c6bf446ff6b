"""From rows of the data dictionary to the model."""

from __future__ import annotations

import gc
import re
from typing import TYPE_CHECKING, Any, Self

import oracledb
import pytest

from catalog.introspect import introspect, take_inventory
from catalog.invalid_views import MAX_COMPILED
from catalog.model import ForeignKey, Key, KeyKind, TableKind
from catalog.name_filter import NameFilter
from catalog.table_assembly import INVALID_VIEW, OF_OBJECTS, TEMPORARY, Depth

if TYPE_CHECKING:
    from collections.abc import Callable

SESSION = [
    ("USER", "READER", None),
    ("PRIVILEGE", "CREATE SESSION", None),
    ("PRIVILEGE", "SELECT ANY TABLE", None),
    ("SCHEMA", "HR", None),
    ("SCHEMA", "SALES", None),
    ("DATABASE", "NLS_CHARACTERSET", "AL32UTF8"),
    ("LONGEST TEXT", "RPAD", "4000"),
]


class FakeCursor:
    """Answers a statement with the rows of the dictionary view that it reads first.

    A statement that reads no view of a table's facts is answered by name: `session`.
    """

    arraysize = 0
    prefetchrows = 0

    def __init__(
        self, views: dict[str, list[tuple[Any, ...]]], asked: list[str], refused: str
    ) -> None:
        self._views = views
        self._refused = refused
        self._asked = asked
        self._rows: list[tuple[Any, ...]] = []

    def execute(self, sql: str, binds: dict[str, str]) -> None:
        view = re.search(r"FROM (?:all|dba|user)_(\w+)", sql)
        name = "session" if "session_privs" in sql else f"all_{view[1] if view else ''}"
        if "vector_info" in sql:
            name = "vectors"
        self._asked.append(name)
        if name == self._refused:
            msg = 'ORA-00904: "C"."VECTOR_INFO": invalid identifier'
            raise oracledb.DatabaseError(msg)
        owners = {value for name, value in binds.items() if name.startswith("owner_")}
        self._rows = [
            row
            for row in self._views.get(name, [])
            if name == "session" or not owners or row[0] in owners
        ]

    def fetchmany(self) -> list[tuple[Any, ...]]:
        rows, self._rows = self._rows[: self.arraysize], self._rows[self.arraysize :]
        return rows

    def parse(self, sql: str) -> None:
        self._asked.append(sql)
        if "BROKEN" in sql:
            msg = "ORA-04063: view has errors"
            raise oracledb.DatabaseError(msg)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        return None


class FakeDictionary:
    """A session that answers questions to the data dictionary."""

    version = "19.3.0.0.0"

    def __init__(self, **views: list[tuple[Any, ...]]) -> None:
        self.views = {"session": SESSION, **views}
        self.asked: list[str] = []
        self.refused = ""
        self.on_question: Callable[[], None] = lambda: None

    def cursor(self) -> FakeCursor:
        self.on_question()
        return FakeCursor(self.views, self.asked, self.refused)


def column(table: str, name: str, data_type: str = "NUMBER", **facts: Any) -> tuple[Any, ...]:
    values = {
        "data_type_owner": None,
        "data_length": 22,
        "data_precision": None,
        "data_scale": None,
        "char_length": 0,
        "char_used": None,
        "nullable": "Y",
        "hidden_column": "NO",
        "virtual_column": "NO",
        "user_generated": "YES",
        "identity_column": "NO",
        "default_on_null": "NO",
        **facts,
    }
    return ("HR", table, name, data_type, *values.values())


def table(name: str, num_rows: int | None = None, temporary: str = "N") -> tuple[Any, ...]:
    return ("HR", name, num_rows, None, None, "NO", temporary, None)


@pytest.fixture
def dictionary() -> FakeDictionary:
    return FakeDictionary(
        all_tables=[
            table("EMPLOYEES", 107),
            table("LIST_MV"),
            table("FROM_FILE"),
            table("SESSION_ROWS", temporary="Y"),
            ("SALES", "ORDERS", None, None, None, "NO", "N", None),
        ],
        all_objects=[
            ("HR", "V_EMPLOYEES", "VIEW", "VALID", 7, None),
            ("HR", "LIST_MV", "MATERIALIZED VIEW", "VALID", 8, None),
        ],
        all_mviews=[
            ("HR", "LIST_MV", "MATERIALIZED VIEW"),
            ("HR", "PEOPLE", "OBJECT"),
            ("HR", "FROM_FILE", "EXTERNAL", "FILES"),
        ],
        all_tab_cols=[
            column("EMPLOYEES", "ID", data_precision=8, data_scale=0, nullable="N"),
            column("EMPLOYEES", "NAME", "VARCHAR2", char_length=40, char_used="C"),
            column("EMPLOYEES", "HOME", "SDO_GEOMETRY", data_type_owner="MDSYS"),
            column("EMPLOYEES", "SECRET", hidden_column="YES"),
            column("EMPLOYEES", "SYS_NC0001$", hidden_column="YES", user_generated="NO"),
            column("V_EMPLOYEES", "ID"),
            column("LIST_MV", "ID"),
            column("GONE", "ID"),
        ],
        all_constraints=[
            ("HR", "EMPLOYEES", "PK", "P", "DISABLED", "NOT VALIDATED", None, None),
            ("HR", "EMPLOYEES", "UQ", "U", "ENABLED", "VALIDATED", None, None),
            ("HR", "EMPLOYEES", "FK", "R", "ENABLED", "VALIDATED", "SALES", "ORDERS_PK"),
        ],
        all_cons_columns=[
            ("HR", "EMPLOYEES", "UQ", "NAME", 2),
            ("HR", "EMPLOYEES", "PK", "NAME", 1),
            ("HR", "EMPLOYEES", "FK", "NAME", 1),
            ("HR", "EMPLOYEES", "UQ", "ID", 1),
            ("SALES", "ORDERS", "ORDERS_PK", "ID", 1),
        ],
        all_indexes=[
            ("HR", "EMPLOYEES", "HR", "IX_C", "VALID", "NONUNIQUE"),
            ("HR", "EMPLOYEES", "HR", "IX_B", "VALID", "UNIQUE"),
            ("HR", "EMPLOYEES", "HR", "IX_A", "UNUSABLE", "UNIQUE"),
        ],
        all_ind_columns=[
            ("HR", "EMPLOYEES", "HR", "IX_C", "ID", 2),
            ("HR", "EMPLOYEES", "HR", "IX_C", "NAME", 1),
            ("HR", "EMPLOYEES", "HR", "IX_A", "NAME", 1),
            ("HR", "EMPLOYEES", "HR", "IX_B", "ID", 1),
        ],
        all_tab_comments=[("HR", "EMPLOYEES", "Everybody")],
        all_col_comments=[("HR", "EMPLOYEES", "NAME", "In full")],
    )


def test_everything(dictionary: FakeDictionary) -> None:
    hr, sales = introspect(dictionary)  # type: ignore[arg-type]

    assert (hr.name, sales.name) == ("HR", "SALES")
    kinds = {found.name: found.kind for found in hr.tables}
    assert kinds == {
        "EMPLOYEES": TableKind.TABLE,
        "LIST_MV": TableKind.MATERIALIZED_VIEW,
        "FROM_FILE": TableKind.EXTERNAL_TABLE,
        "PEOPLE": TableKind.OBJECT_TABLE,
        "SESSION_ROWS": TableKind.TEMPORARY_TABLE,
        "V_EMPLOYEES": TableKind.VIEW,
    }
    assert {one.name: one.unreadable for one in hr.tables if one.unreadable} == {
        "PEOPLE": OF_OBJECTS,
        "SESSION_ROWS": TEMPORARY,
    }
    inventory = take_inventory(dictionary)  # type: ignore[arg-type]
    assert inventory.problems == ()
    employees = hr.tables[0]
    assert employees.row_count == 107
    assert employees.comment == "Everybody"
    assert [(one.name, one.type.ddl(), one.nullable) for one in employees.columns] == [
        ("ID", "NUMBER(8)", False),
        ("NAME", "VARCHAR2(40 CHAR)", True),
        ("HOME", '"MDSYS"."SDO_GEOMETRY"', True),
        ("SECRET", "NUMBER", True),
    ]
    assert employees.columns[1].comment == "In full"
    assert employees.columns[0].unsupported is None
    assert "not supported" in str(employees.columns[2].unsupported)


def invalid(*names: str) -> FakeDictionary:
    return FakeDictionary(
        all_objects=[("HR", name, "VIEW", "INVALID", 7, None) for name in names],
        all_tab_cols=[column(name, "ID") for name in names],
    )


def test_a_view_that_compiles_again_is_readable() -> None:
    dictionary = invalid("BROKEN", "mended")
    (hr,) = introspect(dictionary)  # type: ignore[arg-type]

    assert {one.name: one.unreadable for one in hr.tables} == {
        "BROKEN": INVALID_VIEW,
        "mended": None,
    }
    parsed = dictionary.asked.index('SELECT * FROM "HR"."mended"')
    assert parsed < dictionary.asked.index("all_tab_cols")


def test_only_so_many_views_are_compiled() -> None:
    dictionary = invalid(*(f"V{number:03}" for number in range(MAX_COMPILED + 2)))
    (hr,) = introspect(dictionary)  # type: ignore[arg-type]

    assert [one.name for one in hr.tables if one.unreadable] == ["V100", "V101"]
    assert sum(sql.startswith("SELECT *") for sql in dictionary.asked) == MAX_COMPILED


def test_keys_that_prove_nothing_are_left_out(dictionary: FakeDictionary) -> None:
    employees = introspect(dictionary)[0].tables[0]  # type: ignore[arg-type]

    assert employees.keys == (
        Key("UQ", KeyKind.UNIQUE, ("ID", "NAME")),
        Key("IX_B", KeyKind.UNIQUE_INDEX, ("ID",)),
    )
    assert employees.identifying_columns == ("ID",)
    assert employees.indexed_columns == ("ID", "NAME")


def test_keys_that_are_dropped_between_two_statements_are_left_out(
    dictionary: FakeDictionary,
) -> None:
    dictionary.views |= {"all_cons_columns": [], "all_ind_columns": []}
    inventory = take_inventory(dictionary, depth=Depth(details=True))  # type: ignore[arg-type]
    employees = inventory.tables[0]
    assert (employees.keys, employees.foreign_keys) == ((), ())
    assert employees.identifying_columns == ()


@pytest.mark.parametrize(("names", "statements"), [(NameFilter(), 1), (NameFilter(("HR",)), 2)])
def test_a_key_outside_of_the_scope_is_asked_for_once(
    dictionary: FakeDictionary, names: NameFilter, statements: int
) -> None:
    inventory = take_inventory(dictionary, names, Depth(details=True))  # type: ignore[arg-type]
    assert inventory.tables[0].foreign_keys == (
        ForeignKey("FK", ("NAME",), "SALES", "ORDERS", ("ID",)),
    )
    assert dictionary.asked.count("all_cons_columns") == statements


def test_the_number_of_statements_does_not_depend_on_the_tables(
    dictionary: FakeDictionary,
) -> None:
    many = FakeDictionary(
        all_tables=[table(f"T{number}") for number in range(5_000)],
        all_tab_cols=[column(f"T{number}", "ID") for number in range(5_000)],
    )
    introspect(dictionary)  # type: ignore[arg-type]
    (schema,) = introspect(many)  # type: ignore[arg-type]

    assert len(schema.tables) == 5_000
    assert len(dictionary.asked) == len(many.asked) == 11
    assert len(set(many.asked)) == 11


def test_vectors_have_their_dimensions_and_are_asked_for_only_where_they_are() -> None:
    columns = [
        column("FACES", "ID"),
        column("FACES", "V", "VECTOR"),
        column("FACES", "W", "VECTOR"),
    ]
    found = FakeDictionary(
        all_tables=[table("FACES")],
        all_tab_cols=columns,
        vectors=[("HR", "FACES", "V", "VECTOR(3,FLOAT32,DENSE)")],
    )
    (hr,) = introspect(found)  # type: ignore[arg-type]
    types = {item.name: item.type.ddl() for item in hr.tables[0].columns}
    assert types == {"ID": "NUMBER", "V": "VECTOR(3, FLOAT32)", "W": "VECTOR"}
    found.refused = "vectors"
    (hr,) = introspect(found)  # type: ignore[arg-type]
    assert {item.type.ddl() for item in hr.tables[0].columns} == {"NUMBER", "VECTOR"}
    assert found.asked.count("vectors") == 2
    without = FakeDictionary(all_tables=[table("FACES")], all_tab_cols=columns[:1])
    introspect(without)  # type: ignore[arg-type]
    assert "vectors" not in without.asked


def test_what_many_tables_have_in_common_is_kept_once() -> None:
    def text(value: str) -> str:
        return value.encode().decode()  # as a driver makes each value anew

    tables = [f"T{number}" for number in range(3)]
    found = FakeDictionary(
        all_tables=[table(name) for name in tables],
        all_tab_cols=[column(name, text("CREATED"), text("DATE")) for name in tables],
        all_constraints=[
            ("HR", name, f"{name}_PK", "P", "ENABLED", "VALIDATED", None, None) for name in tables
        ],
        all_cons_columns=[("HR", name, f"{name}_PK", text("CREATED"), 1) for name in tables],
        all_indexes=[("HR", name, "HR", f"{name}_PK", "VALID", "UNIQUE") for name in tables],
        all_ind_columns=[("HR", name, "HR", f"{name}_PK", text("CREATED"), 1) for name in tables],
        all_col_comments=[("HR", name, text("CREATED"), f"of {name}") for name in tables],
    )
    (schema,) = introspect(found)  # type: ignore[arg-type]

    columns = [column for one in schema.tables for column in one.columns]
    keys = [name for one in schema.tables for key in one.keys for name in key.columns]
    indexed = [name for one in schema.tables for name in one.indexed_columns]
    assert [column.comment for column in columns] == ["of T0", "of T1", "of T2"]
    assert len({id(column.type) for column in columns}) == 1
    assert len({id(name) for name in [*(column.name for column in columns), *keys, *indexed]}) == 1


def test_the_garbage_collector_waits(dictionary: FakeDictionary) -> None:
    states: list[bool] = []
    dictionary.on_question = lambda: states.append(gc.isenabled())
    introspect(dictionary)  # type: ignore[arg-type]
    assert states
    assert not any(states)
    assert gc.isenabled()

    def fail() -> None:
        raise LookupError

    dictionary.on_question = fail
    with pytest.raises(LookupError):
        introspect(dictionary)  # type: ignore[arg-type]
    assert gc.isenabled()


def test_filters(dictionary: FakeDictionary) -> None:
    def found(names: NameFilter, *, include_views: bool = True) -> list[str]:
        schemas = introspect(dictionary, names, include_views=include_views)  # type: ignore[arg-type]
        return [f"{one.schema}.{one.name}" for schema in schemas for one in schema.tables]

    assert found(NameFilter(("SALES",))) == ["SALES.ORDERS"]
    assert found(NameFilter(("S*",))) == ["SALES.ORDERS"]
    assert found(NameFilter(tables=("HR.*EMPLOYEES",))) == ["HR.EMPLOYEES", "HR.V_EMPLOYEES"]
    assert found(NameFilter(("HR",)), include_views=False) == [
        "HR.EMPLOYEES",
        "HR.FROM_FILE",
        "HR.LIST_MV",
        "HR.PEOPLE",
        "HR.SESSION_ROWS",
    ]
    assert found(NameFilter(("hr",))) == []
