-- Procedures, functions and packages in the dictionary.
-- Source: Database Reference, ALL_PROCEDURES, ALL_ARGUMENTS, ALL_SOURCE, ALL_ERRORS,
-- ALL_DEPENDENCIES.

SET LOCAL search_path = pg_catalog, ora;

CREATE VIEW ora."d_PROCEDURES" AS
SELECT u.object_id AS "RELID", u.owner AS "OWNER", u.name AS "OBJECT_NAME",
    CASE WHEN u.kind = 'PACKAGE' THEN s.name END AS "PROCEDURE_NAME",
    u.object_id::bigint::numeric AS "OBJECT_ID",
    s.subprogram_id::numeric AS "SUBPROGRAM_ID", nullif(s.overload, 0)::text AS "OVERLOAD",
    u.kind AS "OBJECT_TYPE", 'NO'::text AS "AGGREGATE", 'NO'::text AS "PIPELINED",
    NULL::text AS "IMPLTYPEOWNER", NULL::text AS "IMPLTYPENAME", 'NO'::text AS "PARALLEL",
    'NO'::text AS "INTERFACE",
    CASE WHEN s.is_deterministic THEN 'YES' ELSE 'NO' END AS "DETERMINISTIC",
    CASE WHEN u.invoker_rights THEN 'CURRENT_USER' ELSE 'DEFINER' END AS "AUTHID",
    'NO'::text AS "RESULT_CACHE", '0'::text AS "ORIGIN_CON_ID", NULL::text AS "POLYMORPHIC"
FROM ora.program_units u
JOIN (SELECT object_id, subprogram_id, name, overload, is_deterministic FROM ora.subprograms
    -- The package itself comes last, as subprogram 0.
    UNION ALL SELECT object_id, 0, NULL, 0, false FROM ora.program_units WHERE kind = 'PACKAGE') s
    ON s.object_id = u.object_id;
SELECT ora.publish('PROCEDURES');

CREATE VIEW ora."d_ARGUMENTS" AS
SELECT u.object_id AS "RELID", u.owner AS "OWNER", s.name AS "OBJECT_NAME",
    CASE WHEN u.kind = 'PACKAGE' THEN u.name END AS "PACKAGE_NAME",
    u.object_id::bigint::numeric AS "OBJECT_ID", nullif(s.overload, 0)::text AS "OVERLOAD",
    s.subprogram_id::numeric AS "SUBPROGRAM_ID", a.name AS "ARGUMENT_NAME",
    a.position::numeric AS "POSITION", a.sequence::numeric AS "SEQUENCE",
    a.data_level::numeric AS "DATA_LEVEL", a.data_type AS "DATA_TYPE",
    CASE WHEN a.defaulted THEN 'Y' ELSE 'N' END AS "DEFAULTED", NULL::ora."LONG" AS "DEFAULT_VALUE",
    NULL::numeric AS "DEFAULT_LENGTH", a.in_out AS "IN_OUT", NULL::numeric AS "DATA_LENGTH",
    NULL::numeric AS "DATA_PRECISION", NULL::numeric AS "DATA_SCALE", NULL::numeric AS "RADIX",
    CASE a.national WHEN true THEN 'NCHAR_CS' WHEN false THEN 'CHAR_CS' END AS "CHARACTER_SET_NAME",
    CASE WHEN a.type_name IS NOT NULL THEN split_part(a.type_name, '.', 1) END AS "TYPE_OWNER",
    CASE WHEN a.type_name IS NOT NULL THEN split_part(a.type_name, '.', 2) END AS "TYPE_NAME",
    CASE WHEN a.type_name IS NOT NULL THEN split_part(a.type_name, '.', 3) END AS "TYPE_SUBNAME",
    NULL::text AS "TYPE_LINK",
    CASE WHEN a.type_name IS NOT NULL THEN 'PACKAGE' END AS "TYPE_OBJECT_TYPE",
    CASE WHEN a.type_name IS NULL THEN a.data_type END AS "PLS_TYPE", NULL::numeric AS "CHAR_LENGTH",
    NULL::text AS "CHAR_USED", '0'::text AS "ORIGIN_CON_ID"
FROM ora.program_units u
JOIN ora.subprograms s ON s.object_id = u.object_id
JOIN ora.subprogram_arguments a
    ON a.object_id = s.object_id AND a.subprogram_id = s.subprogram_id;
SELECT ora.publish('ARGUMENTS');

CREATE VIEW ora."d_SOURCE" AS
SELECT u.object_id AS "RELID", u.owner AS "OWNER", u.name AS "NAME", u.kind AS "TYPE",
    l.number::numeric AS "LINE", l.line AS "TEXT", '0'::text AS "ORIGIN_CON_ID"
FROM ora.program_units u
CROSS JOIN LATERAL (
    -- Every line but the last one ends with its line feed.
    SELECT number, line || CASE WHEN number < count(*) OVER () THEN E'\n' ELSE '' END AS line
    FROM regexp_split_to_table(u.source, E'\n') WITH ORDINALITY AS x (line, number)) l;
SELECT ora.publish('SOURCE');

CREATE VIEW ora."d_ERRORS" AS
SELECT u.object_id AS "RELID", u.owner AS "OWNER", u.name AS "NAME", u.kind AS "TYPE",
    e.sequence::numeric AS "SEQUENCE", e.line::numeric AS "LINE",
    e.position::numeric AS "POSITION", e.text AS "TEXT", 'ERROR'::text AS "ATTRIBUTE",
    coalesce(substring(e.text FROM '^PLS-(\d+)')::numeric, 0) AS "MESSAGE_NUMBER"
FROM ora.program_units u
JOIN ora.program_errors e ON e.object_id = u.object_id;
SELECT ora.publish('ERRORS');

CREATE VIEW ora."d_DEPENDENCIES" AS
SELECT d.relid AS "RELID", d.owner AS "OWNER", d.name AS "NAME", d.type AS "TYPE",
    d.other_owner AS "REFERENCED_OWNER", d.other_name AS "REFERENCED_NAME",
    d.other_type AS "REFERENCED_TYPE", NULL::text AS "REFERENCED_LINK_NAME",
    'HARD'::text AS "DEPENDENCY_TYPE", '0'::text AS "ORIGIN_CON_ID"
FROM (
    SELECT u.object_id AS relid, u.owner, u.name, u.kind AS type, p.owner AS other_owner,
        p.name AS other_name, coalesce(o.object_type, 'NON-EXISTENT') AS other_type
    FROM ora.program_units u
    JOIN ora.program_dependencies p ON p.object_id = u.object_id
    LEFT JOIN ora.listed_objects o ON o.owner = p.owner AND o.name = p.name
        AND o.namespace = 1 AND o.subobject_name IS NULL
    UNION
    SELECT v.relid, v.owner, v.name, v.object_type, r.owner, r.name, r.object_type
    FROM ora.relations v
    JOIN pg_rewrite w ON w.ev_class = v.relid
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
        AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.relid
    JOIN ora.relations r ON r.relid = d.refobjid
    WHERE v.object_type IN ('VIEW', 'MATERIALIZED VIEW') AND v.owner <> 'SYS') d;
SELECT ora.publish('DEPENDENCIES');
