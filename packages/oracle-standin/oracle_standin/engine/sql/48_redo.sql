-- Redo for LogMiner: single changes, as the write-ahead log tells of them, and what bounds them.
--
-- `engine.logminer.redo` writes them while supplemental logging is on, whenever the log is read
-- (46_flashback.sql). Source: Database Utilities, "Using LogMiner to Analyze Redo Log Files",
-- "Supplemental Logging".

SET LOCAL search_path = pg_catalog, ora;

CREATE TABLE ora.redo (
    id bigint PRIMARY KEY,                 -- the order of V$LOGMNR_CONTENTS
    commit_scn bigint NOT NULL,
    start_scn bigint NOT NULL,
    scn bigint NOT NULL,                   -- the one after the newest commit before the change
    operation text NOT NULL,               -- START, INSERT, UPDATE, DELETE, DDL, COMMIT
    relid oid,
    layout text,                           -- what the table was then; see ora.layout
    before text[],
    after text[],
    statement text,                        -- of DDL, as the user wrote it
    owner text,                            -- the segment of DDL
    name text,
    total bigint NOT NULL                  -- bytes of redo up to here, since the beginning
);
CREATE INDEX redo_commit_scn ON ora.redo (commit_scn);
CREATE INDEX redo_total ON ora.redo (total);

-- As large as V$LOG says that the log is.
CREATE TABLE ora.redo_limits (
    max_bytes bigint NOT NULL,
    gone_scn bigint NOT NULL               -- redo of commits up to here has been overwritten
);
INSERT INTO ora.redo_limits VALUES (209715200, 0);

CREATE FUNCTION ora.log_member() RETURNS text
LANGUAGE sql IMMUTABLE RETURN '/opt/oracle/oradata/FREE/redo01.log';
COMMENT ON FUNCTION ora.log_member() IS 'The one log file of V$LOGFILE; there is no such file.';

-- Which supplemental logging was in force when. Relation 0 is the database.
CREATE TABLE ora.supplemental_logging (
    relid oid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    always boolean NOT NULL,
    attnums int2[],
    began xid8 NOT NULL,
    ended xid8
);
CREATE INDEX supplemental_logging_relid ON ora.supplemental_logging (relid);

CREATE FUNCTION ora.note_log_group() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO ora.supplemental_logging
        VALUES (NEW.relid, NEW.name, NEW.kind, NEW.always, NEW.attnums, pg_current_xact_id());
    ELSE
        UPDATE ora.supplemental_logging s SET ended = pg_current_xact_id()
        WHERE s.relid = OLD.relid AND s.name = OLD.name AND s.ended IS NULL;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER note_log_group AFTER INSERT OR DELETE ON ora.log_groups
    FOR EACH ROW EXECUTE FUNCTION ora.note_log_group();

CREATE TABLE ora.database_facts (name text PRIMARY KEY, value text NOT NULL);
COMMENT ON TABLE ora.database_facts IS 'Supplemental logging of the database as a whole.';

-- Identification key logging of the database brings minimal logging with it: MIN is IMPLICIT then.
CREATE FUNCTION ora.database_flag(flag text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora
RETURN CASE
    WHEN EXISTS (SELECT FROM ora.database_facts WHERE name = flag AND value = 'YES') THEN 'YES'
    WHEN flag = 'SUPPLEMENTAL_LOG_DATA_MIN'
        AND EXISTS (SELECT FROM ora.database_facts WHERE value = 'YES') THEN 'IMPLICIT'
    ELSE 'NO' END;

CREATE FUNCTION ora.note_database_logging() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
BEGIN
    UPDATE ora.supplemental_logging s SET ended = pg_current_xact_id()
    WHERE s.relid = 0 AND s.ended IS NULL AND ora.database_flag(s.name) = 'NO';
    INSERT INTO ora.supplemental_logging
    SELECT 0, flag.name, flag.kind, true, NULL, pg_current_xact_id()
    FROM (VALUES ('SUPPLEMENTAL_LOG_DATA_MIN', 'MINIMAL'),
        ('SUPPLEMENTAL_LOG_DATA_ALL', 'ALL COLUMN LOGGING'),
        ('SUPPLEMENTAL_LOG_DATA_PK', 'PRIMARY KEY LOGGING'),
        ('SUPPLEMENTAL_LOG_DATA_UI', 'UNIQUE KEY LOGGING'),
        ('SUPPLEMENTAL_LOG_DATA_FK', 'FOREIGN KEY LOGGING')) AS flag (name, kind)
    WHERE ora.database_flag(flag.name) <> 'NO' AND NOT EXISTS (
        SELECT FROM ora.supplemental_logging s
        WHERE s.relid = 0 AND s.name = flag.name AND s.ended IS NULL);
    RETURN NULL;
END
$$;
CREATE TRIGGER note_database_logging AFTER INSERT OR UPDATE ON ora.database_facts
    FOR EACH STATEMENT EXECUTE FUNCTION ora.note_database_logging();

CREATE FUNCTION ora.logging_since() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora
RETURN (SELECT c.scn FROM ora.supplemental_logging s JOIN ora.commits c ON c.xid = s.began
    WHERE s.relid = 0 AND s.kind = 'MINIMAL' AND s.ended IS NULL);
COMMENT ON FUNCTION ora.logging_since() IS
    'The SCN at which supplemental logging was switched on; NULL while it is off.';

CREATE FUNCTION ora.first_redo_scn() RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora
RETURN (SELECT CASE WHEN ora.logging_since() IS NULL THEN ora.current_scn()::bigint
    ELSE greatest(ora.logging_since(), l.gone_scn, u.first_scn) END
    FROM ora.redo_limits l, ora.undo u);
COMMENT ON FUNCTION ora.first_redo_scn() IS 'FIRST_CHANGE# of the log: from here on redo is kept.';

CREATE FUNCTION ora.layout(relation oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora
RETURN (SELECT md5(string_agg(a.attname::text || ':' || a.atttypid || ':' || a.atttypmod, '|'
    ORDER BY a.attnum))
    FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped
        AND a.attgenerated <> 'v');
COMMENT ON FUNCTION ora.layout(oid) IS
    'Names and types of the columns that the log carries, as a digest.';

CREATE FUNCTION ora.all_columns(relation oid) RETURNS int2[]
LANGUAGE sql STABLE SET search_path = pg_catalog, ora
RETURN ARRAY(SELECT a.attnum FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped);

-- Without a primary key it is the smallest unique key without NULLs, and without that all columns.
CREATE FUNCTION ora.identifying_columns(relation oid) RETURNS int2[]
LANGUAGE sql STABLE SET search_path = pg_catalog, ora
RETURN coalesce((SELECT x.indkey::int2[] FROM pg_index x
    WHERE x.indrelid = relation AND x.indisunique AND 0 <> ALL (x.indkey::int2[])
        AND (x.indisprimary OR NOT EXISTS (
            SELECT FROM pg_attribute a WHERE a.attrelid = relation
                AND a.attnum = ANY (x.indkey::int2[]) AND NOT a.attnotnull))
    ORDER BY NOT x.indisprimary, x.indnatts, x.indexrelid LIMIT 1), ora.all_columns(relation));

CREATE FUNCTION ora.touched_columns(keys text[], changed int2[]) RETURNS int2[]
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, ora
RETURN ARRAY(SELECT unnest(string_to_array(k.columns, ',')::int2[])
    FROM unnest(keys) AS k (columns) WHERE string_to_array(k.columns, ',')::int2[] && changed);
COMMENT ON FUNCTION ora.touched_columns(text[], int2[]) IS
    'The columns of those keys of which a column has changed.';

-- Which columns an UPDATE carries beside the changed ones.
CREATE FUNCTION ora.logged_columns(relation oid, at_scn bigint, changed int2[]) RETURNS int2[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
DECLARE
    log_group record;
    found_columns int2[] := '{}';
BEGIN
    FOR log_group IN
        SELECT s.kind, s.always, s.attnums FROM ora.supplemental_logging s
        JOIN ora.commits b ON b.xid = s.began
        LEFT JOIN ora.commits e ON e.xid = s.ended
        WHERE s.relid IN (0, relation) AND s.kind <> 'MINIMAL'
            AND b.scn < at_scn AND (e.scn IS NULL OR e.scn >= at_scn)
    LOOP
        found_columns := found_columns || CASE log_group.kind
            WHEN 'ALL COLUMN LOGGING' THEN ora.all_columns(relation)
            WHEN 'PRIMARY KEY LOGGING' THEN ora.identifying_columns(relation)
            WHEN 'UNIQUE KEY LOGGING' THEN ora.touched_columns(
                ARRAY(SELECT array_to_string(x.indkey::int2[], ',') FROM pg_index x
                    WHERE x.indrelid = relation AND x.indisunique
                        AND 0 <> ALL (x.indkey::int2[])), changed)
            WHEN 'FOREIGN KEY LOGGING' THEN ora.touched_columns(
                ARRAY(SELECT array_to_string(c.conkey, ',') FROM pg_constraint c
                    WHERE c.conrelid = relation AND c.contype = 'f'), changed)
            ELSE CASE WHEN log_group.always OR log_group.attnums && changed
                THEN log_group.attnums ELSE '{}'::int2[] END
            END;
    END LOOP;
    RETURN found_columns;
END
$$;

-- The packages on which EXECUTE must be granted; everybody may call DBMS_FLASHBACK all the same,
-- because most tests are not about this right. Their ids stay below those of directories, with whom
-- they share object_grants.
CREATE TABLE ora.packages (object_id oid PRIMARY KEY, name text NOT NULL UNIQUE);
INSERT INTO ora.packages VALUES (7001, 'DBMS_LOGMNR'), (7002, 'DBMS_FLASHBACK');
INSERT INTO ora.object_grants (relid, grantee, privilege, grantor)
SELECT p.object_id, 'EXECUTE_CATALOG_ROLE', 'EXECUTE', 'SYS' FROM ora.packages p;

CREATE FUNCTION ora.may_execute(grantee text, package text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora
RETURN may_execute.grantee = 'SYS'
    OR NOT EXISTS (SELECT FROM ora.packages p WHERE p.name = package)
    OR EXISTS (SELECT FROM ora.packages p JOIN ora.object_grants g ON g.relid = p.object_id
        WHERE p.name = package AND (g.grantee IN (may_execute.grantee, 'PUBLIC')
            OR g.grantee IN (SELECT ora.granted_roles(may_execute.grantee))));
