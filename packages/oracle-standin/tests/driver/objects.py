"""The tables, types and programs that the driver's tests use, as DDL of our own."""

from __future__ import annotations

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
