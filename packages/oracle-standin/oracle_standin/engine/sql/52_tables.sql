-- Tables and columns. Source: Database Reference, ALL_TABLES, ALL_TAB_COLS, ALL_*_COMMENTS.

SET LOCAL search_path = pg_catalog, ora;

CREATE VIEW ora."d_TABLES" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "TABLE_NAME",
    r.tablespace AS "TABLESPACE_NAME", NULL::text AS "CLUSTER_NAME", NULL::text AS "IOT_NAME",
    'VALID'::text AS "STATUS", 10::numeric AS "PCT_FREE", NULL::numeric AS "PCT_USED",
    1::numeric AS "INI_TRANS", 255::numeric AS "MAX_TRANS", 65536::numeric AS "INITIAL_EXTENT",
    1048576::numeric AS "NEXT_EXTENT", 1::numeric AS "MIN_EXTENTS",
    2147483645::numeric AS "MAX_EXTENTS", NULL::numeric AS "PCT_INCREASE",
    NULL::numeric AS "FREELISTS", NULL::numeric AS "FREELIST_GROUPS",
    CASE WHEN r.temporary OR r.nologging THEN 'NO' ELSE 'YES' END AS "LOGGING",
    'N'::text AS "BACKED_UP", r.num_rows AS "NUM_ROWS", r.blocks AS "BLOCKS",
    CASE WHEN r.last_analyzed IS NOT NULL THEN 0::numeric END AS "EMPTY_BLOCKS",
    CASE WHEN r.last_analyzed IS NOT NULL THEN 0::numeric END AS "AVG_SPACE",
    CASE WHEN r.last_analyzed IS NOT NULL THEN 0::numeric END AS "CHAIN_CNT",
    r.avg_row_len AS "AVG_ROW_LEN",
    CASE WHEN r.last_analyzed IS NOT NULL THEN 0::numeric END AS "AVG_SPACE_FREELIST_BLOCKS",
    CASE WHEN r.last_analyzed IS NOT NULL THEN 0::numeric END AS "NUM_FREELIST_BLOCKS",
    lpad(r.degree, 10) AS "DEGREE", lpad('1', 10) AS "INSTANCES",
    CASE WHEN r.cache THEN '    Y' ELSE '    N' END AS "CACHE", 'ENABLED'::text AS "TABLE_LOCK",
    r.sample_size AS "SAMPLE_SIZE", ora.as_date(r.last_analyzed) AS "LAST_ANALYZED",
    CASE WHEN r.partitioned IS NULL THEN 'NO' ELSE 'YES' END AS "PARTITIONED",
    CASE WHEN r.iot THEN 'IOT' END AS "IOT_TYPE",
    CASE WHEN r.temporary THEN 'Y' ELSE 'N' END AS "TEMPORARY", 'N'::text AS "SECONDARY",
    CASE WHEN r.nested THEN 'YES' ELSE 'NO' END AS "NESTED", CASE WHEN r.partitioned IS NULL THEN 'DEFAULT' END AS "BUFFER_POOL",
    'DEFAULT'::text AS "FLASH_CACHE", 'DEFAULT'::text AS "CELL_FLASH_CACHE",
    CASE WHEN r.row_movement THEN 'ENABLED' ELSE 'DISABLED' END AS "ROW_MOVEMENT",
    CASE WHEN r.last_analyzed IS NULL THEN 'NO' ELSE 'YES' END AS "GLOBAL_STATS",
    'NO'::text AS "USER_STATS", r.duration AS "DURATION", 'DISABLED'::text AS "SKIP_CORRUPT",
    'YES'::text AS "MONITORING", NULL::text AS "CLUSTER_OWNER",
    CASE WHEN r.row_dependencies THEN 'ENABLED' ELSE 'DISABLED' END AS "DEPENDENCIES",
    CASE WHEN r.partitioned IS NOT NULL THEN NULL WHEN r.compression IS NULL THEN 'DISABLED'
        ELSE 'ENABLED' END AS "COMPRESSION",
    r.compression AS "COMPRESS_FOR", 'NO'::text AS "DROPPED",
    CASE WHEN r.partitioned IS NOT NULL THEN 'N/A' WHEN r.read_only THEN 'YES' ELSE 'NO' END
        AS "READ_ONLY",
    CASE WHEN r.partitioned IS NOT NULL THEN 'N/A' WHEN r.segment_created THEN 'YES' ELSE 'NO' END
        AS "SEGMENT_CREATED",
    'DEFAULT'::text AS "RESULT_CACHE", 'NO'::text AS "CLUSTERING", NULL::text AS "ACTIVITY_TRACKING",
    NULL::text AS "DML_TIMESTAMP",
    CASE WHEN i.relid IS NULL THEN 'NO' ELSE 'YES' END AS "HAS_IDENTITY",
    'NO'::text AS "CONTAINER_DATA", 'DISABLED'::text AS "INMEMORY",
    NULL::text AS "INMEMORY_PRIORITY", NULL::text AS "INMEMORY_DISTRIBUTE",
    NULL::text AS "INMEMORY_COMPRESSION", NULL::text AS "INMEMORY_DUPLICATE",
    'USING_NLS_COMP'::text AS "DEFAULT_COLLATION", 'N'::text AS "DUPLICATED",
    'N'::text AS "SHARDED", 'N'::text AS "EXTERNALLY_SHARDED", 'N'::text AS "EXTERNALLY_DUPLICATED",
    CASE WHEN r.external THEN 'YES' ELSE 'NO' END AS "EXTERNAL", 'NO'::text AS "HYBRID", NULL::text AS "CELLMEMORY",
    'NO'::text AS "CONTAINERS_DEFAULT", 'NO'::text AS "CONTAINER_MAP",
    'NO'::text AS "EXTENDED_DATA_LINK", 'NO'::text AS "EXTENDED_DATA_LINK_MAP",
    NULL::text AS "INMEMORY_SERVICE", NULL::text AS "INMEMORY_SERVICE_NAME",
    'NO'::text AS "CONTAINER_MAP_OBJECT", 'DISABLED'::text AS "MEMOPTIMIZE_READ",
    'DISABLED'::text AS "MEMOPTIMIZE_WRITE", 'NO'::text AS "HAS_SENSITIVE_COLUMN",
    'NO'::text AS "ADMIT_NULL", 'NO'::text AS "DATA_LINK_DML_ENABLED",
    'ENABLED'::text AS "LOGICAL_REPLICATION"
FROM ora.relations r
LEFT JOIN (SELECT DISTINCT relid FROM ora.identity_facts) i ON i.relid = r.relid
WHERE r.object_type IN ('TABLE', 'MATERIALIZED VIEW');
SELECT ora.publish('TABLES');

-- The columns, and the hidden ones that Oracle stores XMLTYPE, references to nested tables and the
-- attributes of objects in. Types that differ between the parts would cost the index on relid.
CREATE VIEW ora.listed_columns AS
SELECT relid, attnum, type_code, data_type, data_length, data_precision, data_scale, char_length,
    char_used, charset_form, data_default, hidden,
    virtual OR (type_code = 109 AND data_type = 'XMLTYPE') AS virtual, default_on_null, identity,
    unused, data_type_owner, column_id, coalesce(internal_id, attnum) AS internal_id,
    NULL::text AS storage_name, NULL::text AS attribute_path
FROM ora.column_facts
UNION ALL
SELECT f.relid, f.attnum, n.type_code, n.data_type, n.data_length, n.data_precision, n.data_scale,
    n.char_length, n.char_used, n.charset_form, NULL, true, false, false, NULL, false,
    n.data_type_owner, f.column_id, (i.before + n.ordinal)::int,
    format('SYS_NC%s%s$', n.prefix, lpad((i.before + n.ordinal)::text, 5, '0')), n.path
FROM ora.column_facts f
JOIN ora.table_facts t ON t.relid = f.relid AND t.object_type = 'TABLE' AND NOT t.nested
LEFT JOIN ora.type_facts y ON y.owner = f.data_type_owner AND y.name = f.data_type
CROSS JOIN LATERAL (SELECT coalesce(f.internal_id, f.attnum) AS before) i
CROSS JOIN LATERAL (
    SELECT 1 AS ordinal, NULL::text AS path, '' AS prefix, 113::int2 AS type_code,
        'BLOB' AS data_type, 4000 AS data_length, NULL::int AS data_precision,
        NULL::int AS data_scale, 0 AS char_length, NULL::text AS char_used, 0::int2 AS charset_form,
        NULL::text AS data_type_owner
    WHERE f.data_type = 'XMLTYPE'
    UNION ALL
    SELECT 1, NULL, lpad(i.before::text, 5, '0'), 23::int2, 'RAW', 16, NULL, NULL, 0, NULL, 0::int2,
        NULL
    WHERE y.collection = 'TABLE'
    UNION ALL
    SELECT s.ordinal, s.path, '', (s.attribute).type_code, (s.attribute).data_type,
        (s.attribute).data_length, (s.attribute).data_precision, (s.attribute).data_scale,
        (s.attribute).char_length, (s.attribute).char_used, (s.attribute).charset_form,
        (s.attribute).data_type_owner
    FROM ora.stored_attributes(y.owner, y.name) s) n
WHERE f.type_code = 109;

CREATE VIEW ora."d_TAB_COLS" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "TABLE_NAME",
    coalesce(f.storage_name, l.oracle_name, a.attname::text) AS "COLUMN_NAME", f.data_type AS "DATA_TYPE",
    NULL::text AS "DATA_TYPE_MOD", f.data_type_owner AS "DATA_TYPE_OWNER",
    f.data_length::numeric AS "DATA_LENGTH", f.data_precision::numeric AS "DATA_PRECISION",
    f.data_scale::numeric AS "DATA_SCALE",
    CASE WHEN a.attnotnull AND f.storage_name IS NULL THEN 'N' ELSE 'Y' END AS "NULLABLE",
    f.column_id::numeric AS "COLUMN_ID",
    length(f.data_default)::numeric AS "DEFAULT_LENGTH", f.data_default::ora."LONG" AS "DATA_DEFAULT",
    NULL::numeric AS "NUM_DISTINCT", NULL::bytea AS "LOW_VALUE", NULL::bytea AS "HIGH_VALUE",
    NULL::numeric AS "DENSITY", NULL::numeric AS "NUM_NULLS", NULL::numeric AS "NUM_BUCKETS",
    ora.as_date(r.last_analyzed) AS "LAST_ANALYZED", NULL::numeric AS "SAMPLE_SIZE",
    CASE f.charset_form WHEN 1 THEN 'CHAR_CS' WHEN 2 THEN 'NCHAR_CS' END AS "CHARACTER_SET_NAME",
    CASE WHEN f.charset_form > 0 THEN f.data_length::numeric END AS "CHAR_COL_DECL_LENGTH",
    'NO'::text AS "GLOBAL_STATS", 'NO'::text AS "USER_STATS", NULL::numeric AS "AVG_COL_LEN",
    f.char_length::numeric AS "CHAR_LENGTH", f.char_used AS "CHAR_USED", 'NO'::text AS "V80_FMT_IMAGE",
    'YES'::text AS "DATA_UPGRADED", CASE WHEN f.hidden THEN 'YES' ELSE 'NO' END AS "HIDDEN_COLUMN",
    CASE WHEN f.virtual THEN 'YES' ELSE 'NO' END AS "VIRTUAL_COLUMN",
    CASE WHEN NOT f.virtual AND r.object_type <> 'VIEW' THEN f.internal_id::numeric END
        AS "SEGMENT_COLUMN_ID",
    f.internal_id::numeric AS "INTERNAL_COLUMN_ID", 'NONE'::text AS "HISTOGRAM",
    CASE WHEN f.attribute_path IS NULL
        THEN coalesce(f.storage_name, l.oracle_name, a.attname::text)
        ELSE format('"%s".%s', coalesce(l.oracle_name, a.attname::text), f.attribute_path) END
        AS "QUALIFIED_COL_NAME",
    CASE WHEN f.unused OR f.storage_name IS NOT NULL OR (r.nested AND f.hidden) THEN 'NO' ELSE 'YES' END AS "USER_GENERATED",
    CASE WHEN f.default_on_null THEN 'YES' ELSE 'NO' END AS "DEFAULT_ON_NULL",
    CASE WHEN f.identity IS NULL THEN 'NO' ELSE 'YES' END AS "IDENTITY_COLUMN",
    NULL::text AS "EVALUATION_EDITION", NULL::text AS "UNUSABLE_BEFORE",
    NULL::text AS "UNUSABLE_BEGINNING",
    CASE WHEN f.charset_form > 0 AND f.type_code IN (1, 96) THEN 'USING_NLS_COMP' END AS "COLLATION",
    NULL::numeric AS "COLLATED_COLUMN_ID", NULL::text AS "DOMAIN_OWNER", NULL::text AS "DOMAIN_NAME",
    left(f.data_default, 4000) AS "DATA_DEFAULT_VC", CASE WHEN f.data_type = 'VECTOR'
        THEN ora.vector_info(a.atttypmod) END AS "VECTOR_INFO"
FROM ora.listed_columns f
JOIN ora.relations r ON r.relid = f.relid
JOIN pg_attribute a ON a.attrelid = f.relid AND a.attnum = f.attnum
LEFT JOIN ora.long_names l ON l.engine_name = a.attname::text
WHERE NOT a.attisdropped;
SELECT ora.publish('TAB_COLS');

DO $$
DECLARE
    family text;
    names text;
BEGIN
    FOREACH family IN ARRAY ARRAY['ALL', 'DBA', 'USER'] LOOP
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO names FROM pg_attribute
        WHERE attrelid = format('"SYS".%I', family || '_TAB_COLS')::regclass AND attnum > 0
            AND attname NOT IN ('HIDDEN_COLUMN', 'VIRTUAL_COLUMN', 'SEGMENT_COLUMN_ID',
                'INTERNAL_COLUMN_ID', 'QUALIFIED_COL_NAME', 'USER_GENERATED', 'COLLATED_COLUMN_ID');
        EXECUTE format('CREATE VIEW "SYS".%I AS SELECT %s FROM "SYS".%I WHERE "USER_GENERATED" = ''YES''',
            family || '_TAB_COLUMNS', names, family || '_TAB_COLS');
    END LOOP;
END
$$;

CREATE VIEW ora."d_TAB_COMMENTS" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "TABLE_NAME",
    CASE r.object_type WHEN 'VIEW' THEN 'VIEW' ELSE 'TABLE' END AS "TABLE_TYPE",
    d.description AS "COMMENTS", 0::numeric AS "ORIGIN_CON_ID"
FROM ora.relations r
LEFT JOIN pg_description d
  ON d.objoid = r.relid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
  AND r.object_type <> 'MATERIALIZED VIEW'
WHERE r.object_type IN ('TABLE', 'VIEW', 'MATERIALIZED VIEW');
SELECT ora.publish('TAB_COMMENTS');

CREATE VIEW ora."d_MVIEW_COMMENTS" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "MVIEW_NAME", d.description AS "COMMENTS"
FROM ora.relations r
LEFT JOIN pg_description d
  ON d.objoid = r.relid AND d.classoid = 'pg_class'::regclass AND d.objsubid = 0
WHERE r.object_type = 'MATERIALIZED VIEW';
SELECT ora.publish('MVIEW_COMMENTS');

CREATE VIEW ora."d_COL_COMMENTS" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "TABLE_NAME",
    coalesce(l.oracle_name, a.attname::text) AS "COLUMN_NAME", d.description AS "COMMENTS",
    0::numeric AS "ORIGIN_CON_ID"
FROM ora.column_facts f
JOIN ora.relations r ON r.relid = f.relid
JOIN pg_attribute a ON a.attrelid = f.relid AND a.attnum = f.attnum
LEFT JOIN ora.long_names l ON l.engine_name = a.attname::text
LEFT JOIN pg_description d ON d.objoid = f.relid AND d.classoid = 'pg_class'::regclass
  AND d.objsubid = f.attnum
WHERE NOT a.attisdropped AND NOT f.unused;
SELECT ora.publish('COL_COMMENTS');

CREATE VIEW ora."d_TAB_IDENTITY_COLS" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "TABLE_NAME",
    coalesce(l.oracle_name, a.attname::text) AS "COLUMN_NAME", f.identity AS "GENERATION_TYPE",
    s.relname::text AS "SEQUENCE_NAME",
    format('START WITH: %s, INCREMENT BY: %s, MAX_VALUE: %s, MIN_VALUE: %s, CYCLE_FLAG: %s,'
        ' CACHE_SIZE: %s, ORDER_FLAG: %s, SCALE_FLAG: N, EXTEND_FLAG: N, SESSION_FLAG: %s,'
        ' KEEP_VALUE: %s', q.seqstart, q.seqincrement, sf.max_value, sf.min_value,
        CASE WHEN q.seqcycle THEN 'Y' ELSE 'N' END, sf.cache_size,
        CASE WHEN sf.ordered THEN 'Y' ELSE 'N' END, CASE WHEN sf.per_session THEN 'Y' ELSE 'N' END,
        CASE WHEN sf.keep THEN 'Y' ELSE 'N' END) AS "IDENTITY_OPTIONS"
FROM ora.identity_facts i
JOIN ora.relations r ON r.relid = i.relid
JOIN ora.column_facts f ON f.relid = i.relid AND f.attnum = i.attnum
JOIN pg_attribute a ON a.attrelid = i.relid AND a.attnum = i.attnum
JOIN pg_class s ON s.oid = i.sequence
JOIN pg_sequence q ON q.seqrelid = i.sequence
JOIN ora.sequence_facts sf ON sf.relid = i.sequence
LEFT JOIN ora.long_names l ON l.engine_name = a.attname::text;
SELECT ora.publish('TAB_IDENTITY_COLS');

CREATE VIEW ora."d_LOG_GROUPS" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", g.name AS "LOG_GROUP_NAME", r.name AS "TABLE_NAME",
    g.kind AS "LOG_GROUP_TYPE", CASE WHEN g.always THEN 'ALWAYS' ELSE 'CONDITIONAL' END AS "ALWAYS",
    CASE WHEN g.generated THEN 'GENERATED NAME' ELSE 'USER NAME' END AS "GENERATED"
FROM ora.log_groups g JOIN ora.relations r ON r.relid = g.relid;
SELECT ora.publish('LOG_GROUPS');

CREATE VIEW ora."d_LOG_GROUP_COLUMNS" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", g.name AS "LOG_GROUP_NAME", r.name AS "TABLE_NAME",
    ora.oracle_name(a.attname::text) AS "COLUMN_NAME", c.position::numeric AS "POSITION",
    'LOG'::text AS "LOGGING_PROPERTY"
FROM ora.log_groups g JOIN ora.relations r ON r.relid = g.relid
CROSS JOIN LATERAL unnest(g.attnums) WITH ORDINALITY AS c (attnum, position)
JOIN pg_attribute a ON a.attrelid = g.relid AND a.attnum = c.attnum;
SELECT ora.publish('LOG_GROUP_COLUMNS');

CREATE VIEW ora."d_EXTERNAL_TABLES" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "TABLE_NAME", 'SYS'::text AS "TYPE_OWNER",
    e.driver AS "TYPE_NAME", 'SYS'::text AS "DEFAULT_DIRECTORY_OWNER",
    e.directory AS "DEFAULT_DIRECTORY_NAME", e.reject_limit AS "REJECT_LIMIT",
    'CLOB'::text AS "ACCESS_TYPE", e.access_parameters::ora."CLOB" AS "ACCESS_PARAMETERS",
    'ALL'::text AS "PROPERTY", 'DISABLED'::text AS "INMEMORY", NULL::text AS "INMEMORY_COMPRESSION"
FROM ora.external_facts e JOIN ora.relations r ON r.relid = e.relid;
SELECT ora.publish('EXTERNAL_TABLES');

CREATE VIEW ora."d_EXTERNAL_LOCATIONS" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "TABLE_NAME", l.location AS "LOCATION",
    'SYS'::text AS "DIRECTORY_OWNER", l.directory AS "DIRECTORY_NAME"
FROM ora.external_locations l JOIN ora.relations r ON r.relid = l.relid;
SELECT ora.publish('EXTERNAL_LOCATIONS');

CREATE VIEW ora."d_NESTED_TABLES" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "TABLE_NAME",
    f.data_type_owner AS "TABLE_TYPE_OWNER", f.data_type AS "TABLE_TYPE_NAME",
    p.name AS "PARENT_TABLE_NAME", ora.oracle_name(a.attname::text) AS "PARENT_TABLE_COLUMN",
    lpad('USER_SPECIFIED', 30) AS "STORAGE_SPEC",
    lpad(CASE WHEN n.locator THEN 'LOCATOR' ELSE 'VALUE' END, 20) AS "RETURN_TYPE",
    lpad('N', 25) AS "ELEMENT_SUBSTITUTABLE"
FROM ora.nested_facts n
JOIN ora.relations r ON r.relid = n.relid
JOIN ora.relations p ON p.relid = n.parent
JOIN ora.column_facts f ON f.relid = n.parent AND f.attnum = n.attnum
JOIN pg_attribute a ON a.attrelid = n.parent AND a.attnum = n.attnum;
SELECT ora.publish('NESTED_TABLES');

SELECT ora.publish_empty('OBJECT_TABLES', 'OWNER text, TABLE_NAME text, TABLESPACE_NAME text,
    STATUS text, NUM_ROWS number, BLOCKS number, LAST_ANALYZED date, PARTITIONED text,
    IOT_TYPE text, OBJECT_ID_TYPE text, TABLE_TYPE_OWNER text, TABLE_TYPE text, TEMPORARY text,
    SECONDARY text, NESTED text, DROPPED text');
SELECT ora.publish_empty('LOBS', 'OWNER text, TABLE_NAME text, COLUMN_NAME text, SEGMENT_NAME text,
    TABLESPACE_NAME text, INDEX_NAME text, CHUNK number, CACHE text, LOGGING text, IN_ROW text,
    SECUREFILE text');
CREATE VIEW ora."d_JSON_COLUMNS" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "TABLE_NAME",
    CASE r.object_type WHEN 'VIEW' THEN 'VIEW' ELSE 'TABLE' END AS "OBJECT_TYPE",
    coalesce(l.oracle_name, a.attname::text) AS "COLUMN_NAME",
    CASE f.data_type WHEN 'JSON' THEN 'OSON' ELSE 'TEXT' END AS "FORMAT", f.data_type AS "DATA_TYPE"
FROM ora.column_facts f
JOIN ora.relations r ON r.relid = f.relid
JOIN pg_attribute a ON a.attrelid = f.relid AND a.attnum = f.attnum
LEFT JOIN ora.long_names l ON l.engine_name = a.attname::text
WHERE NOT a.attisdropped AND (f.data_type = 'JSON' OR ora.checks_json(f.relid, f.attnum));
SELECT ora.publish('JSON_COLUMNS');
SELECT ora.publish_empty('ENCRYPTED_COLUMNS', 'OWNER text, TABLE_NAME text, COLUMN_NAME text,
    ENCRYPTION_ALG text, SALT text, INTEGRITY_ALG text');
