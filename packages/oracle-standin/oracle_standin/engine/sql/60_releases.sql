-- What the dictionary of earlier releases does not have.
--
-- A database that plays one renames these views and columns, so that nobody finds them.
-- Source: Database Reference of 12.2, 19c and 23ai, the views' descriptions.

SET LOCAL search_path = pg_catalog, ora;

CREATE TABLE ora.later (since int NOT NULL, view_pattern text NOT NULL, column_name text);
COMMENT ON TABLE ora.later IS
    'Columns, or whole views where the column is NULL, with the release that brought them.';
INSERT INTO ora.later VALUES
    (23, 'SESSION_SCHEMA_PRIVS', NULL),
    (23, '(ALL|DBA|USER)_TAB_COL(S|UMNS)', 'VECTOR_INFO'),
    (23, '(ALL|DBA|USER)_TAB_COL(S|UMNS)', 'DOMAIN_OWNER'),
    (23, '(ALL|DBA|USER)_TAB_COL(S|UMNS)', 'DOMAIN_NAME'),
    (23, '(ALL|DBA|USER)_USERS', 'DICTIONARY_PROTECTED'),
    (19, '(ALL|DBA|USER)_TABLES', 'LOGICAL_REPLICATION'),
    (19, '(ALL|DBA|USER)_(TABLES|VIEWS)', 'ADMIT_NULL'),
    (19, '(ALL|DBA|USER)_TABLES', 'HYBRID'),
    (19, '(ALL|DBA|USER)_INDEXES', 'AUTO'),
    (18, '(ALL|DBA|USER)_TABLES', 'MEMOPTIMIZE_READ'),
    (18, '(ALL|DBA|USER)_TABLES', 'MEMOPTIMIZE_WRITE'),
    (18, '(ALL|DBA|USER)_TABLES', 'DATA_LINK_DML_ENABLED'),
    (18, '(ALL|DBA|USER)_(TABLES|VIEWS)', 'HAS_SENSITIVE_COLUMN'),
    (18, '(ALL|DBA|USER)_SEQUENCES', 'SCALE_FLAG'),
    (18, '(ALL|DBA|USER)_SEQUENCES', 'EXTEND_FLAG'),
    (18, '(ALL|DBA|USER)_SEQUENCES', 'SHARDED_FLAG'),
    (18, 'G?V_\$VERSION', 'BANNER_FULL'),
    (18, 'G?V_\$VERSION', 'BANNER_LEGACY'),
    (18, 'G?V_\$INSTANCE', 'VERSION_LEGACY'),
    (18, 'G?V_\$INSTANCE', 'VERSION_FULL'),
    (18, 'PRODUCT_COMPONENT_VERSION', 'VERSION_FULL');

CREATE FUNCTION ora.play_release(release int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
    item record;
BEGIN
    FOR item IN
        SELECT c.oid, c.relname::text AS view_name, l.column_name, a.attnum
        FROM ora.later l
        JOIN pg_class c ON c.relnamespace = '"SYS"'::regnamespace AND c.relkind = 'v'
            AND c.relname ~ ('^(' || l.view_pattern || ')$')
        LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = l.column_name
        WHERE l.since > release AND (l.column_name IS NULL OR a.attnum IS NOT NULL)
    LOOP
        IF item.column_name IS NULL THEN
            EXECUTE format('ALTER VIEW "SYS".%I SET SCHEMA ora', item.view_name);
        ELSE
            EXECUTE format('ALTER VIEW "SYS".%I RENAME COLUMN %I TO %I', item.view_name,
                item.column_name, 'ora$later$' || item.column_name);
            UPDATE ora.column_facts SET hidden = true
            WHERE relid = item.oid AND attnum = item.attnum;
        END IF;
    END LOOP;
END
$$;
