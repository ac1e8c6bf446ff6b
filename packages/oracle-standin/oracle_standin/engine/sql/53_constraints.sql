-- Constraints and indexes. Source: Database Reference, ALL_CONSTRAINTS, ALL_INDEXES.

SET LOCAL search_path = pg_catalog, ora;

-- Keys of foreign keys: the constraint that a foreign key's index belongs to.
CREATE VIEW ora.listed_constraints AS
SELECT c.oid AS conoid, c.conrelid AS relid, coalesce(l.oracle_name, c.conname::text) AS name,
    CASE c.contype WHEN 'p' THEN 'P' WHEN 'u' THEN 'U' WHEN 'f' THEN 'R' ELSE 'C' END AS type,
    f.search_condition, c.confrelid,
    CASE WHEN c.contype = 'f' THEN c.conindid END AS referenced_index,
    CASE WHEN c.contype = 'f' THEN CASE c.confdeltype WHEN 'c' THEN 'CASCADE'
        WHEN 'n' THEN 'SET NULL' ELSE 'NO ACTION' END END AS delete_rule,
    'ENABLED'::text AS status, c.condeferrable AS deferrable, c.condeferred AS deferred, f.validated,
    f.generated, f.rely, f.last_change,
    CASE WHEN c.contype IN ('p', 'u') THEN c.conindid END AS index_oid, c.conkey AS attnums
FROM ora.constraint_facts f
JOIN pg_constraint c ON c.oid = f.conoid
LEFT JOIN ora.long_names l ON l.engine_name = c.conname::text
UNION ALL
SELECT NULL, d.relid, d.name,
    CASE d.contype WHEN 'p' THEN 'P' WHEN 'u' THEN 'U' WHEN 'f' THEN 'R' ELSE 'C' END,
    d.search_condition, d.foreign_relid,
    (SELECT k.conindid FROM pg_constraint k WHERE k.conrelid = d.foreign_relid
        AND k.contype IN ('p', 'u') AND k.conkey @> d.foreign_attnums
        AND k.conkey <@ d.foreign_attnums LIMIT 1),
    d.delete_rule, 'DISABLED', d.is_deferrable, d.is_deferred, false, d.generated, false, d.last_change, NULL,
    d.attnums
FROM ora.disabled_constraints d;

CREATE VIEW ora."d_CONSTRAINTS" AS
SELECT c.relid AS "RELID", r.owner AS "OWNER", c.name AS "CONSTRAINT_NAME",
    c.type AS "CONSTRAINT_TYPE", r.name AS "TABLE_NAME",
    c.search_condition::ora."LONG" AS "SEARCH_CONDITION",
    left(c.search_condition, 4000) AS "SEARCH_CONDITION_VC", p.owner AS "R_OWNER",
    coalesce(kl.oracle_name, k.conname::text) AS "R_CONSTRAINT_NAME",
    c.delete_rule AS "DELETE_RULE", c.status AS "STATUS",
    CASE WHEN c.deferrable THEN 'DEFERRABLE' ELSE 'NOT DEFERRABLE' END AS "DEFERRABLE",
    CASE WHEN c.deferred THEN 'DEFERRED' ELSE 'IMMEDIATE' END AS "DEFERRED",
    CASE WHEN c.validated THEN 'VALIDATED' ELSE 'NOT VALIDATED' END AS "VALIDATED",
    CASE WHEN c.generated THEN 'GENERATED NAME' ELSE 'USER NAME' END AS "GENERATED",
    NULL::text AS "BAD", CASE WHEN c.rely THEN 'RELY' END AS "RELY",
    ora.as_date(c.last_change) AS "LAST_CHANGE",
    CASE WHEN c.index_oid IS NOT NULL THEN r.owner END AS "INDEX_OWNER",
    coalesce(il.oracle_name, i.relname::text) AS "INDEX_NAME", NULL::text AS "INVALID",
    NULL::text AS "VIEW_RELATED", '0'::text AS "ORIGIN_CON_ID"
FROM ora.listed_constraints c
JOIN ora.relations r ON r.relid = c.relid
LEFT JOIN pg_class i ON i.oid = c.index_oid
LEFT JOIN ora.long_names il ON il.engine_name = i.relname::text
LEFT JOIN ora.relations p ON p.relid = c.confrelid AND c.type = 'R'
LEFT JOIN pg_constraint k ON k.conrelid = c.confrelid AND k.conindid = c.referenced_index
  AND k.contype IN ('p', 'u')
LEFT JOIN ora.long_names kl ON kl.engine_name = k.conname::text;
SELECT ora.publish('CONSTRAINTS');

CREATE VIEW ora."d_CONS_COLUMNS" AS
SELECT c.relid AS "RELID", r.owner AS "OWNER", c.name AS "CONSTRAINT_NAME", r.name AS "TABLE_NAME",
    coalesce(l.oracle_name, a.attname::text) AS "COLUMN_NAME",
    CASE WHEN c.type <> 'C' THEN k.n::numeric END AS "POSITION"
FROM ora.listed_constraints c
JOIN ora.relations r ON r.relid = c.relid
CROSS JOIN LATERAL unnest(c.attnums) WITH ORDINALITY AS k (attnum, n)
JOIN pg_attribute a ON a.attrelid = c.relid AND a.attnum = k.attnum
LEFT JOIN ora.long_names l ON l.engine_name = a.attname::text;
SELECT ora.publish('CONS_COLUMNS');

CREATE VIEW ora.listed_indexes AS
SELECT i.relid, i.owner, i.name, i.parent, i.generated, i.visible, i.created, i.last_ddl,
    i.last_analyzed, i.num_rows, t.owner AS table_owner, t.name AS table_name, t.temporary,
    t.duration, t.iot, t.partitioned, x.indisunique, x.indisprimary, x.indnkeyatts, x.indkey,
    x.indoption, x.indrelid,
    EXISTS (SELECT FROM unnest(x.indkey) k (attnum) WHERE k.attnum = 0)
        OR EXISTS (SELECT FROM unnest(x.indoption) o (flags) WHERE o.flags & 1 = 1) AS by_function
FROM ora.relations i
JOIN pg_index x ON x.indexrelid = i.relid
JOIN ora.relations t ON t.relid = i.parent
WHERE i.object_type = 'INDEX';

CREATE VIEW ora."d_INDEXES" AS
SELECT i.parent AS "RELID", i.owner AS "OWNER", i.name AS "INDEX_NAME",
    CASE WHEN i.iot AND i.indisprimary THEN 'IOT - TOP' WHEN i.by_function
        THEN 'FUNCTION-BASED NORMAL' ELSE 'NORMAL' END AS "INDEX_TYPE",
    i.table_owner AS "TABLE_OWNER", i.table_name AS "TABLE_NAME", 'TABLE'::text AS "TABLE_TYPE",
    CASE WHEN i.indisunique THEN 'UNIQUE' ELSE 'NONUNIQUE' END AS "UNIQUENESS",
    'DISABLED'::text AS "COMPRESSION", NULL::numeric AS "PREFIX_LENGTH",
    CASE WHEN NOT i.temporary THEN 'USERS' END AS "TABLESPACE_NAME", 2::numeric AS "INI_TRANS",
    255::numeric AS "MAX_TRANS", 65536::numeric AS "INITIAL_EXTENT",
    1048576::numeric AS "NEXT_EXTENT", 1::numeric AS "MIN_EXTENTS",
    2147483645::numeric AS "MAX_EXTENTS", NULL::numeric AS "PCT_INCREASE",
    NULL::numeric AS "PCT_THRESHOLD", NULL::numeric AS "INCLUDE_COLUMN", NULL::numeric AS "FREELISTS",
    NULL::numeric AS "FREELIST_GROUPS", 10::numeric AS "PCT_FREE", 'YES'::text AS "LOGGING",
    NULL::numeric AS "BLEVEL", NULL::numeric AS "LEAF_BLOCKS", NULL::numeric AS "DISTINCT_KEYS",
    NULL::numeric AS "AVG_LEAF_BLOCKS_PER_KEY", NULL::numeric AS "AVG_DATA_BLOCKS_PER_KEY",
    NULL::numeric AS "CLUSTERING_FACTOR",
    CASE WHEN i.partitioned IS NULL THEN 'VALID' ELSE 'N/A' END AS "STATUS",
    i.num_rows AS "NUM_ROWS", NULL::numeric AS "SAMPLE_SIZE",
    ora.as_date(i.last_analyzed) AS "LAST_ANALYZED", '1'::text AS "DEGREE", '1'::text AS "INSTANCES",
    CASE WHEN i.partitioned IS NULL THEN 'NO' ELSE 'YES' END AS "PARTITIONED",
    CASE WHEN i.temporary THEN 'Y' ELSE 'N' END AS "TEMPORARY",
    CASE WHEN i.generated THEN 'Y' ELSE 'N' END AS "GENERATED", 'N'::text AS "SECONDARY",
    'DEFAULT'::text AS "BUFFER_POOL", 'DEFAULT'::text AS "FLASH_CACHE",
    'DEFAULT'::text AS "CELL_FLASH_CACHE", 'NO'::text AS "USER_STATS", i.duration AS "DURATION",
    NULL::numeric AS "PCT_DIRECT_ACCESS", NULL::text AS "ITYP_OWNER", NULL::text AS "ITYP_NAME",
    NULL::text AS "PARAMETERS", 'NO'::text AS "GLOBAL_STATS", NULL::text AS "DOMIDX_STATUS",
    NULL::text AS "DOMIDX_OPSTATUS", CASE WHEN i.by_function THEN 'ENABLED' END AS "FUNCIDX_STATUS",
    'NO'::text AS "JOIN_INDEX", 'NO'::text AS "IOT_REDUNDANT_PKEY_ELIM", 'NO'::text AS "DROPPED",
    CASE WHEN i.visible THEN 'VISIBLE' ELSE 'INVISIBLE' END AS "VISIBILITY",
    NULL::text AS "DOMIDX_MANAGEMENT", 'YES'::text AS "SEGMENT_CREATED",
    'NO'::text AS "ORPHANED_ENTRIES", 'FULL'::text AS "INDEXING", 'NO'::text AS "AUTO",
    CASE WHEN i.indisunique AND EXISTS (SELECT FROM pg_constraint k
        JOIN ora.constraint_facts kf ON kf.conoid = k.oid WHERE k.conindid = i.relid
        AND k.contype IN ('p', 'u')) THEN 'YES' ELSE 'NO' END AS "CONSTRAINT_INDEX"
FROM ora.listed_indexes i;
SELECT ora.publish('INDEXES');

-- Expressions and descending columns stand in hidden columns SYS_NCnnnnn$.
CREATE VIEW ora.listed_index_columns AS
SELECT i.*, k.n, k.attnum, k.attnum = 0 OR i.indoption[k.n - 1] & 1 = 1 AS is_expression,
    i.indoption[k.n - 1] & 1 = 1 AS descending,
    CASE WHEN k.attnum = 0 OR i.indoption[k.n - 1] & 1 = 1
        THEN format('SYS_NC%s$', lpad((i.relid::bigint * 16 + k.n)::text, 5, '0'))
        ELSE coalesce(l.oracle_name, a.attname::text) END AS shown_name,
    coalesce(l.oracle_name, a.attname::text) AS column_name, f.data_length, f.char_length
FROM ora.listed_indexes i
CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum > 0
LEFT JOIN ora.column_facts f ON f.relid = i.indrelid AND f.attnum = k.attnum
LEFT JOIN ora.long_names l ON l.engine_name = a.attname::text
WHERE k.n <= i.indnkeyatts;

CREATE VIEW ora."d_IND_COLUMNS" AS
SELECT i.parent AS "RELID", i.owner AS "INDEX_OWNER", i.name AS "INDEX_NAME",
    i.table_owner AS "TABLE_OWNER", i.table_name AS "TABLE_NAME",
    i.shown_name AS "COLUMN_NAME",
    i.n::numeric AS "COLUMN_POSITION", coalesce(i.data_length, 4000)::numeric AS "COLUMN_LENGTH",
    coalesce(i.char_length, 0)::numeric AS "CHAR_LENGTH",
    CASE WHEN i.descending THEN 'DESC' ELSE 'ASC' END AS "DESCEND",
    NULL::numeric AS "COLLATED_COLUMN_ID"
FROM ora.listed_index_columns i;
SELECT ora.publish('IND_COLUMNS', 'INDEX_OWNER');

CREATE VIEW ora."d_IND_EXPRESSIONS" AS
SELECT i.parent AS "RELID", i.owner AS "INDEX_OWNER", i.name AS "INDEX_NAME",
    i.table_owner AS "TABLE_OWNER", i.table_name AS "TABLE_NAME",
    coalesce(e.expression, format('"%s"', i.column_name))::ora."LONG" AS "COLUMN_EXPRESSION",
    i.n::numeric AS "COLUMN_POSITION"
FROM ora.listed_index_columns i
LEFT JOIN ora.index_expressions e ON e.relid = i.relid AND e.position = i.n
WHERE i.is_expression;
SELECT ora.publish('IND_EXPRESSIONS', 'INDEX_OWNER');
