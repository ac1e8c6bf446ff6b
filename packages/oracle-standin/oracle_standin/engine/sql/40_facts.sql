-- What Oracle's dictionary knows and PostgreSQL has no place for.
--
-- Everything hangs on oids and attribute numbers, so that renames cost nothing. Rows of dropped
-- relations go with the relation (event trigger at the end). Written by `engine.ddl` alone; read by
-- `engine.describe`, `engine.resolver` and the dictionary views.

-- One row for each relation of a user that Oracle would list: tables, views, materialized views,
-- sequences, indexes, partitions. OBJECT_ID and DATA_OBJECT_ID are the relation's oid.
CREATE TABLE ora.table_facts (
    relid oid PRIMARY KEY,
    object_type text NOT NULL DEFAULT 'TABLE',
    parent oid,                            -- of an index or a partition: its table
    temporary boolean NOT NULL DEFAULT false,
    duration text,                         -- SYS$SESSION or SYS$TRANSACTION
    tablespace text,
    iot boolean NOT NULL DEFAULT false,
    partitioned text,                      -- RANGE, LIST or HASH
    partition_interval text,
    nologging boolean NOT NULL DEFAULT false,
    compression text,                      -- COMPRESS_FOR, NULL when disabled
    degree text NOT NULL DEFAULT '1',
    cache boolean NOT NULL DEFAULT false,
    row_movement boolean NOT NULL DEFAULT false,
    read_only boolean NOT NULL DEFAULT false,
    row_dependencies boolean NOT NULL DEFAULT false,
    segment_created boolean NOT NULL DEFAULT true,
    column_grants boolean NOT NULL DEFAULT false,
    generated boolean NOT NULL DEFAULT false,  -- named by the system
    visible boolean NOT NULL DEFAULT true,     -- of an index
    external boolean NOT NULL DEFAULT false,
    nested boolean NOT NULL DEFAULT false,     -- the storage of a nested table column
    created timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_ddl timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_analyzed timestamptz,
    num_rows numeric,
    blocks numeric,
    avg_row_len numeric,
    sample_size numeric
);
CREATE INDEX table_facts_parent ON ora.table_facts (parent) WHERE parent IS NOT NULL;

-- One row for each column of a table, view or materialized view, with the values of ALL_TAB_COLS.
-- type_code and charset_form are those of `oracle_standin.backend`.
CREATE TABLE ora.column_facts (
    relid oid NOT NULL,
    attnum int2 NOT NULL,
    type_code int2 NOT NULL,
    data_type text NOT NULL,
    data_length int NOT NULL,
    data_precision int,
    data_scale int,
    char_length int NOT NULL DEFAULT 0,
    char_used text,                        -- B or C
    charset_form int2 NOT NULL DEFAULT 0,
    data_default text,                     -- as written
    hidden boolean NOT NULL DEFAULT false,
    virtual boolean NOT NULL DEFAULT false,
    default_on_null boolean NOT NULL DEFAULT false,
    identity text,                         -- ALWAYS or BY DEFAULT
    unused boolean NOT NULL DEFAULT false, -- SET UNUSED: hidden, not made by the user
    data_type_owner text,                  -- of types that have an owner
    column_id int,                         -- order of visible columns; NULL when hidden
    internal_id int,                       -- where hidden storage columns come before; else NULL
    PRIMARY KEY (relid, attnum)
);
CREATE INDEX column_facts_objects ON ora.column_facts (relid) WHERE type_code = 109;

-- Identity columns and the sequence that feeds each.
CREATE TABLE ora.identity_facts (
    relid oid NOT NULL,
    attnum int2 NOT NULL,
    sequence oid NOT NULL,
    PRIMARY KEY (relid, attnum)
);

-- What a sequence was declared with beyond PostgreSQL's own options.
CREATE TABLE ora.sequence_facts (
    relid oid PRIMARY KEY,
    min_value numeric NOT NULL,
    max_value numeric NOT NULL,
    cache_size numeric NOT NULL,
    ordered boolean NOT NULL DEFAULT false,
    keep boolean NOT NULL DEFAULT false,
    per_session boolean NOT NULL DEFAULT false
);

-- Views and materialized views: the text as written. An invalid view keeps its place.
CREATE TABLE ora.view_facts (
    relid oid PRIMARY KEY,
    text text NOT NULL,
    column_names text[],                   -- the list after the name, when given
    name_schema text NOT NULL,             -- whose names the text means
    engine_text text,                      -- the query for PostgreSQL; names are bound late
    valid boolean NOT NULL DEFAULT true,
    read_only boolean NOT NULL DEFAULT false,
    flashback boolean NOT NULL DEFAULT false  -- reads tables as they were
);
CREATE TABLE ora.mview_facts (
    relid oid PRIMARY KEY,
    build_mode text NOT NULL DEFAULT 'IMMEDIATE',
    refresh_mode text NOT NULL DEFAULT 'DEMAND',
    refresh_method text NOT NULL DEFAULT 'FORCE',
    query_rewrite boolean NOT NULL DEFAULT false,
    last_refresh timestamptz
);

-- Constraints that Oracle would list, by PostgreSQL's constraint oid.
CREATE TABLE ora.constraint_facts (
    conoid oid PRIMARY KEY,
    relid oid NOT NULL,
    search_condition text,                 -- as written, of a check or NOT NULL
    generated boolean NOT NULL DEFAULT false,
    validated boolean NOT NULL DEFAULT true,
    rely boolean NOT NULL DEFAULT false,
    last_change timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX constraint_facts_relid ON ora.constraint_facts (relid);

-- Disabled constraints exist here alone: PostgreSQL does not keep them.
CREATE TABLE ora.disabled_constraints (
    relid oid NOT NULL,
    name text NOT NULL,
    contype "char" NOT NULL,               -- p, u, f, c, n
    attnums int2[] NOT NULL,
    foreign_relid oid,
    foreign_attnums int2[],
    delete_rule text,
    search_condition text,
    generated boolean NOT NULL DEFAULT false,
    is_deferrable boolean NOT NULL DEFAULT false,
    is_deferred boolean NOT NULL DEFAULT false,
    last_change timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (relid, name)
);

-- Index expressions as written; position counts from 1.
CREATE TABLE ora.index_expressions (
    relid oid NOT NULL,
    position int NOT NULL,
    expression text NOT NULL,
    PRIMARY KEY (relid, position)
);

CREATE TABLE ora.synonyms (
    owner text NOT NULL,                   -- PUBLIC for public ones
    name text NOT NULL,
    table_owner text NOT NULL,
    table_name text NOT NULL,
    object_id oid NOT NULL DEFAULT 0,
    created timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (owner, name)
);

CREATE TABLE ora.partition_facts (
    relid oid PRIMARY KEY,                 -- of the partition
    parent oid NOT NULL,
    name text NOT NULL,
    position int NOT NULL,
    high_value text,                       -- as written
    UNIQUE (parent, name)
);
CREATE TABLE ora.partition_keys (
    relid oid NOT NULL,
    attnum int2 NOT NULL,
    position int NOT NULL,
    PRIMARY KEY (relid, position)
);

CREATE TABLE ora.log_groups (
    relid oid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,                    -- ALL COLUMN LOGGING, PRIMARY KEY LOGGING, ...
    always boolean NOT NULL DEFAULT true,
    generated boolean NOT NULL DEFAULT true,
    attnums int2[],
    PRIMARY KEY (relid, name)
);

-- Object grants keep what PostgreSQL's ACL cannot say (READ, FLASHBACK, ALTER, ON COMMIT REFRESH...).
CREATE TABLE ora.object_grants (
    relid oid NOT NULL,
    attnum int2 NOT NULL DEFAULT 0,        -- 0: the whole object
    grantee text NOT NULL,
    privilege text NOT NULL,
    grantor text NOT NULL,
    grantable boolean NOT NULL DEFAULT false,
    PRIMARY KEY (relid, attnum, grantee, privilege)
);
CREATE INDEX object_grants_grantee ON ora.object_grants (grantee);

-- The describe information of a column, and USER_JSON_COLUMNS, say whether IS JSON is checked.
CREATE FUNCTION ora.checks_json(relation oid, attribute int2) RETURNS boolean
LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT EXISTS (
        SELECT FROM pg_catalog.pg_constraint c
        WHERE c.conrelid OPERATOR(pg_catalog.=) relation
            AND c.contype OPERATOR(pg_catalog.=) 'c'
            AND c.conkey OPERATOR(pg_catalog.=) ARRAY[attribute]
            AND pg_catalog.starts_with(pg_catalog.pg_get_expr(c.conbin, c.conrelid), 'ora.is_json('))
$$;

-- Directories are SYS's. Their ids stay below those of relations, with whom they share object_grants.
CREATE SEQUENCE ora.directory_ids START WITH 8001 MAXVALUE 16383;
CREATE TABLE ora.directories (
    object_id oid PRIMARY KEY DEFAULT nextval('ora.directory_ids')::oid,
    name text NOT NULL UNIQUE,
    path text NOT NULL,
    created timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_ddl timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Numbers in generated names: SYS_C007301, ISEQ$$_74001.
CREATE SEQUENCE ora.generated_name START WITH 7301;

CREATE FUNCTION ora.forget_dropped() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
DECLARE
    gone oid[];
    columns_gone record;
BEGIN
    SELECT array_agg(o.objid) INTO gone FROM pg_event_trigger_dropped_objects() o
    WHERE o.classid = 'pg_class'::regclass AND o.objsubid = 0 AND NOT o.is_temporary;
    IF gone IS NOT NULL THEN
        DELETE FROM ora.table_facts WHERE relid = ANY (gone);
        DELETE FROM ora.column_facts WHERE relid = ANY (gone);
        DELETE FROM ora.identity_facts WHERE relid = ANY (gone);
        DELETE FROM ora.sequence_facts WHERE relid = ANY (gone);
        DELETE FROM ora.view_facts WHERE relid = ANY (gone);
        DELETE FROM ora.mview_facts WHERE relid = ANY (gone);
        DELETE FROM ora.disabled_constraints WHERE relid = ANY (gone);
        DELETE FROM ora.index_expressions WHERE relid = ANY (gone);
        DELETE FROM ora.partition_facts WHERE relid = ANY (gone) OR parent = ANY (gone);
        DELETE FROM ora.partition_keys WHERE relid = ANY (gone);
        DELETE FROM ora.log_groups WHERE relid = ANY (gone);
        DELETE FROM ora.object_grants WHERE relid = ANY (gone);
        DELETE FROM ora.nested_facts WHERE relid = ANY (gone) OR parent = ANY (gone);
        DELETE FROM ora.external_facts WHERE relid = ANY (gone);
        DELETE FROM ora.external_locations WHERE relid = ANY (gone);
    END IF;
    DELETE FROM ora.constraint_facts f USING pg_event_trigger_dropped_objects() o
    WHERE o.classid = 'pg_constraint'::regclass AND f.conoid = o.objid;
    FOR columns_gone IN
        SELECT o.objid AS relid, o.objsubid::int2 AS attnum
        FROM pg_event_trigger_dropped_objects() o
        WHERE o.classid = 'pg_class'::regclass AND o.objsubid > 0
    LOOP
        DELETE FROM ora.column_facts
        WHERE relid = columns_gone.relid AND attnum = columns_gone.attnum;
        DELETE FROM ora.identity_facts
        WHERE relid = columns_gone.relid AND attnum = columns_gone.attnum;
    END LOOP;
END
$$;
CREATE EVENT TRIGGER forget_dropped ON sql_drop EXECUTE FUNCTION ora.forget_dropped();

GRANT SELECT ON ALL TABLES IN SCHEMA ora TO PUBLIC;
REVOKE SELECT ON ora.users FROM PUBLIC;
GRANT SELECT (username, user_id, account_status, created, lock_date, expiry_date, last_login,
  oracle_maintained, default_tablespace, temporary_tablespace, profile) ON ora.users TO PUBLIC;
