-- Makes the dictionary describe itself and opens it to those whom Oracle opens it to.

SET LOCAL search_path = pg_catalog, ora;

CREATE TABLE "SYS"."DUAL" ("DUMMY" varchar(1));
INSERT INTO "SYS"."DUAL" VALUES ('X');

INSERT INTO ora.table_facts (relid, object_type, tablespace)
SELECT c.oid, CASE c.relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,
    CASE c.relkind WHEN 'r' THEN 'SYSTEM' END
FROM pg_class c WHERE c.relnamespace = '"SYS"'::regnamespace AND c.relkind IN ('v', 'r');

INSERT INTO ora.view_facts (relid, text, name_schema, read_only)
SELECT c.oid, pg_get_viewdef(c.oid), 'SYS', true
FROM pg_class c WHERE c.relnamespace = '"SYS"'::regnamespace AND c.relkind = 'v';

INSERT INTO ora.column_facts (relid, attnum, type_code, data_type, data_length, char_length,
    char_used, charset_form, column_id)
SELECT a.attrelid, a.attnum, t.type_code, t.data_type, coalesce(t.data_length, w.width),
    CASE WHEN t.type_code = 1 THEN w.width ELSE 0 END, CASE WHEN t.type_code = 1 THEN 'B' END,
    CASE WHEN t.type_code IN (1, 8, 112) THEN 1 ELSE 0 END, a.attnum
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN (VALUES ('numeric', 2, 'NUMBER', 22), ('text', 1, 'VARCHAR2', NULL),
    ('character varying', 1, 'VARCHAR2', NULL), ('bytea', 23, 'RAW', 2000),
    ('ora."DATE"', 12, 'DATE', 7), ('ora."LONG"', 8, 'LONG', 0), ('ora."CLOB"', 112, 'CLOB', 4000))
    AS t (name, type_code, data_type, data_length)
    ON t.name = CASE WHEN a.atttypid = 'ora."DATE"'::regtype THEN 'ora."DATE"'
        WHEN a.atttypid = 'ora."LONG"'::regtype THEN 'ora."LONG"'
        WHEN a.atttypid = 'ora."CLOB"'::regtype THEN 'ora."CLOB"'
        ELSE format_type(a.atttypid, NULL) END
CROSS JOIN LATERAL (SELECT CASE
    WHEN a.attname = 'DUMMY' THEN 1
    WHEN a.attname ~ '(OWNER|_NAME|^NAME|^ROLE|USERNAME|GRANTE[ED]|GRANTOR|_SCHEMA|^DATA_TYPE)$'
        AND a.attname NOT IN ('COLUMN_NAME', 'QUALIFIED_COL_NAME', 'FILE_NAME') THEN 128
    WHEN a.attname = 'COLUMN_NAME' AND c.relname NOT LIKE '%_CONS_COLUMNS' THEN 128
    ELSE 4000 END AS width) w
WHERE c.relnamespace = '"SYS"'::regnamespace AND c.relkind IN ('v', 'r') AND a.attnum > 0;

-- Everybody reads what is not about others: all but DBA_ and V$.
CREATE FUNCTION ora.open_dictionary() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
    item record;
    reader text;
BEGIN
    FOR item IN
        SELECT c.oid, c.relname::text AS name,
            c.relname !~ '^(DBA_|G?V_\$)' OR has_table_privilege('public', c.oid, 'SELECT') AS everybody
        FROM pg_class c WHERE c.relnamespace = '"SYS"'::regnamespace AND c.relkind IN ('v', 'r')
    LOOP
        FOREACH reader IN ARRAY CASE WHEN item.everybody THEN ARRAY['PUBLIC']
            ELSE ARRAY['SELECT_CATALOG_ROLE', 'ora$any$SELECT ANY DICTIONARY'] END
        LOOP
            EXECUTE format('GRANT SELECT ON "SYS".%I TO %s', item.name,
                CASE reader WHEN 'PUBLIC' THEN reader ELSE quote_ident(reader) END);
            IF reader NOT LIKE 'ora$%' THEN
                INSERT INTO ora.object_grants (relid, grantee, privilege, grantor)
                VALUES (item.oid, reader, 'SELECT', 'SYS');
            END IF;
        END LOOP;
    END LOOP;
END
$$;
CREATE ROLE "ora$any$SELECT ANY DICTIONARY" NOLOGIN;
SELECT ora.open_dictionary();

CREATE VIEW "SYS"."DICTIONARY" AS
SELECT r.name AS "TABLE_NAME", NULL::text AS "COMMENTS"
FROM ora.relations r WHERE r.owner = 'SYS';
GRANT SELECT ON "SYS"."DICTIONARY" TO PUBLIC;
INSERT INTO ora.synonyms (owner, name, table_owner, table_name)
VALUES ('PUBLIC', 'DICT', 'SYS', 'DICTIONARY'), ('PUBLIC', 'COLS', 'SYS', 'USER_TAB_COLUMNS'),
    ('PUBLIC', 'TABS', 'SYS', 'USER_TABLES');
