-- DBMS_METADATA.GET_DDL of tables, views and stored PL/SQL: a statement that makes the object anew.
--
-- What the dictionary knows is said, what has no effect here (storage, segments, logging) is not.
-- Source: PL/SQL Packages and Types Reference, DBMS_METADATA.

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.declared_type(c "SYS"."ALL_TAB_COLS") RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, ora
RETURN CASE
    WHEN (c)."DATA_TYPE_OWNER" <> 'PUBLIC' THEN
        format('"%s"."%s"', (c)."DATA_TYPE_OWNER", (c)."DATA_TYPE")
    WHEN (c)."DATA_TYPE" IN ('VARCHAR2', 'CHAR') THEN format('%s(%s %s)', (c)."DATA_TYPE",
        (c)."CHAR_LENGTH", CASE (c)."CHAR_USED" WHEN 'B' THEN 'BYTE' ELSE 'CHAR' END)
    WHEN (c)."DATA_TYPE" IN ('NVARCHAR2', 'NCHAR') THEN
        format('%s(%s)', (c)."DATA_TYPE", (c)."CHAR_LENGTH")
    WHEN (c)."DATA_TYPE" IN ('RAW', 'UROWID') THEN
        format('%s(%s)', (c)."DATA_TYPE", (c)."DATA_LENGTH")
    WHEN (c)."DATA_TYPE" = 'FLOAT' THEN format('FLOAT(%s)', (c)."DATA_PRECISION")
    WHEN (c)."DATA_TYPE" = 'NUMBER' AND (c)."DATA_SCALE" IS NOT NULL THEN
        format('NUMBER(%s,%s)', coalesce((c)."DATA_PRECISION"::text, '*'), (c)."DATA_SCALE")
    ELSE (c)."DATA_TYPE" END;

CREATE FUNCTION ora.identity_clause(schema text, table_name text, column_name text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora AS $$
    SELECT format(' GENERATED %s%s AS IDENTITY (MINVALUE %s MAXVALUE %s INCREMENT BY %s START WITH %s'
        ' %s %s %s)', i."GENERATION_TYPE", CASE c."DEFAULT_ON_NULL" WHEN 'YES' THEN ' ON NULL' END,
        s."MIN_VALUE", s."MAX_VALUE", s."INCREMENT_BY", s."LAST_NUMBER",
        CASE s."CACHE_SIZE" WHEN 0 THEN 'NOCACHE' ELSE format('CACHE %s', s."CACHE_SIZE") END,
        CASE s."ORDER_FLAG" WHEN 'Y' THEN 'ORDER' ELSE 'NOORDER' END,
        CASE s."CYCLE_FLAG" WHEN 'Y' THEN 'CYCLE' ELSE 'NOCYCLE' END)
    FROM "SYS"."ALL_TAB_IDENTITY_COLS" i
    JOIN "SYS"."ALL_TAB_COLS" c ON c."OWNER" = i."OWNER" AND c."TABLE_NAME" = i."TABLE_NAME"
        AND c."COLUMN_NAME" = i."COLUMN_NAME"
    JOIN "SYS"."ALL_SEQUENCES" s ON s."SEQUENCE_OWNER" = i."OWNER"
        AND s."SEQUENCE_NAME" = i."SEQUENCE_NAME"
    WHERE i."OWNER" = schema AND i."TABLE_NAME" = identity_clause.table_name
        AND i."COLUMN_NAME" = identity_clause.column_name
$$;

CREATE FUNCTION ora.constraint_state(c "SYS"."ALL_CONSTRAINTS") RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, ora
RETURN concat(CASE (c)."DEFERRABLE" WHEN 'DEFERRABLE' THEN ' DEFERRABLE' END,
    CASE (c)."DEFERRED" WHEN 'DEFERRED' THEN ' INITIALLY DEFERRED' END,
    CASE (c)."STATUS" WHEN 'ENABLED' THEN ' ENABLE' ELSE ' DISABLE' END,
    CASE WHEN (c)."STATUS" = 'ENABLED' AND (c)."VALIDATED" <> 'VALIDATED' THEN ' NOVALIDATE' END);

CREATE FUNCTION ora.key_columns(schema text, constraint_name text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora AS $$
    SELECT string_agg(format('"%s"', k."COLUMN_NAME"), ', ' ORDER BY k."POSITION")
    FROM "SYS"."ALL_CONS_COLUMNS" k
    WHERE k."OWNER" = schema AND k."CONSTRAINT_NAME" = key_columns.constraint_name
$$;

CREATE FUNCTION ora.is_not_null(c "SYS"."ALL_CONSTRAINTS") RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, ora
RETURN (c)."CONSTRAINT_TYPE" = 'C' AND (c)."SEARCH_CONDITION_VC" ~ '^"[^"]+" IS NOT NULL$';

CREATE FUNCTION ora.column_lines(schema text, table_name text) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora AS $$
    SELECT concat(format('"%s" ', c."COLUMN_NAME"), ora.declared_type(c),
        CASE WHEN c."VIRTUAL_COLUMN" = 'YES' AND c."DATA_TYPE_OWNER" IS NULL
                THEN format(' GENERATED ALWAYS AS (%s) VIRTUAL', c."DATA_DEFAULT"::text)
            WHEN c."IDENTITY_COLUMN" = 'YES'
                THEN ora.identity_clause(schema, c."TABLE_NAME", c."COLUMN_NAME")
            WHEN c."DATA_DEFAULT" IS NOT NULL THEN format(' DEFAULT %s%s',
                CASE c."DEFAULT_ON_NULL" WHEN 'YES' THEN 'ON NULL ' END, c."DATA_DEFAULT"::text)
        END,
        (SELECT concat(CASE n."GENERATED" WHEN 'USER NAME'
                THEN format(' CONSTRAINT "%s"', n."CONSTRAINT_NAME") END, ' NOT NULL',
                ora.constraint_state(n))
            FROM "SYS"."ALL_CONSTRAINTS" n
            WHERE n."OWNER" = schema AND n."TABLE_NAME" = column_lines.table_name
                AND ora.is_not_null(n)
                AND n."SEARCH_CONDITION_VC" = format('"%s" IS NOT NULL', c."COLUMN_NAME") LIMIT 1))
    FROM "SYS"."ALL_TAB_COLS" c
    WHERE c."OWNER" = schema AND c."TABLE_NAME" = column_lines.table_name
        AND c."COLUMN_ID" IS NOT NULL AND c."USER_GENERATED" = 'YES'
    ORDER BY c."COLUMN_ID"
$$;

CREATE FUNCTION ora.constraint_lines(schema text, table_name text) RETURNS SETOF text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora AS $$
    SELECT concat(CASE c."GENERATED" WHEN 'USER NAME'
            THEN format('CONSTRAINT "%s" ', c."CONSTRAINT_NAME") END,
        CASE c."CONSTRAINT_TYPE" WHEN 'C' THEN format('CHECK (%s)', c."SEARCH_CONDITION_VC")
            WHEN 'R' THEN format('FOREIGN KEY (%s) REFERENCES "%s"."%s" (%s)%s',
                ora.key_columns(schema, c."CONSTRAINT_NAME"), p."OWNER", p."TABLE_NAME",
                ora.key_columns(p."OWNER", p."CONSTRAINT_NAME"),
                CASE WHEN c."DELETE_RULE" <> 'NO ACTION' THEN ' ON DELETE ' || c."DELETE_RULE" END)
            ELSE format('%s (%s)', CASE c."CONSTRAINT_TYPE" WHEN 'P' THEN 'PRIMARY KEY'
                ELSE 'UNIQUE' END, ora.key_columns(schema, c."CONSTRAINT_NAME")) END,
        ora.constraint_state(c))
    FROM "SYS"."ALL_CONSTRAINTS" c
    LEFT JOIN "SYS"."ALL_CONSTRAINTS" p ON c."CONSTRAINT_TYPE" = 'R'
        AND p."OWNER" = c."R_OWNER" AND p."CONSTRAINT_NAME" = c."R_CONSTRAINT_NAME"
    WHERE c."OWNER" = schema AND c."TABLE_NAME" = constraint_lines.table_name
        AND c."CONSTRAINT_TYPE" IN ('C', 'P', 'U', 'R') AND NOT ora.is_not_null(c)
    ORDER BY position(c."CONSTRAINT_TYPE" IN 'CPUR'), c."CONSTRAINT_NAME"
$$;

CREATE FUNCTION ora.nested_storage(schema text, table_name text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora AS $$
    SELECT string_agg(format('NESTED TABLE "%s" STORE AS "%s" RETURN AS %s ',
        n."PARENT_TABLE_COLUMN", n."TABLE_NAME", trim(n."RETURN_TYPE")),
        E'\n  ' ORDER BY n."TABLE_NAME")
    FROM "SYS"."ALL_NESTED_TABLES" n
    WHERE n."OWNER" = schema AND n."PARENT_TABLE_NAME" = nested_storage.table_name
$$;

-- Of a table that `ora.table_ddl` has found among those that the user sees.
CREATE FUNCTION ora.external_clause(schema text, table_name text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
    SELECT format(E'ORGANIZATION EXTERNAL \n    ( TYPE %s\n      DEFAULT DIRECTORY "%s"\n%s'
        '      LOCATION\n       ( %s\n       )\n    )\n   REJECT LIMIT %s ', e.driver, e.directory,
        E'      ACCESS PARAMETERS\n      ( ' || nullif(e.access_parameters, '') || E'\n      )\n',
        (SELECT string_agg(format('"%s":%L', l.directory, l.location), ', ' ORDER BY l.position)
            FROM ora.external_locations l WHERE l.relid = e.relid),
        trim(e.reject_limit))
    FROM ora.external_facts e JOIN ora.relations r ON r.relid = e.relid
    WHERE r.owner = schema AND r.name = external_clause.table_name
$$;

CREATE FUNCTION ora.table_ddl(schema text, table_name text) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ora AS $$
DECLARE
    found "SYS"."ALL_TABLES";
    lines text;
BEGIN
    SELECT t.* INTO found FROM "SYS"."ALL_TABLES" t
    WHERE t."OWNER" = schema AND t."TABLE_NAME" = table_ddl.table_name;
    IF found."TABLE_NAME" IS NULL THEN
        RETURN NULL;
    END IF;
    IF found."PARTITIONED" = 'YES' THEN
        PERFORM ora.raise_error(3001,
            'unimplemented feature: DDL of a partitioned table is not in this stand-in');
    END IF;
    IF found."NESTED" = 'YES' THEN
        PERFORM ora.raise_error(3001,
            'unimplemented feature: DDL of a nested table''s storage is not in this stand-in');
    END IF;
    SELECT string_agg(l.line, E', \n\t' ORDER BY l.n) INTO lines FROM (
        SELECT row_number() OVER () AS n, line FROM (
            SELECT ora.column_lines(schema, table_ddl.table_name) AS line
            UNION ALL SELECT ora.constraint_lines(schema, table_ddl.table_name)) u) l;
    RETURN format(E'\n  CREATE %sTABLE "%s"."%s" \n   (\t%s\n   ) %s',
        CASE found."TEMPORARY" WHEN 'Y' THEN 'GLOBAL TEMPORARY ' END, schema, table_name, lines,
        concat(CASE WHEN found."TEMPORARY" = 'Y' THEN CASE found."DURATION" WHEN 'SYS$SESSION'
                THEN 'ON COMMIT PRESERVE ROWS ' ELSE 'ON COMMIT DELETE ROWS ' END
            WHEN found."EXTERNAL" = 'YES' THEN ora.external_clause(schema, table_name)
            WHEN found."IOT_TYPE" = 'IOT' THEN 'ORGANIZATION INDEX ' END,
            ora.nested_storage(schema, table_name)));
END
$$;

CREATE FUNCTION ora.view_ddl(schema text, view_name text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora AS $$
    SELECT format(E'\n  CREATE OR REPLACE EDITIONABLE VIEW "%s"."%s" (%s) AS \n  %s%s',
        schema, view_ddl.view_name,
        (SELECT string_agg(format('"%s"', c."COLUMN_NAME"), ', ' ORDER BY c."COLUMN_ID")
            FROM "SYS"."ALL_TAB_COLS" c
            WHERE c."OWNER" = schema AND c."TABLE_NAME" = view_ddl.view_name),
        v."TEXT"::text, CASE v."READ_ONLY" WHEN 'Y' THEN ' WITH READ ONLY' END)
    FROM "SYS"."ALL_VIEWS" v
    WHERE v."OWNER" = schema AND v."VIEW_NAME" = view_ddl.view_name
$$;

CREATE FUNCTION ora.program_ddl(schema text, unit_name text, kind text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora AS $$
    SELECT format(E'\n  CREATE OR REPLACE EDITIONABLE %s "%s"."%s"%s', kind, schema, unit_name,
        regexp_replace(string_agg(s."TEXT", '' ORDER BY s."LINE"),
            '^\s*(PROCEDURE|FUNCTION|PACKAGE\s+BODY|PACKAGE)\s+("[^"]+"|[\w$#]+)'
            '(\s*\.\s*("[^"]+"|[\w$#]+))?', '', 'i'))
    FROM "SYS"."ALL_SOURCE" s
    WHERE s."OWNER" = schema AND s."NAME" = unit_name AND s."TYPE" = kind
    HAVING count(*) > 0
$$;

CREATE FUNCTION "SYS".dbms_metadata__get_ddl(object_type text, name text, schema text DEFAULT NULL)
RETURNS ora."CLOB"
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ora AS $$
DECLARE
    owner text := coalesce(schema, ora.setting('current_schema'));
    ddl text;
BEGIN
    IF object_type IS NULL OR object_type NOT IN ('TABLE', 'VIEW', 'PROCEDURE', 'FUNCTION',
        'PACKAGE', 'PACKAGE_SPEC', 'PACKAGE_BODY') THEN
        PERFORM ora.raise_error(3001, format(
            'unimplemented feature: DBMS_METADATA.GET_DDL of %s is not in this stand-in',
            coalesce(object_type, 'NULL')));
    END IF;
    ddl := CASE object_type WHEN 'TABLE' THEN ora.table_ddl(owner, name)
        WHEN 'VIEW' THEN ora.view_ddl(owner, name)
        WHEN 'PACKAGE' THEN ora.program_ddl(owner, name, 'PACKAGE')
            || coalesce(ora.program_ddl(owner, name, 'PACKAGE BODY'), '')
        WHEN 'PACKAGE_SPEC' THEN ora.program_ddl(owner, name, 'PACKAGE')
        WHEN 'PACKAGE_BODY' THEN ora.program_ddl(owner, name, 'PACKAGE BODY')
        ELSE ora.program_ddl(owner, name, object_type) END;
    IF ddl IS NULL THEN
        PERFORM ora.raise_error(31603, format('object "%s" of type %s not found in schema "%s"',
            name, object_type, owner));
    END IF;
    RETURN ddl::ora."CLOB";
END
$$;
