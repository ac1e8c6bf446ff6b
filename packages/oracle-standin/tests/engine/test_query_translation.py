"""Oracle's text to PostgreSQL's, and what is refused; no database."""

from __future__ import annotations

import pytest

from oracle_standin.backend import Bind
from oracle_standin.engine.contract import TranslationContext
from oracle_standin.engine.query import translate, translate_expression
from oracle_standin.engine.server_facts import ServerFacts
from oracle_standin.protocol import OracleError, TypeCode
from tests.engine.fixed_tables import FixedTables


def fixed_tables() -> FixedTables:
    """Return a resolver over a small dictionary."""
    tables = {
        ("HR", "EMP"): ("ID", "NAME", "DEPT_ID"),
        ("HR", "DEPT"): ("DEPT_ID", "TITLE"),
        ("HR", "V$LOG"): ("GROUP#",),
    }
    return FixedTables("HR", tables, {(None, "STAFF"): ("HR", "EMP")}, {"EMP_SEQ"})


def context(*types: TypeCode, profile: str = "23") -> TranslationContext:
    binds = [Bind(str(number), code) for number, code in enumerate(types, start=1)]
    return TranslationContext("HR", "HR", fixed_tables(), binds, ServerFacts(profile))


def sql(statement: str, *types: TypeCode) -> str:
    return translate(statement, context(*types)).sql


def refusal(statement: str, *types: TypeCode, profile: str = "23") -> OracleError:
    with pytest.raises(OracleError) as raised:
        translate(statement, context(*types, profile=profile))
    return raised.value


def test_names_are_folded_and_quoted() -> None:
    assert sql('select name, "x y" from emp') == (
        'SELECT "NAME" AS "NAME", "x y" AS "x y" FROM "HR"."EMP" AS "EMP"'
    )


def test_synonyms_keep_the_name_that_columns_are_qualified_with() -> None:
    assert sql("select staff.id from staff") == (
        'SELECT "STAFF"."ID" AS "ID" FROM "HR"."EMP" AS "STAFF"'
    )


def test_star_is_the_visible_columns() -> None:
    assert sql("select * from dept d") == (
        'SELECT "d$"."DEPT_ID"'.replace("d$", "D") + ', "D"."TITLE" FROM "HR"."DEPT" AS "D"'
    )


@pytest.mark.parametrize(
    ("expression", "label"),
    [
        ("count(*)", "COUNT(*)"),
        ("1 + 2", "1+2"),
        ("'a' || name", "'A'||NAME"),
        ("e.name", "NAME"),
        ("emp_seq.nextval", "NEXTVAL"),
        ('id as "Exact Name"', "Exact Name"),
        ("id whole", "WHOLE"),
    ],
)
def test_result_columns_are_named_as_oracle_names_them(expression: str, label: str) -> None:
    text = sql(f"select {expression} from emp e")
    assert f'AS "{label}" FROM' in text


def test_each_placeholder_is_a_parameter_of_its_type() -> None:
    found = translate(
        "select id from emp where id > :a and name = :b", context(TypeCode.NUMBER, TypeCode.VARCHAR)
    )
    assert '("ID" > $1::numeric)' in found.sql
    assert '("NAME" = $2::text)' in found.sql
    assert found.parameters == (0, 1)


def test_parameters_follow_the_order_of_use() -> None:
    found = translate(
        "merge into emp t using (select :1 id from dual) s on (t.id = s.id)"
        " when matched then update set name = :2 where t.dept_id = :3 delete where t.id = :4",
        context(TypeCode.NUMBER, TypeCode.VARCHAR, TypeCode.NUMBER, TypeCode.NUMBER),
    )
    assert found.keyword == "MERGE"
    assert found.parameters == (0, 2, 3, 1)


def test_returning_counts_its_columns() -> None:
    found = translate(
        "insert into emp (id, name) values (:1, 'x') returning id, name into :2, :3",
        context(TypeCode.NUMBER, TypeCode.NUMBER, TypeCode.VARCHAR),
    )
    assert found.returning == 2
    assert found.parameters == (0,)
    assert found.sql.endswith('RETURNING "ID", ora.text_of("NAME")')


def test_insert_all_runs_its_query_once() -> None:
    found = translate(
        "insert all into dept (dept_id) values (1) into dept (dept_id) values (2)"
        " select * from dual",
        context(),
    )
    assert found.counts_rows
    assert found.sql.count("VALUES ('X'") == 1
    assert found.sql.count('INSERT INTO "HR"."DEPT"') == 2


def test_outer_join_marks_become_left_joins() -> None:
    text = sql("select e.id from emp e, dept d where e.dept_id = d.dept_id(+) and e.id = 1")
    assert 'LEFT JOIN "HR"."DEPT" AS "D" ON ("E"."DEPT_ID" = "D"."DEPT_ID")' in text
    assert text.endswith('WHERE ("E"."ID" = 1::numeric)')


def test_set_operations_go_from_left_to_right() -> None:
    text = sql("select 1 from dual union select 2 from dual intersect select 3 from dual")
    assert text.startswith("((")
    assert ") INTERSECT (" in text


def test_for_update_locks_rows() -> None:
    found = translate("select id from emp e for update of name wait 3", context())
    assert found.locks_rows
    assert found.lock_wait_seconds == 3
    assert found.sql.endswith('FOR UPDATE OF "E"')


def test_sequence_draws_write() -> None:
    assert translate("select emp_seq.nextval from dual", context()).writes
    assert not translate("select 1 from dual", context()).writes


def test_delete_where_of_merge_tests_the_new_values() -> None:
    text = sql(
        "merge into emp t using dept s on (t.id = s.dept_id) when matched then"
        " update set t.name = s.title where t.id > 1 delete where t.name = 'gone'"
    )
    deletion, update = text.split(" WHEN MATCHED")[1:]
    assert deletion == (
        """ AND ("T"."ID" > 1::numeric) AND ("S"."TITLE" = 'gone'::bpchar) THEN DELETE"""
    )
    assert update == """ AND ("T"."ID" > 1::numeric) THEN UPDATE SET "NAME" = "S"."TITLE\""""


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("''", "NULL::text"),
        ("1.5e3", "1.5e3::numeric"),
        ("2d", "'2'::float8"),
        ("q'[it's]'", "'it''s'::bpchar"),
        ("date '1970-01-02'", "'86400'::ora.\"DATE\""),
        ("timestamp '1970-01-01 00:00:01.25'", "'1.25'::ora.\"TIMESTAMP\""),
        ("interval '1 2:3:4.5' day to second", "'93784.5'::ora.\"INTERVALDS\""),
        ("interval '-90' minute", "'-5400'::ora.\"INTERVALDS\""),
        ("interval '2-3' year to month", "'27'::ora.\"INTERVALYM\""),
        ("upper(x)", '"upper"(ora.text_of("X"))'),
        ("sysdate", '"SYS".sysdate()'),
        ("cast(x as number(5,2))", '("X")::numeric(5,2)'),
        ("cast(x as timestamp(3))", '("X")::ora."TIMESTAMP"(30,3)'),
        ("x like 'a%'", """(ora.text_of("X") LIKE 'a%'::bpchar ESCAPE '')"""),
    ],
)
def test_expressions(expression: str, text: str) -> None:
    assert translate_expression(expression, context()) == text


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("select id from emp limit 5", 933),
        ("select id from emp as e", 933),
        ("insert into emp (id) values (1) on conflict do nothing", 933),
        ("select id from emp;", 933),
        ("merge into emp t using dept s on t.id = 1 when matched then update set name = 'x'", 969),
        ("selekt 1 from dual", 900),
        ("select id name from", 903),
        ("select from emp", 936),
        ("select id, from emp", 936),
        ("select (1 from dual", 907),
        ("select (1, 2) as x from dual", 907),
        ("select 1 from dual order by (1, 2)", 907),
        ("select id name other from emp", 923),
        ("select id from emp where id 1", 933),
        ("select id from emp group id", 933),
        ("update emp name = 'x'", 971),
        ("update emp set name 'x'", 927),
        ("insert emp values (1)", 925),
        ("insert into emp (id) 1", 926),
        ("insert into emp (id, name) values (1)", 947),
        ("insert into emp (id) values (1, 2)", 913),
        ("insert into emp (id, id) values (1, 2)", 957),
        ("select nothing(1) from dual", 904),
        ("select x.id from emp", 904),
        ("select nvl(1) from dual", 938),
        ("select * from missing", 942),
        ("select missing_seq.nextval from dual", 2289),
        ("select * from emp_seq", 2201),
        ("select level from emp", 1788),
        ("select row_number() from emp", 30484),
        ("select date '2024-13-01' from dual", 1843),
        ("select date '2023-02-29' from dual", 1839),
        ("select cast(1 as datetime) from dual", 902),
        ("select cast(1 as number(39)) from dual", 1727),
        ("select 'open from dual", 1756),
        ("select e.id from emp e, dept d where e.id(+) = d.dept_id(+)", 1468),
        (
            "select e.id from emp e left join dept d on d.dept_id = e.id where 1 = d.dept_id(+)",
            25156,
        ),
        (
            "merge into emp t using dept s on (t.id = 1) when matched then update set t.id = 1",
            38104,
        ),
        (f"select {'a' * 129} from dual", 972),
    ],
)
def test_refusals(statement: str, code: int) -> None:
    assert refusal(statement).code == code


@pytest.mark.parametrize(
    "statement",
    [
        "select xmlpatch(x, x) from dual",
        "select * from table(x)",
        "select id from emp@remote",
        "select * from emp match_recognize (pattern (a) define a as id > 1)",
        "delete from (select id from emp group by id)",
    ],
)
def test_what_is_missing_says_so(statement: str) -> None:
    error = refusal(statement)
    assert error.code == 3001
    assert error.message.endswith("not in this stand-in")


def test_missing_binds() -> None:
    assert refusal("select :a, :b from dual", TypeCode.NUMBER).code == 1008


def test_a_query_without_from_is_for_new_servers_only() -> None:
    assert sql("select 1 + 1").startswith("SELECT")
    assert refusal("select 1 + 1", profile="19").code == 923
    assert refusal("insert into dept (dept_id) values (1), (2)", profile="19").code == 933


def test_long_names_are_mapped() -> None:
    name = "A" * 100
    text = sql(f"select id {name} from emp")
    assert name not in text
    assert len(text.split(" AS ")[1].split(" ")[0]) <= 65
