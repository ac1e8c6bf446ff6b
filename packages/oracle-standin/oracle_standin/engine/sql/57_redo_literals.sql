-- Values in redo: as DBMS_LOGMNR.MINE_VALUE gives them, and as SQL_REDO and SQL_UNDO write them.
--
-- The log has them in PostgreSQL's output form. Dates and numbers are written in the formats of the
-- session that mines. Source: PL/SQL Packages and Types Reference, DBMS_LOGMNR; Database Utilities,
-- "Supported Data Types".

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.redo_text(value text, kind text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    -- Not by casts: those of text read what a client has written.
    RETURN CASE kind
        WHEN 'numeric' THEN "SYS".to_char(numeric_in(value::cstring, 0, -1))
        WHEN 'float4' THEN "SYS".to_char(float4in(value::cstring))
        WHEN 'float8' THEN "SYS".to_char(float8in(value::cstring))
        WHEN 'DATE' THEN "SYS".to_char(numeric_in(value::cstring, 0, -1)::ora."DATE")
        WHEN 'TIMESTAMP' THEN "SYS".to_char(numeric_in(value::cstring, 0, -1)::ora."TIMESTAMP")
        WHEN 'TSLTZ' THEN "SYS".to_char(numeric_in(value::cstring, 0, -1)::ora."TSLTZ")
        WHEN 'TSTZ' THEN "SYS".to_char(
            ROW(numeric_in(split_part(btrim(value, '()'), ',', 1)::cstring, 0, -1),
                btrim(split_part(btrim(value, '()'), ',', 2), '"'))::ora."TSTZ")
        WHEN 'INTERVALDS' THEN "SYS".to_char(numeric_in(value::cstring, 0, -1)::ora."INTERVALDS")
        WHEN 'INTERVALYM' THEN "SYS".to_char(int8in(value::cstring)::ora."INTERVALYM")
        WHEN 'ROWID' THEN "SYS".rowidtochar(byteain(value::cstring)::ora."ROWID")
        WHEN 'bytea' THEN upper(substr(value, 3))
        WHEN 'BLOB' THEN upper(substr(value, 3))
        WHEN 'LONGRAW' THEN upper(substr(value, 3))
        ELSE value END;
END
$$;

CREATE FUNCTION ora.quoted(content text) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN '''' || replace(content, '''', '''''') || '''';

CREATE FUNCTION ora.redo_literal(value text, kind text, is_national boolean) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    literal text;
BEGIN
    IF value IS NULL THEN
        RETURN 'NULL';
    ELSIF kind IN ('CLOB', 'NCLOB', 'BLOB') AND value IN ('', '\x') THEN
        RETURN CASE kind WHEN 'BLOB' THEN 'EMPTY_BLOB()' ELSE 'EMPTY_CLOB()' END;
    ELSIF is_national AND value ~ '[^\x01-\x7f]' THEN
        RETURN 'UNISTR(' || ora.quoted("SYS".asciistr(value)) || ')';
    END IF;
    literal := ora.quoted(ora.redo_text(value, kind));
    RETURN CASE kind
        WHEN 'DATE' THEN
            'TO_DATE(' || literal || ', ' || ora.quoted(ora.setting('nls_date_format')) || ')'
        WHEN 'TIMESTAMP' THEN 'TO_TIMESTAMP(' || literal || ')'
        WHEN 'TSLTZ' THEN 'TO_TIMESTAMP(' || literal || ')'
        WHEN 'TSTZ' THEN 'TO_TIMESTAMP_TZ(' || literal || ')'
        WHEN 'INTERVALDS' THEN 'TO_DSINTERVAL(' || literal || ')'
        WHEN 'INTERVALYM' THEN 'TO_YMINTERVAL(' || literal || ')'
        WHEN 'bytea' THEN 'HEXTORAW(' || literal || ')'
        WHEN 'BLOB' THEN 'HEXTORAW(' || literal || ')'
        WHEN 'LONGRAW' THEN 'HEXTORAW(' || literal || ')'
        ELSE literal END;
END
$$;

-- A table as the redo of its rows is written; the arrays go by the places of values in logged rows.
CREATE TYPE ora.redo_table AS (
    relid oid,
    owner text,
    name text,
    place text,                            -- both, quoted
    partitioned boolean,
    layout text,
    names text[],                          -- NULL: not in the redo (virtual, unused)
    kinds text[],
    national boolean[],
    attnums int2[],
    large boolean[],                       -- LOBs and LONGs, which no WHERE clause names
    plain int[],                           -- the places of all other columns in the redo
    reason text                            -- why LogMiner does not do the table; NULL: it does
);

CREATE FUNCTION ora.redo_table(relation oid) RETURNS ora.redo_table
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
    SELECT relation, r.owner, r.name, format('"%s"."%s"', r.owner, r.name), r.partitioned IS NOT NULL, ora.layout(relation),
        array_agg(CASE WHEN p.shown THEN ora.oracle_name(a.attname::text) END ORDER BY a.attnum),
        array_agg(t.typname::text ORDER BY a.attnum),
        array_agg(f.charset_form = 2 ORDER BY a.attnum), array_agg(a.attnum ORDER BY a.attnum),
        array_agg(p.large ORDER BY a.attnum),
        array_agg(p.place ORDER BY a.attnum) FILTER (WHERE p.shown AND NOT p.large),
        min(CASE
            WHEN f.data_type = 'UROWID' OR t.typname <> ALL (ARRAY['numeric', 'float4', 'float8',
                'varchar', 'bpchar', 'bytea', 'CLOB', 'NCLOB', 'BLOB', 'LONG', 'LONGRAW', 'DATE',
                'TIMESTAMP', 'TSTZ', 'TSLTZ', 'INTERVALDS', 'INTERVALYM', 'ROWID'])
                THEN 'Unsupported data type ' || f.data_type
            WHEN ora.release() LIKE '19.%' AND 30 < greatest(octet_length(r.name),
                octet_length(r.owner), octet_length(ora.oracle_name(a.attname::text)))
                THEN 'Name of more than 30 bytes' END)
    FROM ora.relations r
    JOIN pg_attribute a ON a.attrelid = r.relid AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attgenerated <> 'v'
    JOIN pg_type t ON t.oid = a.atttypid
    JOIN ora.column_facts f ON f.relid = r.relid AND f.attnum = a.attnum
    CROSS JOIN LATERAL (SELECT NOT f.virtual AND NOT f.unused AS shown,
        t.typname IN ('CLOB', 'NCLOB', 'BLOB', 'LONG', 'LONGRAW') AS large,
        (SELECT count(*)::int FROM pg_attribute b WHERE b.attrelid = a.attrelid AND b.attnum > 0
            AND b.attnum <= a.attnum AND NOT b.attisdropped AND b.attgenerated <> 'v') AS place) p
    WHERE r.relid = relation
    GROUP BY r.owner, r.name, r.partitioned
$$;
COMMENT ON FUNCTION ora.redo_table(oid) IS
    'NULL when the table has been dropped. Source: Database Utilities, "Supported Databases and '
    'Redo Log File Versions", "Unsupported Data Types and Table Storage Attributes".';
