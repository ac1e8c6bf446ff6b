-- Partitions, segments, extents and tablespaces.
-- Source: Database Reference, ALL_TAB_PARTITIONS, DBA_SEGMENTS, DBA_EXTENTS, DBA_TABLESPACES.
--
-- ALL_SEGMENTS and ALL_EXTENTS do not exist in Oracle, and USER_EXTENTS does not say where an extent
-- lies. A relation lies in file 1 here, its oid is its data object, and its blocks begin at 0. Extents are as
-- with AUTOALLOCATE: sixteen of 8 blocks, then of 128. Its relative
-- file number is 1024, as in every bigfile tablespace: a ROWID then holds a block number alone.

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.extent_start(id numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN id <= 16 THEN id * 8 ELSE 128 + (id - 16) * 128 END;
CREATE FUNCTION ora.extents(blocks numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN greatest(CASE WHEN blocks <= 128 THEN ceil(blocks / 8)
    ELSE 16 + ceil((blocks - 128) / 128) END, 1);

CREATE VIEW ora."d_TAB_PARTITIONS" AS
SELECT p.parent AS "RELID", t.owner AS "TABLE_OWNER", t.name AS "TABLE_NAME", 'NO'::text AS "COMPOSITE",
    p.name AS "PARTITION_NAME", 0::numeric AS "SUBPARTITION_COUNT",
    p.high_value::ora."LONG" AS "HIGH_VALUE", coalesce(length(p.high_value), 0)::numeric
        AS "HIGH_VALUE_LENGTH",
    p.position::numeric AS "PARTITION_POSITION", 'USERS'::text AS "TABLESPACE_NAME",
    r.num_rows AS "NUM_ROWS", r.blocks AS "BLOCKS", r.avg_row_len AS "AVG_ROW_LEN",
    r.sample_size AS "SAMPLE_SIZE", ora.as_date(r.last_analyzed) AS "LAST_ANALYZED",
    'DISABLED'::text AS "COMPRESSION", 'NO'::text AS "INTERVAL", 'YES'::text AS "SEGMENT_CREATED",
    'NO'::text AS "READ_ONLY"
FROM ora.partition_facts p
JOIN ora.relations r ON r.relid = p.relid
JOIN ora.relations t ON t.relid = p.parent;
SELECT ora.publish('TAB_PARTITIONS', 'TABLE_OWNER');

CREATE VIEW ora."d_PART_TABLES" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "TABLE_NAME",
    r.partitioned AS "PARTITIONING_TYPE", 'NONE'::text AS "SUBPARTITIONING_TYPE",
    (SELECT count(*) FROM ora.partition_facts p WHERE p.parent = r.relid)::numeric AS "PARTITION_COUNT",
    0::numeric AS "DEF_SUBPARTITION_COUNT",
    (SELECT count(*) FROM ora.partition_keys k WHERE k.relid = r.relid)::numeric
        AS "PARTITIONING_KEY_COUNT",
    0::numeric AS "SUBPARTITIONING_KEY_COUNT", 'VALID'::text AS "STATUS",
    r.partition_interval AS "INTERVAL"
FROM ora.relations r WHERE r.partitioned IS NOT NULL;
SELECT ora.publish('PART_TABLES');

CREATE VIEW ora."d_PART_KEY_COLUMNS" AS
SELECT r.relid AS "RELID", r.owner AS "OWNER", r.name AS "NAME", 'TABLE'::text AS "OBJECT_TYPE",
    coalesce(l.oracle_name, a.attname::text) AS "COLUMN_NAME", k.position::numeric AS "COLUMN_POSITION",
    NULL::numeric AS "COLLATED_COLUMN_ID"
FROM ora.partition_keys k
JOIN ora.relations r ON r.relid = k.relid
JOIN pg_attribute a ON a.attrelid = k.relid AND a.attnum = k.attnum
LEFT JOIN ora.long_names l ON l.engine_name = a.attname::text;
SELECT ora.publish('PART_KEY_COLUMNS');

-- Every index of a partitioned table is a local one here.
CREATE VIEW ora."d_PART_INDEXES" AS
SELECT i.parent AS "RELID", i.owner AS "OWNER", i.name AS "INDEX_NAME",
    i.table_name AS "TABLE_NAME", i.partitioned AS "PARTITIONING_TYPE",
    'NONE'::text AS "SUBPARTITIONING_TYPE",
    (SELECT count(*) FROM ora.partition_facts p WHERE p.parent = i.parent)::numeric
        AS "PARTITION_COUNT",
    'LOCAL'::text AS "LOCALITY"
FROM ora.listed_indexes i WHERE i.partitioned IS NOT NULL;
SELECT ora.publish('PART_INDEXES');

SELECT ora.publish_empty('TAB_SUBPARTITIONS', 'TABLE_OWNER text, TABLE_NAME text,
    PARTITION_NAME text, SUBPARTITION_NAME text, HIGH_VALUE long, SUBPARTITION_POSITION number,
    NUM_ROWS number', 'TABLE_OWNER');
SELECT ora.publish_empty('IND_PARTITIONS', 'INDEX_OWNER text, INDEX_NAME text,
    PARTITION_NAME text, HIGH_VALUE long, PARTITION_POSITION number, STATUS text', 'INDEX_OWNER');

CREATE VIEW ora.listed_segments AS
SELECT r.relid, r.owner, coalesce(t.name, r.name) AS name, p.name AS partition_name,
    CASE r.object_type WHEN 'MATERIALIZED VIEW' THEN 'TABLE' ELSE r.object_type END AS segment_type,
    greatest(pg_relation_size(r.relid), 65536)::numeric AS bytes
FROM ora.relations r
LEFT JOIN ora.partition_facts p ON p.relid = r.relid
LEFT JOIN ora.relations t ON t.relid = p.parent
WHERE r.object_type IN ('TABLE', 'TABLE PARTITION', 'INDEX', 'MATERIALIZED VIEW')
    AND r.partitioned IS NULL AND NOT r.temporary AND r.relkind IN ('r', 'i');

CREATE VIEW "SYS"."DBA_SEGMENTS" AS
SELECT s.owner AS "OWNER", s.name AS "SEGMENT_NAME", s.partition_name AS "PARTITION_NAME",
    s.segment_type AS "SEGMENT_TYPE", 'ASSM'::text AS "SEGMENT_SUBTYPE", 'USERS'::text AS "TABLESPACE_NAME",
    1::numeric AS "HEADER_FILE", 0::numeric AS "HEADER_BLOCK", ora.extent_start(ora.extents(div(s.bytes, 8192))) * 8192 AS "BYTES",
    ora.extent_start(ora.extents(div(s.bytes, 8192))) AS "BLOCKS", ora.extents(div(s.bytes, 8192)) AS "EXTENTS", 65536::numeric AS "INITIAL_EXTENT",
    1048576::numeric AS "NEXT_EXTENT", 1::numeric AS "MIN_EXTENTS",
    2147483645::numeric AS "MAX_EXTENTS", 1024::numeric AS "RELATIVE_FNO", 'DEFAULT'::text AS "BUFFER_POOL"
FROM ora.listed_segments s;

CREATE VIEW "SYS"."USER_SEGMENTS" AS
SELECT "SEGMENT_NAME", "PARTITION_NAME", "SEGMENT_TYPE", "SEGMENT_SUBTYPE", "TABLESPACE_NAME", "BYTES",
    "BLOCKS", "EXTENTS", "INITIAL_EXTENT", "NEXT_EXTENT", "MIN_EXTENTS", "MAX_EXTENTS", "BUFFER_POOL"
FROM "SYS"."DBA_SEGMENTS" WHERE "OWNER" = (SELECT ora.session_user_name());

CREATE VIEW "SYS"."DBA_EXTENTS" AS
SELECT s."OWNER", s."SEGMENT_NAME", s."PARTITION_NAME", s."SEGMENT_TYPE", s."TABLESPACE_NAME",
    e.id AS "EXTENT_ID", 1::numeric AS "FILE_ID", ora.extent_start(e.id) AS "BLOCK_ID",
    (ora.extent_start(e.id + 1) - ora.extent_start(e.id)) * 8192 AS "BYTES",
    ora.extent_start(e.id + 1) - ora.extent_start(e.id) AS "BLOCKS",
    1024::numeric AS "RELATIVE_FNO"
FROM "SYS"."DBA_SEGMENTS" s
CROSS JOIN LATERAL generate_series(0::numeric, s."EXTENTS" - 1) AS e (id);

CREATE VIEW "SYS"."USER_EXTENTS" AS
SELECT "SEGMENT_NAME", "PARTITION_NAME", "SEGMENT_TYPE", "TABLESPACE_NAME", "EXTENT_ID", "BYTES",
    "BLOCKS"
FROM "SYS"."DBA_EXTENTS" WHERE "OWNER" = (SELECT ora.session_user_name());

CREATE TABLE ora.tablespaces (name text PRIMARY KEY, contents text NOT NULL);
INSERT INTO ora.tablespaces VALUES ('SYSTEM', 'PERMANENT'), ('SYSAUX', 'PERMANENT'),
    ('UNDOTBS1', 'UNDO'), ('TEMP', 'TEMPORARY'), ('USERS', 'PERMANENT');

CREATE VIEW "SYS"."DBA_TABLESPACES" AS
SELECT t.name AS "TABLESPACE_NAME", 8192::numeric AS "BLOCK_SIZE", 65536::numeric AS "INITIAL_EXTENT",
    NULL::numeric AS "NEXT_EXTENT", 1::numeric AS "MIN_EXTENTS", 'ONLINE'::text AS "STATUS",
    t.contents AS "CONTENTS", 'LOGGING'::text AS "LOGGING", 'LOCAL'::text AS "EXTENT_MANAGEMENT",
    'SYSTEM'::text AS "ALLOCATION_TYPE", 'AUTO'::text AS "SEGMENT_SPACE_MANAGEMENT",
    'YES'::text AS "BIGFILE", 'NO'::text AS "ENCRYPTED"
FROM ora.tablespaces t;
CREATE VIEW "SYS"."USER_TABLESPACES" AS SELECT * FROM "SYS"."DBA_TABLESPACES";

CREATE VIEW "SYS"."DBA_DATA_FILES" AS
SELECT t.name || '.dbf' AS "FILE_NAME", 1::numeric AS "FILE_ID", t.name AS "TABLESPACE_NAME",
    1073741824::numeric AS "BYTES", 131072::numeric AS "BLOCKS", 'AVAILABLE'::text AS "STATUS",
    1024::numeric AS "RELATIVE_FNO", 'YES'::text AS "AUTOEXTENSIBLE", 'ONLINE'::text AS "ONLINE_STATUS"
FROM ora.tablespaces t WHERE t.contents <> 'TEMPORARY';
