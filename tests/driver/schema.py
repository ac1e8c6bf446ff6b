"""The users, tables, types and packages that the driver's test suite expects, in our own words.

The source package holds the suite but not the script that makes its schema. What is here was
derived from what the tests select, insert and compare. A statement that the stand-in refuses as
not being in it is skipped and reported; the tests that need its object fail, each with a reason
in `expected.toml`.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import oracledb

if TYPE_CHECKING:
    from collections.abc import Callable

MAIN_USER = "PYTHONTEST"
PROXY_USER = "PYTHONTESTPROXY"

TABLES = (
    (
        "create table TestNumbers (IntCol number(9) not null, LongIntCol number(16) not null,"
        " NumberCol number(9, 2) not null, FloatCol float not null,"
        " UnconstrainedCol number not null, NullableCol number(38))"
    ),
    (
        "create table TestStrings (IntCol number(9) not null, StringCol varchar2(20) not null,"
        " RawCol raw(30) not null, FixedCharCol char(40) not null, NullableCol varchar2(50))"
    ),
    (
        "create table TestUnicodes (IntCol number(9) not null, UnicodeCol nvarchar2(20) not null,"
        " FixedUnicodeCol nchar(40) not null, NullableCol nvarchar2(50))"
    ),
    "create table TestDates (IntCol number(9) not null, DateCol date not null, NullableCol date)",
    (
        "create table TestTimestamps (IntCol number(9) not null, TimestampCol timestamp not null,"
        " NullableCol timestamp, TimestampPrecisionCol timestamp(4))"
    ),
    (
        "create table TestTimestampLTZs (IntCol number(9) not null,"
        " TimestampLTZCol timestamp with local time zone not null,"
        " NullableCol timestamp with local time zone,"
        " TimestampLTZPrecisionCol timestamp(5) with local time zone)"
    ),
    (
        "create table TestTimestampTZs (IntCol number(9) not null,"
        " TimestampTZCol timestamp with time zone not null,"
        " NullableCol timestamp with time zone,"
        " TimestampTZPrecisionCol timestamp(7) with time zone)"
    ),
    (
        "create table TestIntervals (IntCol number(9) not null,"
        " IntervalCol interval day to second not null, NullableCol interval day to second,"
        " IntervalPrecisionCol interval day(7) to second,"
        " IntervalPrecisionScaleCol interval day(8) to second(9))"
    ),
    (
        "create table TestIntervalYMs (IntCol number(9) not null,"
        " IntervalCol interval year to month not null, NullableCol interval year to month,"
        " IntervalPrecisionCol interval year(3) to month)"
    ),
    (
        "create table TestCLOBs (IntCol number(9) not null, CLOBCol clob not null,"
        " ExtraNumCol1 number(9), ExtraCLOBCol1 clob, ExtraNumCol2 number(9),"
        " ExtraCLOBCol2 clob)"
    ),
    (
        "create table TestNCLOBs (IntCol number(9) not null, NCLOBCol nclob not null,"
        " ExtraNumCol1 number(9), ExtraNCLOBCol1 nclob, ExtraNumCol2 number(9),"
        " ExtraNCLOBCol2 nclob)"
    ),
    (
        "create table TestBLOBs (IntCol number(9) not null, BLOBCol blob not null,"
        " ExtraNumCol1 number(9), ExtraBLOBCol1 blob, ExtraNumCol2 number(9),"
        " ExtraBLOBCol2 blob)"
    ),
    "create table TestLongs (IntCol number(9) not null, LongCol long)",
    "create table TestLongRaws (IntCol number(9) not null, LongRawCol long raw)",
    (
        "create table TestTempTable (IntCol number(9) not null, StringCol1 varchar2(400),"
        " StringCol2 varchar2(400), NumberCol number(25, 2),"
        " constraint TestTempTable_pk primary key (IntCol))"
    ),
    "create table TestTempXML (IntCol number(9) not null, XMLCol xmltype not null)",
    "create table TestXML (IntCol number(9) not null, XMLCol xmltype not null)",
    "create table TestRowids (IntCol number(9) not null, RowidCol rowid, UrowidCol urowid)",
    (
        "create table TestUniversalRowids (IntCol number(9) not null,"
        " StringCol varchar2(250) not null, DateCol date not null,"
        " constraint TestUniversalRowids_pk primary key (IntCol, StringCol, DateCol))"
        " organization index"
    ),
    (
        "create table TestDataFrame (Id number(9), FirstName varchar2(100),"
        " LastName varchar2(100), City varchar2(100), Country varchar2(100), DateOfBirth date,"
        " Salary number(9, 2), CreditScore number(3), LastUpdated timestamp,"
        " IntegerData number(9), LongIntegerData number(38),"
        " UnconstrainedNumberData number, DecimalData number(15, 4),"
        " FloatData binary_float, DoubleData binary_double, RawData raw(100), LongData clob,"
        " LongRawData blob)"
    ),
    (
        "create table TestBooleans (IntCol number(9) not null, BooleanCol1 boolean not null,"
        " BooleanCol2 boolean, BooleanCol3 boolean)"
    ),
    (
        "create table TestAllTypes (NumberValue number, StringValue varchar2(60),"
        " FixedCharValue char(10), NStringValue nvarchar2(60), NFixedCharValue nchar(10),"
        " RawValue raw(16), IntValue integer, SmallIntValue smallint, RealValue real,"
        " DecimalValue decimal(20, 6), DoublePrecisionValue double precision, FloatValue float,"
        " BinaryFloatValue binary_float, BinaryDoubleValue binary_double, DateValue date,"
        " TimestampValue timestamp, TimestampTZValue timestamp with time zone,"
        " TimestampLTZValue timestamp with local time zone,"
        " IntervalDSValue interval day to second, IntervalYMValue interval year to month,"
        " CLOBValue clob, NCLOBValue nclob, BLOBValue blob)"
    ),
    (
        "create table TestJsonCols (IntCol number(9) not null,"
        " JsonVarchar varchar2(4000) not null check (JsonVarchar is json),"
        " JsonClob clob not null check (JsonClob is json),"
        " JsonBlob blob not null check (JsonBlob is json))"
    ),
    (
        "create table TestVectors (IntCol number(9) not null, VectorFlexAllCol vector,"
        " VectorFlexTypeCol vector(2), VectorFlex8Col vector(*, int8),"
        " VectorFlex32Col vector(*, float32), VectorFlex64Col vector(*, float64),"
        " Vector8Col vector(16, int8), Vector32Col vector(16, float32),"
        " Vector64Col vector(16, float64))"
    ),
    "create table TestJson (IntCol number(9) not null, JsonCol json not null)",
    (
        "create table TestBinaryVectors (IntCol number(9) not null,"
        " VectorBinaryCol vector(64, binary))"
    ),
    (
        "create table TestSparseVectors (IntCol number(9) not null,"
        " SparseVectorFlexAllCol vector(*, *, sparse),"
        " SparseVectorFlexTypeCol vector(2, *, sparse),"
        " SparseVectorFlex8Col vector(*, int8, sparse),"
        " SparseVectorFlex32Col vector(*, float32, sparse),"
        " SparseVectorFlex64Col vector(*, float64, sparse),"
        " SparseVector8Col vector(16, int8, sparse),"
        " SparseVector32Col vector(16, float32, sparse),"
        " SparseVector64Col vector(16, float64, sparse))"
    ),
    (
        "create table PLSQLSessionCallbacks (RequestedTag varchar2(250), ActualTag varchar2(250),"
        " FixupTimestamp timestamp)"
    ),
    "create domain SimpleDomain as number(3, 0) not null",
    (
        "create table TableWithDomainAndAnnotations (Id number(9) not null,"
        " Age number(3, 0) domain SimpleDomain"
        " annotations (Anno_1 'first annotation', Anno_2 'second annotation', Anno_3))"
    ),
)

OBJECT_TYPES = (
    "create type udt_SubObject as object (SubNumberValue number, SubStringValue varchar2(60))",
    "create type udt_ObjectArray as varray(10) of udt_SubObject",
    (
        "create type udt_Object as object (NumberValue number, StringValue varchar2(60),"
        " FixedCharValue char(10), DateValue date, TimestampValue timestamp,"
        " SubObjectValue udt_SubObject, SubObjectArray udt_ObjectArray)"
    ),
    "create type udt_Array as varray(10) of number",
    (
        "create table TestObjects (IntCol number(9) not null, ObjectCol udt_Object,"
        " ArrayCol udt_Array)"
    ),
)

PROGRAMS = (
    """create procedure proc_Test (a_InValue varchar2, a_InOutValue in out number,
        a_OutValue out number) as
    begin
        a_InOutValue := a_InOutValue * length(a_InValue);
        a_OutValue := length(a_InValue);
    end;""",
    """create procedure proc_Test2 (a_InValue varchar2, a_InOutValue in out number,
        a_OutValue out boolean) as
    begin
        a_InOutValue := a_InOutValue * length(a_InValue);
        a_OutValue := true;
    end;""",
    """create procedure proc_TestNoArgs as
    begin
        null;
    end;""",
    """create function func_Test (a_String varchar2, a_ExtraAmount number) return number as
    begin
        return length(a_String) + a_ExtraAmount;
    end;""",
    """create function func_Test2 (a_String varchar2, a_ExtraAmount number, a_Boolean boolean)
        return number as
    begin
        if a_Boolean then
            return length(a_String) + a_ExtraAmount;
        end if;
        return length(a_String) - a_ExtraAmount;
    end;""",
    """create function func_TestNoArgs return number as
    begin
        return 712;
    end;""",
    """create package pkg_TestBooleans as
        function GetStringRep (a_Value boolean) return varchar2;
        function IsLessThan10 (a_Value number) return boolean;
        function TestOutValueNull return boolean;
        function EchoValue (a_Value boolean) return boolean;
        procedure EchoValueOut (a_Value boolean, a_Out out boolean);
    end;""",
    """create package body pkg_TestBooleans as
        function GetStringRep (a_Value boolean) return varchar2 is
        begin
            if a_Value is null then
                return 'NULL';
            elsif a_Value then
                return 'TRUE';
            end if;
            return 'FALSE';
        end;
        function IsLessThan10 (a_Value number) return boolean is
        begin
            return a_Value < 10;
        end;
        function TestOutValueNull return boolean is
        begin
            return null;
        end;
        function EchoValue (a_Value boolean) return boolean is
        begin
            return a_Value;
        end;
        procedure EchoValueOut (a_Value boolean, a_Out out boolean) is
        begin
            a_Out := a_Value;
        end;
    end;""",
    """create procedure myrefcursorproc (a_Cursor out sys_refcursor) as
    begin
        open a_Cursor for select * from TestTempTable;
    end;""",
    """create package pkg_TestRefCursors as
        type udt_RefCursor is ref cursor;
        procedure TestOutCursor (a_MaxIntValue number, a_Cursor out udt_RefCursor);
        function TestInCursor (a_Cursor udt_RefCursor) return varchar2;
        function TestReturnCursor (a_MaxIntValue number) return udt_RefCursor;
        procedure TestLobCursor (a_Value varchar2, a_Cursor out udt_RefCursor);
        procedure TestCloseCursor (a_Cursor udt_RefCursor);
    end;""",
    """create package body pkg_TestRefCursors as
        procedure TestOutCursor (a_MaxIntValue number, a_Cursor out udt_RefCursor) is
        begin
            open a_Cursor for
                select IntCol, StringCol from TestStrings
                where IntCol <= a_MaxIntValue order by IntCol;
        end;
        function TestInCursor (a_Cursor udt_RefCursor) return varchar2 is
            t_String varchar2(100);
        begin
            fetch a_Cursor into t_String;
            return t_String || ' (Modified)';
        end;
        function TestReturnCursor (a_MaxIntValue number) return udt_RefCursor is
            t_Cursor udt_RefCursor;
        begin
            TestOutCursor(a_MaxIntValue, t_Cursor);
            return t_Cursor;
        end;
        procedure TestLobCursor (a_Value varchar2, a_Cursor out udt_RefCursor) is
        begin
            open a_Cursor for select to_clob(a_Value) from dual;
        end;
        procedure TestCloseCursor (a_Cursor udt_RefCursor) is
        begin
            close a_Cursor;
        end;
    end;""",
    """create package pkg_TestLOBs as
        procedure TestInOut (a_Value in out nocopy clob, a_Search varchar2, a_Replace varchar2);
        procedure GetSize (a_Value clob, a_Size out number);
        procedure GetSize (a_Value blob, a_Size out number);
    end;""",
    """create package body pkg_TestLOBs as
        procedure TestInOut (a_Value in out nocopy clob, a_Search varchar2, a_Replace varchar2) is
        begin
            a_Value := replace(a_Value, a_Search, a_Replace);
        end;
        procedure GetSize (a_Value clob, a_Size out number) is
        begin
            a_Size := dbms_lob.getlength(a_Value);
        end;
        procedure GetSize (a_Value blob, a_Size out number) is
        begin
            a_Size := dbms_lob.getlength(a_Value);
        end;
    end;""",
    """create package pkg_TestNumberArrays as
        type udt_NumberList is table of number index by binary_integer;
        function TestInArrays (a_Start number, a_List udt_NumberList) return number;
        procedure TestInOutArrays (a_Count number, a_List in out nocopy udt_NumberList);
        procedure TestOutArrays (a_Count number, a_List out nocopy udt_NumberList);
    end;""",
    """create package body pkg_TestNumberArrays as
        function TestInArrays (a_Start number, a_List udt_NumberList) return number is
            t_Total number := a_Start;
        begin
            for i in 1 .. a_List.count loop
                t_Total := t_Total + a_List(i);
            end loop;
            return t_Total;
        end;
        procedure TestInOutArrays (a_Count number, a_List in out nocopy udt_NumberList) is
        begin
            for i in 1 .. a_Count loop
                a_List(i) := a_List(i) * 10;
            end loop;
        end;
        procedure TestOutArrays (a_Count number, a_List out nocopy udt_NumberList) is
        begin
            for i in 1 .. a_Count loop
                a_List(i) := i * 100;
            end loop;
        end;
    end;""",
    """create package pkg_TestDateArrays as
        type udt_DateList is table of date index by binary_integer;
        function TestInArrays (a_Start number, a_Base date, a_List udt_DateList) return number;
        procedure TestInOutArrays (a_Count number, a_List in out nocopy udt_DateList);
        procedure TestOutArrays (a_Count number, a_List out nocopy udt_DateList);
    end;""",
    """create package body pkg_TestDateArrays as
        function TestInArrays (a_Start number, a_Base date, a_List udt_DateList) return number is
            t_Total number := a_Start;
        begin
            for i in 1 .. a_List.count loop
                t_Total := t_Total + a_List(i) - a_Base;
            end loop;
            return t_Total;
        end;
        procedure TestInOutArrays (a_Count number, a_List in out nocopy udt_DateList) is
        begin
            for i in 1 .. a_Count loop
                a_List(i) := a_List(i) + 7;
            end loop;
        end;
        procedure TestOutArrays (a_Count number, a_List out nocopy udt_DateList) is
        begin
            for i in 1 .. a_Count loop
                a_List(i) := to_date(20021212, 'YYYYMMDD') + i * 1.2;
            end loop;
        end;
    end;""",
    *(
        program.format(package=package, list=list_type, type=data_type, unistr=prefix)
        for package, list_type, data_type, prefix in (
            ("pkg_TestStringArrays", "udt_StringList", "varchar2(100)", ""),
            ("pkg_TestUnicodeArrays", "udt_UnicodeList", "nvarchar2(100)", "\u3042 "),
        )
        for program in (
            """create package {package} as
                type {list} is table of {type} index by binary_integer;
                function TestInArrays (a_Start number, a_List {list}) return number;
                procedure TestInOutArrays (a_Count number, a_List in out nocopy {list});
                procedure TestOutArrays (a_Count number, a_List out nocopy {list});
            end;""",
            """create package body {package} as
                function TestInArrays (a_Start number, a_List {list}) return number is
                    t_Total number := a_Start;
                begin
                    for i in 1 .. a_List.count loop
                        t_Total := t_Total + length(a_List(i));
                    end loop;
                    return t_Total;
                end;
                procedure TestInOutArrays (a_Count number, a_List in out nocopy {list}) is
                begin
                    for i in 1 .. a_Count loop
                        a_List(i) := 'Converted element {unistr}# ' || to_char(i)
                            || ' originally had length ' || to_char(length(a_List(i)));
                    end loop;
                end;
                procedure TestOutArrays (a_Count number, a_List out nocopy {list}) is
                begin
                    for i in 1 .. a_Count loop
                        a_List(i) := 'Test out element {unistr}# ' || to_char(i);
                    end loop;
                end;
            end;""",
        )
    ),
)


def create_users(admin: oracledb.Connection, main_password: str, proxy_password: str) -> None:
    """Create the suite's two users; the first may connect for the second one."""
    with admin.cursor() as cursor:
        for user, password in ((MAIN_USER, main_password), (PROXY_USER, proxy_password)):
            cursor.execute(
                f'create user {user} identified by "{password}" quota unlimited on users'
            )
        cursor.execute(f"grant create session to {PROXY_USER}")
        cursor.execute(f"alter user {PROXY_USER} grant connect through {MAIN_USER}")
        cursor.execute(
            "grant create session, create table, create view, create sequence, create synonym,"
            f" create procedure, create trigger, create type, alter session to {MAIN_USER}"
        )
        for name in ("V_$DATABASE", "V_$INSTANCE", "V_$PARAMETER", "V_$SESSION", "V_$TRANSACTION"):
            _attempt(cursor, f"grant select on {name} to {MAIN_USER}")


def create_objects(connection: oracledb.Connection) -> list[str]:
    """Create what the stand-in can hold and return the statements that it refused, each short."""
    refused = []
    with connection.cursor() as cursor:
        for statement in (*TABLES, *OBJECT_TYPES, *PROGRAMS):
            error = _attempt(cursor, statement)
            if error:
                refused.append(f"{' '.join(statement.split()[:3])}: {error}")
        cursor.execute("alter session set time_zone = '+00:00'")
        for table, row in _ROWS.items():
            rows = [row(number) for number in range(1, 11)]
            if kind := _FRACTIONS.get(table):  # a datetime is bound as a DATE unless it is said
                cursor.setinputsizes(None, kind, kind, kind)
            places = [
                _PLACES.get(table, ":{}").format(place) for place in range(1, len(rows[0]) + 1)
            ]
            binds = ", ".join([":1", *places[1:]])
            cursor.executemany(f"insert into {table} values ({binds})", rows)
        for statement in _SMALL_TABLES:
            error = _attempt(cursor, statement)
            if error:
                refused.append(f"{' '.join(statement.split()[:3])}: {error}")
    connection.commit()
    return refused


def _attempt(cursor: oracledb.Cursor, statement: str) -> str:
    """Run a statement; return the error's text where it fails, else an empty text."""
    try:
        cursor.execute(statement)
    except oracledb.DatabaseError as error:
        return str(error).splitlines()[0]
    return ""


_SMALL_TABLES = (
    "insert into TestXML values (1, '<root><item>one</item></root>')",
    "insert into TestJsonCols values (1, '[1, 2, 3]', '[4, 5, 6]', '5B372C20382C20395D')",
    "insert into TestJsonCols values (2, 'null', 'null', '6E756C6C')",
    "insert into TableWithDomainAndAnnotations values (1, 25)",
)


def _numbers(i: int) -> tuple[Any, ...]:
    return (i, 38**i, i * 1.25, i * 1.75, i**3 + i * 0.5, 143**i if i % 2 else None)


def _strings(i: int) -> tuple[Any, ...]:
    return (i, f"String {i}", f"Raw {i}".encode(), f"Fixed Char {i}", _odd(i, f"Nullable {i}"))


def _unicodes(i: int) -> tuple[Any, ...]:
    return (i, f"Unicode \u3042 {i}", f"Fixed Unicode {i}", _odd(i, f"Nullable {i}"))


def _dates(i: int) -> tuple[Any, ...]:
    step = dt.timedelta(days=i, hours=i * 2, minutes=i * 24)
    other = dt.timedelta(days=i * 2, hours=i * 3, minutes=i * 36)
    base = _day(2002, 12, 9)
    return (i, base + step, _odd(i, base + other))


def _timestamps(i: int) -> tuple[Any, ...]:
    return _instants(i, _day(2002, 12, 9), dt.timedelta())


def _zoned(i: int) -> tuple[Any, ...]:
    return _instants(i, _day(2022, 6, 3), dt.timedelta())


def _local(i: int) -> tuple[Any, ...]:
    hours = i if i % 4 == 0 else i + 0.5 if i % 2 == 0 else -(i + 0.5)
    first = _instants(i, _day(2022, 6, 2), dt.timedelta(hours=hours))
    second = _instants(i, _day(2022, 6, 2), dt.timedelta())
    return (*first[:2], second[2], first[3])


def _instants(
    i: int, base: dt.datetime, shift: dt.timedelta
) -> tuple[int, dt.datetime, dt.datetime | None, dt.datetime]:
    """Return one row: seconds and fraction grow with the number, every other value is null."""

    def moment(days: int, seconds: int, fraction: int) -> dt.datetime:
        microseconds = int(str(fraction).ljust(6, "0"))
        step = dt.timedelta(days=days, seconds=seconds, microseconds=microseconds)
        return base + shift + step

    nullable = _odd(i, moment(i + 1, i * 3, i * 125))
    return (i, moment(i, i * 2, i * 50), nullable, _day(2009, 12, 14))


def _intervals(i: int) -> tuple[Any, ...]:
    step = dt.timedelta(days=i, hours=i, minutes=i * 2, seconds=i * 3)
    other = dt.timedelta(days=i + 5, hours=i + 2, minutes=i * 2 + 5, seconds=i * 3 + 5)
    precise = dt.timedelta(days=8, hours=5, minutes=15)
    scaled = dt.timedelta(days=10, hours=12, minutes=15, seconds=15)
    return (i, step, _odd(i, other), precise, scaled)


def _months(i: int) -> tuple[Any, ...]:
    step = oracledb.IntervalYM(i - 5, -i if i < 5 else i)
    return (i, step, _odd(i, oracledb.IntervalYM(i + 5, i + 2)), oracledb.IntervalYM(3, 8))


def _odd(i: int, value: Any) -> Any:
    return value if i % 2 else None


def _day(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day)  # noqa: DTZ001 - Oracle's DATE has no zone


_ROWS: dict[str, Callable[[int], tuple[Any, ...]]] = {
    "TestNumbers": _numbers,
    "TestStrings": _strings,
    "TestUnicodes": _unicodes,
    "TestDates": _dates,
    "TestTimestamps": _timestamps,
    "TestTimestampTZs": _zoned,
    "TestTimestampLTZs": _local,
    "TestIntervals": _intervals,
    "TestIntervalYMs": _months,
}

_FRACTIONS = {
    "TestTimestamps": oracledb.DB_TYPE_TIMESTAMP,
    "TestTimestampTZs": oracledb.DB_TYPE_TIMESTAMP,
    "TestTimestampLTZs": oracledb.DB_TYPE_TIMESTAMP_LTZ,
}
_PLACES = {"TestTimestampTZs": "from_tz(:{}, '+05:30')"}
