-- Views, materialized views, sequences, synonyms and the list of all objects.
-- Source: Database Reference, ALL_VIEWS, ALL_MVIEWS, ALL_SEQUENCES, ALL_SYNONYMS, ALL_OBJECTS.

SET LOCAL search_path = pg_catalog, ora;

CREATE VIEW ora."d_VIEWS" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "VIEW_NAME",
    length(v.text)::numeric AS "TEXT_LENGTH", v.text::ora."LONG" AS "TEXT",
    left(v.text, 4000) AS "TEXT_VC", NULL::numeric AS "TYPE_TEXT_LENGTH", NULL::text AS "TYPE_TEXT",
    NULL::numeric AS "OID_TEXT_LENGTH", NULL::text AS "OID_TEXT", NULL::text AS "VIEW_TYPE_OWNER",
    NULL::text AS "VIEW_TYPE", NULL::text AS "SUPERVIEW_NAME", 'N'::text AS "EDITIONING_VIEW",
    CASE WHEN v.read_only THEN 'Y' ELSE 'N' END AS "READ_ONLY", 'N'::text AS "CONTAINER_DATA",
    'DEFINER'::text AS "BEQUEATH", '0'::text AS "ORIGIN_CON_ID",
    'USING_NLS_COMP'::text AS "DEFAULT_COLLATION", 'NO'::text AS "CONTAINERS_DEFAULT",
    'NO'::text AS "CONTAINER_MAP", 'NO'::text AS "EXTENDED_DATA_LINK",
    'NO'::text AS "EXTENDED_DATA_LINK_MAP", 'NO'::text AS "HAS_SENSITIVE_COLUMN",
    'NO'::text AS "ADMIT_NULL", 'NO'::text AS "PDB_LOCAL_ONLY"
FROM ora.relations r
JOIN ora.view_facts v ON v.relid = r.relid
WHERE r.object_type = 'VIEW';
SELECT ora.publish('VIEWS');

CREATE VIEW ora."d_MVIEWS" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "MVIEW_NAME", r.name AS "CONTAINER_NAME",
    v.text::ora."LONG" AS "QUERY", length(v.text)::numeric AS "QUERY_LEN", 'N'::text AS "UPDATABLE",
    NULL::text AS "UPDATE_LOG", NULL::text AS "MASTER_ROLLBACK_SEG", NULL::text AS "MASTER_LINK",
    CASE WHEN m.query_rewrite THEN 'Y' ELSE 'N' END AS "REWRITE_ENABLED",
    'GENERAL'::text AS "REWRITE_CAPABILITY", m.refresh_mode AS "REFRESH_MODE",
    m.refresh_method AS "REFRESH_METHOD", m.build_mode AS "BUILD_MODE",
    'NO'::text AS "FAST_REFRESHABLE",
    CASE WHEN m.last_refresh IS NULL THEN 'NA' ELSE 'COMPLETE' END AS "LAST_REFRESH_TYPE",
    ora.as_date(m.last_refresh) AS "LAST_REFRESH_DATE",
    ora.as_date(m.last_refresh) AS "LAST_REFRESH_END_TIME",
    CASE WHEN m.last_refresh IS NULL THEN 'UNUSABLE' ELSE 'UNKNOWN' END AS "STALENESS",
    'NA'::text AS "AFTER_FAST_REFRESH", 'N'::text AS "UNKNOWN_PREBUILT",
    'N'::text AS "UNKNOWN_PLSQL_FUNC", 'N'::text AS "UNKNOWN_EXTERNAL_TABLE",
    'N'::text AS "UNKNOWN_CONSIDER_FRESH", 'N'::text AS "UNKNOWN_IMPORT",
    'N'::text AS "UNKNOWN_TRUSTED_FD",
    CASE WHEN v.valid THEN 'VALID' ELSE 'NEEDS_COMPILE' END AS "COMPILE_STATE",
    'N'::text AS "USE_NO_INDEX", NULL::ora."DATE" AS "STALE_SINCE", 0::numeric AS "NUM_PCT_TABLES",
    NULL::numeric AS "NUM_FRESH_PCT_REGIONS", NULL::numeric AS "NUM_STALE_PCT_REGIONS",
    'YES'::text AS "SEGMENT_CREATED", NULL::text AS "EVALUATION_EDITION",
    NULL::text AS "UNUSABLE_BEFORE", NULL::text AS "UNUSABLE_BEGINNING",
    'USING_NLS_COMP'::text AS "DEFAULT_COLLATION", 'N'::text AS "ON_QUERY_COMPUTATION",
    'NO'::text AS "AUTO"
FROM ora.relations r
JOIN ora.view_facts v ON v.relid = r.relid
JOIN ora.mview_facts m ON m.relid = r.relid;
SELECT ora.publish('MVIEWS');

-- The last number drawn, whoever asks: NULL before the first.
CREATE FUNCTION ora.last_value(sequence oid) RETURNS numeric
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog
RETURN pg_sequence_last_value(sequence)::numeric;

CREATE VIEW ora."d_SEQUENCES" AS
SELECT r.relid AS "RELID", r.owner AS "SEQUENCE_OWNER", r.name AS "SEQUENCE_NAME",
    f.min_value AS "MIN_VALUE", f.max_value AS "MAX_VALUE", q.seqincrement::numeric AS "INCREMENT_BY",
    CASE WHEN q.seqcycle THEN 'Y' ELSE 'N' END AS "CYCLE_FLAG",
    CASE WHEN f.ordered THEN 'Y' ELSE 'N' END AS "ORDER_FLAG", f.cache_size AS "CACHE_SIZE",
    -- The next number that is not in the cache: a block of CACHE_SIZE is drawn at a time.
    CASE WHEN l.value IS NULL THEN q.seqstart ELSE q.seqstart + q.seqincrement
        * greatest(f.cache_size, 1)
        * (div((l.value - q.seqstart) / q.seqincrement, greatest(f.cache_size, 1)) + 1) END
        AS "LAST_NUMBER",
    'N'::text AS "SCALE_FLAG", 'N'::text AS "EXTEND_FLAG", 'N'::text AS "SHARDED_FLAG",
    CASE WHEN f.per_session THEN 'Y' ELSE 'N' END AS "SESSION_FLAG",
    CASE WHEN f.keep THEN 'Y' ELSE 'N' END AS "KEEP_VALUE"
FROM ora.relations r
JOIN ora.sequence_facts f ON f.relid = r.relid
JOIN pg_sequence q ON q.seqrelid = r.relid
CROSS JOIN LATERAL (SELECT ora.last_value(r.relid) AS value) l;
SELECT ora.publish('SEQUENCES', 'SEQUENCE_OWNER');

-- What a synonym, or a chain of them, is for; UNION ends a chain that comes back to itself.
CREATE FUNCTION ora.synonym_target(first_owner text, first_name text) RETURNS oid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
    WITH RECURSIVE chain (owner, name) AS (
        SELECT first_owner, first_name
        UNION
        SELECT s.table_owner, s.table_name
        FROM chain c JOIN ora.synonyms s ON s.owner = c.owner AND s.name = c.name)
    SELECT r.relid FROM chain c JOIN ora.relations r ON r.owner = c.owner AND r.name = c.name
    LIMIT 1
$$;

-- Every public synonym is everybody's to see, whatever it is for (Database Reference,
-- "ALL_SYNONYMS").
CREATE VIEW ora."d_SYNONYMS" AS
SELECT coalesce(ora.synonym_target(s.owner, s.name), 0::oid) AS "RELID", s.owner AS "OWNER", s.name AS "SYNONYM_NAME",
    s.table_owner AS "TABLE_OWNER", s.table_name AS "TABLE_NAME", NULL::text AS "DB_LINK",
    '0'::text AS "ORIGIN_CON_ID"
FROM ora.synonyms s;
SELECT ora.publish('SYNONYMS', also_seen => '"OWNER" = ''PUBLIC''');

CREATE VIEW ora.listed_objects AS
SELECT coalesce(r.parent, r.relid) AS relid, r.owner,
    CASE WHEN p.relid IS NOT NULL THEN t.name ELSE r.name END AS name, p.name AS subobject_name,
    r.relid::bigint::numeric AS object_id,
    CASE WHEN r.object_type IN ('TABLE', 'INDEX', 'TABLE PARTITION') AND r.partitioned IS NULL
        THEN r.relid::bigint::numeric END AS data_object_id,
    r.object_type, r.created, r.last_ddl, coalesce(v.valid, true) AS valid, r.temporary, r.generated,
    CASE r.object_type WHEN 'INDEX' THEN 4 ELSE 1 END::numeric AS namespace
FROM ora.relations r
LEFT JOIN ora.view_facts v ON v.relid = r.relid
LEFT JOIN ora.partition_facts p ON p.relid = r.relid
LEFT JOIN ora.relations t ON t.relid = p.parent
UNION ALL
-- A materialized view is listed twice: the other row is its container table.
SELECT r.relid, r.owner, r.name, NULL, r.relid::bigint::numeric, r.relid::bigint::numeric, 'TABLE',
    r.created, r.last_ddl, true, false, false, 1
FROM ora.relations r WHERE r.object_type = 'MATERIALIZED VIEW'
UNION ALL
SELECT coalesce(c.oid, 0::oid), s.owner, s.name, NULL, s.object_id::bigint::numeric, NULL, 'SYNONYM',
    s.created, s.created, true, false, false, 1
FROM ora.synonyms s
LEFT JOIN pg_namespace n ON n.nspname = s.table_owner
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = s.table_name
UNION ALL
SELECT d.object_id, 'SYS', d.name, NULL, d.object_id::bigint::numeric, NULL, 'DIRECTORY', d.created,
    d.last_ddl, true, false, false, 9
FROM ora.directories d
UNION ALL
SELECT u.object_id, u.owner, u.name, NULL, u.object_id::bigint::numeric, NULL, u.kind, u.created,
    u.last_ddl, u.valid, false, false, CASE u.kind WHEN 'PACKAGE BODY' THEN 2 ELSE 1 END
FROM ora.program_units u
UNION ALL
SELECT t.type_id, t.owner, t.name, NULL, t.type_id::bigint::numeric, NULL, 'TYPE', t.created,
    t.last_ddl, true, false, false, 1
FROM ora.type_facts t;

CREATE VIEW ora."d_OBJECTS" AS
SELECT o.relid AS "RELID", o.owner AS "OWNER", o.name AS "OBJECT_NAME",
    o.subobject_name AS "SUBOBJECT_NAME", o.object_id AS "OBJECT_ID",
    o.data_object_id AS "DATA_OBJECT_ID", o.object_type AS "OBJECT_TYPE",
    ora.as_date(o.created) AS "CREATED", ora.as_date(o.last_ddl) AS "LAST_DDL_TIME",
    to_char(o.last_ddl AT TIME ZONE 'UTC', 'YYYY-MM-DD:HH24:MI:SS') AS "TIMESTAMP",
    CASE WHEN o.valid THEN 'VALID' ELSE 'INVALID' END AS "STATUS",
    CASE WHEN o.temporary THEN 'Y' ELSE 'N' END AS "TEMPORARY",
    CASE WHEN o.generated THEN 'Y' ELSE 'N' END AS "GENERATED", 'N'::text AS "SECONDARY",
    o.namespace AS "NAMESPACE", NULL::text AS "EDITION_NAME", 'NONE'::text AS "SHARING",
    CASE WHEN o.object_type IN ('VIEW', 'SYNONYM', 'PROCEDURE', 'FUNCTION', 'PACKAGE',
        'PACKAGE BODY') THEN 'Y' END AS "EDITIONABLE",
    CASE WHEN o.owner IN ('SYS', 'PUBLIC') THEN 'Y' ELSE coalesce(CASE WHEN u.oracle_maintained
        THEN 'Y' ELSE 'N' END, 'N') END AS "ORACLE_MAINTAINED",
    'N'::text AS "APPLICATION", 'USING_NLS_COMP'::text AS "DEFAULT_COLLATION",
    'N'::text AS "DUPLICATED", 'N'::text AS "SHARDED", NULL::numeric AS "CREATED_APPID",
    NULL::numeric AS "CREATED_VSNID", NULL::numeric AS "MODIFIED_APPID",
    NULL::numeric AS "MODIFIED_VSNID"
FROM ora.listed_objects o
LEFT JOIN ora.users u ON u.username = o.owner;
SELECT ora.publish('OBJECTS');

SELECT ora.publish_empty('TRIGGERS', 'OWNER text, TRIGGER_NAME text, TRIGGER_TYPE text,
    TRIGGERING_EVENT text, TABLE_OWNER text, BASE_OBJECT_TYPE text, TABLE_NAME text,
    COLUMN_NAME text, REFERENCING_NAMES text, WHEN_CLAUSE text, STATUS text, DESCRIPTION text,
    ACTION_TYPE text, TRIGGER_BODY long, CROSSEDITION text, BEFORE_STATEMENT text, BEFORE_ROW text,
    AFTER_ROW text, AFTER_STATEMENT text, INSTEAD_OF_ROW text, FIRE_ONCE text,
    APPLY_SERVER_ONLY text');
SELECT ora.publish_empty('DB_LINKS', 'OWNER text, DB_LINK text, USERNAME text, HOST text,
    CREATED date, HIDDEN text, SHARD_INTERNAL text, VALID text, INTRA_CDB text');

CREATE VIEW "SYS"."DBA_DIRECTORIES" AS
SELECT 'SYS'::text AS "OWNER", d.name AS "DIRECTORY_NAME", d.path AS "DIRECTORY_PATH",
    0::numeric AS "ORIGIN_CON_ID"
FROM ora.directories d;

CREATE VIEW "SYS"."ALL_DIRECTORIES" AS
SELECT 'SYS'::text AS "OWNER", d.name AS "DIRECTORY_NAME", d.path AS "DIRECTORY_PATH",
    0::numeric AS "ORIGIN_CON_ID"
FROM ora.directories d
WHERE d.object_id IN (SELECT relid FROM ora.granted_relations)
    OR (SELECT ora.session_user_name()) = 'SYS'
    OR (SELECT ora.has_privilege(ora.session_user_name(), 'CREATE ANY DIRECTORY'))
    OR (SELECT ora.has_privilege(ora.session_user_name(), 'DROP ANY DIRECTORY'));

SELECT ora.publish_empty('POLICIES', 'OBJECT_OWNER text, OBJECT_NAME text, POLICY_GROUP text,
    POLICY_NAME text, PF_OWNER text, PACKAGE text, FUNCTION text, SEL text, INS text, UPD text,
    DEL text, ENABLE text', 'OBJECT_OWNER');
SELECT ora.publish_empty('MVIEW_LOGS', 'LOG_OWNER text, MASTER text, LOG_TABLE text,
    LOG_TRIGGER text, ROWIDS text, PRIMARY_KEY text, OBJECT_ID text, FILTER_COLUMNS text,
    SEQUENCE text, INCLUDE_NEW_VALUES text', 'LOG_OWNER');
