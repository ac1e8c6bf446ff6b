-- V$ and GV$ views. Source: Database Reference, part "Dynamic Performance Views".
--
-- As in Oracle the views are V_$<name> of SYS, and V$<name> is a public synonym: grants go to the view.

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.release() RETURNS text
LANGUAGE sql STABLE RETURN coalesce(ora.setting('release'), '23.9.0.25.7');
COMMENT ON FUNCTION ora.release() IS 'The version that the session''s profile announces.';

CREATE FUNCTION ora.base_release() RETURNS text
LANGUAGE sql STABLE RETURN CASE WHEN ora.release() LIKE '12.%' THEN ora.release()
    ELSE split_part(ora.release(), '.', 1) || '.0.0.0.0' END;

CREATE FUNCTION ora.publish_dynamic(family text, everybody boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
    base text := format('ora.%I', 'v_' || family);
    prefix text;
BEGIN
    EXECUTE format('CREATE VIEW "SYS".%I AS SELECT * FROM %s', 'V_$' || family, base);
    EXECUTE format('CREATE VIEW "SYS".%I AS SELECT 1::numeric AS "INST_ID", b.* FROM %s b',
        'GV_$' || family, base);
    FOREACH prefix IN ARRAY ARRAY['V', 'GV'] LOOP
        INSERT INTO ora.synonyms (owner, name, table_owner, table_name)
        VALUES ('PUBLIC', prefix || '$' || family, 'SYS', prefix || '_$' || family);
        IF everybody THEN
            EXECUTE format('GRANT SELECT ON "SYS".%I TO PUBLIC', prefix || '_$' || family);
        END IF;
    END LOOP;
END
$$;

CREATE VIEW ora."v_VERSION" AS
SELECT 'Oracle Database stand-in, release ' || ora.release() || ' (not an Oracle Database)' AS "BANNER",
    'Oracle Database stand-in, release ' || ora.release() || ' (not an Oracle Database)' AS "BANNER_FULL",
    'Oracle Database stand-in, release ' || ora.release() || ' (not an Oracle Database)' AS "BANNER_LEGACY",
    3::numeric AS "CON_ID";
SELECT ora.publish_dynamic('VERSION', true);

CREATE VIEW "SYS"."PRODUCT_COMPONENT_VERSION" AS
SELECT 'Oracle Database stand-in (not an Oracle Database)'::text AS "PRODUCT",
    ora.base_release() AS "VERSION", ora.release() AS "VERSION_FULL",
    'Test double'::text AS "STATUS";

CREATE VIEW ora."v_DATABASE" AS
SELECT 1443226951::numeric AS "DBID", 'FREE'::text AS "NAME",
    (SELECT ora.as_date(u.created) FROM ora.users u WHERE u.username = 'SYS') AS "CREATED",
    1::numeric AS "RESETLOGS_CHANGE#",
    (SELECT ora.as_date(u.created) FROM ora.users u WHERE u.username = 'SYS') AS "RESETLOGS_TIME",
    'ARCHIVELOG'::text AS "LOG_MODE", ora.current_scn() AS "CHECKPOINT_CHANGE#",
    'READ WRITE'::text AS "OPEN_MODE", 'MAXIMUM PERFORMANCE'::text AS "PROTECTION_MODE",
    'PRIMARY'::text AS "DATABASE_ROLE", 'NONE'::text AS "GUARD_STATUS",
    ora.database_flag('SUPPLEMENTAL_LOG_DATA_MIN') AS "SUPPLEMENTAL_LOG_DATA_MIN",
    ora.database_flag('SUPPLEMENTAL_LOG_DATA_PK') AS "SUPPLEMENTAL_LOG_DATA_PK",
    ora.database_flag('SUPPLEMENTAL_LOG_DATA_UI') AS "SUPPLEMENTAL_LOG_DATA_UI",
    ora.database_flag('SUPPLEMENTAL_LOG_DATA_FK') AS "SUPPLEMENTAL_LOG_DATA_FK",
    ora.database_flag('SUPPLEMENTAL_LOG_DATA_ALL') AS "SUPPLEMENTAL_LOG_DATA_ALL",
    'NO'::text AS "FORCE_LOGGING", 13::numeric AS "PLATFORM_ID",
    'Linux x86 64-bit'::text AS "PLATFORM_NAME", ora.current_scn() AS "CURRENT_SCN",
    'NO'::text AS "FLASHBACK_ON", 'FREE'::text AS "DB_UNIQUE_NAME", 'YES'::text AS "CDB",
    3::numeric AS "CON_ID";
SELECT ora.publish_dynamic('DATABASE');

CREATE VIEW ora."v_INSTANCE" AS
SELECT 1::numeric AS "INSTANCE_NUMBER", 'FREE'::text AS "INSTANCE_NAME", 'localhost'::text AS "HOST_NAME",
    ora.base_release() AS "VERSION",
    ora.base_release() AS "VERSION_LEGACY",
    ora.release() AS "VERSION_FULL", ora.as_date(pg_postmaster_start_time()) AS "STARTUP_TIME",
    'OPEN'::text AS "STATUS", 'NO'::text AS "PARALLEL", 1::numeric AS "THREAD#",
    'STARTED'::text AS "ARCHIVER", 'ALLOWED'::text AS "LOGINS", 'NO'::text AS "SHUTDOWN_PENDING",
    'ACTIVE'::text AS "DATABASE_STATUS", 'PRIMARY_INSTANCE'::text AS "INSTANCE_ROLE",
    'NORMAL'::text AS "ACTIVE_STATE", 'NO'::text AS "BLOCKED", 3::numeric AS "CON_ID",
    'REGULAR'::text AS "INSTANCE_MODE", 'FREE'::text AS "EDITION"
;
SELECT ora.publish_dynamic('INSTANCE');

CREATE TABLE ora.parameters (num int PRIMARY KEY, name text NOT NULL UNIQUE, type int NOT NULL, value text);
INSERT INTO ora.parameters
SELECT row_number() OVER (ORDER BY p.name), p.* FROM (VALUES
    ('cluster_database', 1, 'FALSE'), ('compatible', 2, '23.0.0'), ('cursor_sharing', 2, 'EXACT'),
    ('db_block_size', 3, '8192'), ('db_domain', 2, NULL), ('db_name', 2, 'FREE'),
    ('db_unique_name', 2, 'FREE'), ('ddl_lock_timeout', 3, '0'),
    ('deferred_segment_creation', 1, 'FALSE'), ('instance_name', 2, 'FREE'),
    ('max_columns', 2, 'STANDARD'), ('max_string_size', 2, 'STANDARD'),
    ('nls_calendar', 2, 'GREGORIAN'), ('nls_length_semantics', 2, 'BYTE'), ('open_cursors', 3, '300'), ('optimizer_mode', 2, 'ALL_ROWS'),
    ('private_temp_table_prefix', 2, 'ORA$PTT_'), ('processes', 3, '200'), ('recyclebin', 2, 'OFF'),
    ('service_names', 2, 'FREEPDB1'), ('sessions', 3, '200'), ('sql92_security', 1, 'TRUE'), ('undo_management', 2, 'AUTO'),
    ('undo_retention', 3, '900'), ('undo_tablespace', 2, 'UNDOTBS1')) AS p (name, type, value);

CREATE VIEW ora."v_PARAMETER" AS
SELECT p.num::numeric AS "NUM", p.name AS "NAME", p.type::numeric AS "TYPE",
    coalesce(ora.setting(p.name), p.value) AS "VALUE",
    coalesce(ora.setting(p.name), p.value) AS "DISPLAY_VALUE",
    p.value AS "DEFAULT_VALUE", 'TRUE'::text AS "ISDEFAULT", 'FALSE'::text AS "ISSES_MODIFIABLE",
    'FALSE'::text AS "ISSYS_MODIFIABLE", 'FALSE'::text AS "ISMODIFIED", NULL::text AS "DESCRIPTION",
    3::numeric AS "CON_ID"
FROM ora.parameters p;
SELECT ora.publish_dynamic('PARAMETER');

CREATE VIEW ora."v_NLS_PARAMETERS" AS
SELECT d.parameter AS "PARAMETER", coalesce(ora.setting(lower(d.parameter)), d.value) AS "VALUE",
    3::numeric AS "CON_ID"
FROM ora.nls_defaults d WHERE d.parameter <> 'NLS_RDBMS_VERSION';
SELECT ora.publish_dynamic('NLS_PARAMETERS', true);

CREATE VIEW "SYS"."NLS_DATABASE_PARAMETERS" AS
SELECT d.parameter AS "PARAMETER", CASE d.parameter WHEN 'NLS_RDBMS_VERSION' THEN ora.release()
    WHEN 'NLS_CHARACTERSET' THEN ora.charset() ELSE d.value END AS "VALUE"
FROM ora.nls_defaults d;

CREATE VIEW ora."v_TIMEZONE_NAMES" AS
SELECT z.name AS "TZNAME", z.abbrev AS "TZABBREV", 3::numeric AS "CON_ID" FROM pg_timezone_names z;
SELECT ora.publish_dynamic('TIMEZONE_NAMES', true);

CREATE VIEW ora."v_OPTION" AS
SELECT o.name AS "PARAMETER", o.value AS "VALUE", 0::numeric AS "CON_ID"
FROM (VALUES ('Partitioning', 'TRUE'), ('Objects', 'FALSE'), ('Advanced Compression', 'FALSE'),
    ('Real Application Clusters', 'FALSE'), ('Oracle Data Guard', 'FALSE'), ('Java', 'FALSE'),
    ('Flashback Table', 'FALSE'), ('Materialized view rewrite', 'FALSE')) AS o (name, value);
SELECT ora.publish_dynamic('OPTION', true);

-- All sessions. An address is the process id; that of a transaction is its number.
CREATE FUNCTION ora.address(number bigint) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN int8send(number);

CREATE FUNCTION ora.open_sessions()
RETURNS TABLE (facts ora.sessions, active boolean, transaction_number bigint)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
    SELECT s, a.state = 'active', a.backend_xid::text::bigint
    FROM ora.sessions s JOIN pg_stat_activity a ON a.pid = s.pid
$$;

CREATE VIEW ora."v_SESSION" AS
SELECT ora.address(s.pid) AS "SADDR", s.session_id::numeric AS "SID",
    s.serial_number::numeric AS "SERIAL#", s.pid::numeric AS "AUDSID",
    u.user_id::numeric AS "USER#", s.username AS "USERNAME",
    CASE WHEN o.active THEN 3 ELSE 0 END::numeric AS "COMMAND",
    ora.address(o.transaction_number) AS "TADDR",
    CASE WHEN o.active THEN 'ACTIVE' ELSE 'INACTIVE' END AS "STATUS", 'DEDICATED'::text AS "SERVER",
    c.user_id::numeric AS "SCHEMA#", c.username AS "SCHEMANAME", s.os_user AS "OSUSER",
    NULL::text AS "PROCESS", s.machine AS "MACHINE",
    NULL::numeric AS "PORT", nullif(s.terminal, '') AS "TERMINAL",
    s.program AS "PROGRAM", 'USER'::text AS "TYPE", s.module AS "MODULE", s.action AS "ACTION",
    s.client_info AS "CLIENT_INFO", ora.as_date(s.logon_time) AS "LOGON_TIME",
    0::numeric AS "LAST_CALL_ET", s.client_identifier AS "CLIENT_IDENTIFIER",
    s.service_name AS "SERVICE_NAME", 3::numeric AS "CON_ID"
FROM ora.open_sessions() o
CROSS JOIN LATERAL (SELECT (o.facts).*) s
LEFT JOIN ora.users u ON u.username = s.username
LEFT JOIN ora.users c ON c.username = s.schema_name;
SELECT ora.publish_dynamic('SESSION');

CREATE VIEW ora."v_SESSION_CONNECT_INFO" AS
SELECT ora.setting('session_id')::numeric AS "SID", ora.setting('serial_number')::numeric AS "SERIAL#",
    'DATABASE'::text AS "AUTHENTICATION_TYPE", ora.setting('os_user') AS "OSUSER",
    ora.setting('driver_name') AS "CLIENT_DRIVER", 'AL32UTF8'::text AS "CLIENT_CHARSET",
    3::numeric AS "CON_ID";
SELECT ora.publish_dynamic('SESSION_CONNECT_INFO', true);

-- Transactions that have changed something, of all sessions. START_SCN is that of the last commit
-- before the transaction began.
CREATE FUNCTION ora.active_transactions()
RETURNS TABLE (pid int, transaction_number bigint, started timestamptz, start_scn numeric)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
    SELECT a.pid, a.backend_xid::text::bigint, a.xact_start,
        (SELECT max(c.scn) FROM ora.commits c WHERE c.at <= a.xact_start)::numeric
    FROM pg_stat_activity a WHERE a.backend_xid IS NOT NULL
$$;

CREATE VIEW ora."v_TRANSACTION" AS
SELECT ora.address(t.transaction_number) AS "ADDR",
    split_part(i.id, '.', 1)::numeric AS "XIDUSN", split_part(i.id, '.', 2)::numeric AS "XIDSLOT",
    split_part(i.id, '.', 3)::numeric AS "XIDSQN", 'ACTIVE'::text AS "STATUS",
    to_char(t.started AT TIME ZONE 'UTC', 'MM/DD/YY HH24:MI:SS') AS "START_TIME",
    t.start_scn AS "START_SCN", ora.as_date(t.started) AS "START_DATE",
    ora.address(t.pid) AS "SES_ADDR",
    CASE WHEN t.pid = pg_backend_pid() AND current_setting('transaction_isolation') <> 'read committed'
        THEN 268435456 ELSE 0 END::numeric AS "FLAG",
    1::numeric AS "USED_UBLK", 1::numeric AS "USED_UREC",
    ora.address(t.transaction_number) AS "XID", 3::numeric AS "CON_ID"
FROM ora.active_transactions() t
CROSS JOIN LATERAL (SELECT ora.transaction_id(t.transaction_number::text::xid8) AS id) i;
SELECT ora.publish_dynamic('TRANSACTION');

CREATE VIEW ora."v_THREAD" AS
SELECT 1::numeric AS "THREAD#", 'OPEN'::text AS "STATUS", 'PUBLIC'::text AS "ENABLED",
    1::numeric AS "GROUPS", 'FREE'::text AS "INSTANCE", 1::numeric AS "CURRENT_GROUP#",
    1::numeric AS "SEQUENCE#", ora.current_scn() AS "CHECKPOINT_CHANGE#",
    1::numeric AS "ENABLE_CHANGE#", NULL::ora."DATE" AS "ENABLE_TIME",
    0::numeric AS "DISABLE_CHANGE#", NULL::ora."DATE" AS "DISABLE_TIME",
    1::numeric AS "LAST_REDO_SEQUENCE#", ora.current_scn() AS "LAST_REDO_CHANGE#",
    0::numeric AS "CON_ID";
SELECT ora.publish_dynamic('THREAD');

CREATE VIEW ora."v_LOG" AS
SELECT 1::numeric AS "GROUP#", 1::numeric AS "THREAD#", 1::numeric AS "SEQUENCE#",
    l.max_bytes::numeric AS "BYTES", 512::numeric AS "BLOCKSIZE", 1::numeric AS "MEMBERS",
    'NO'::text AS "ARCHIVED", 'CURRENT'::text AS "STATUS", f.scn::numeric AS "FIRST_CHANGE#",
    (SELECT ora.as_date(c.at) FROM ora.commits c WHERE c.scn = f.scn) AS "FIRST_TIME",
    18446744073709551615::numeric AS "NEXT_CHANGE#", NULL::ora."DATE" AS "NEXT_TIME",
    0::numeric AS "CON_ID"
FROM ora.redo_limits l CROSS JOIN ora.first_redo_scn() AS f (scn);
SELECT ora.publish_dynamic('LOG');

CREATE VIEW ora."v_LOGFILE" AS
SELECT 1::numeric AS "GROUP#", NULL::text AS "STATUS", 'ONLINE'::text AS "TYPE",
    ora.log_member() AS "MEMBER",
    'NO'::text AS "IS_RECOVERY_DEST_FILE", 0::numeric AS "CON_ID";
SELECT ora.publish_dynamic('LOGFILE');

CREATE VIEW ora."v_ARCHIVED_LOG" AS
SELECT NULL::numeric AS "RECID", NULL::numeric AS "STAMP", NULL::text AS "NAME",
    NULL::numeric AS "DEST_ID", NULL::numeric AS "THREAD#", NULL::numeric AS "SEQUENCE#",
    NULL::numeric AS "RESETLOGS_CHANGE#", NULL::numeric AS "FIRST_CHANGE#",
    NULL::ora."DATE" AS "FIRST_TIME", NULL::numeric AS "NEXT_CHANGE#", NULL::ora."DATE" AS "NEXT_TIME",
    NULL::numeric AS "BLOCKS", NULL::numeric AS "BLOCK_SIZE", NULL::text AS "CREATOR",
    NULL::text AS "STANDBY_DEST", NULL::text AS "ARCHIVED", NULL::text AS "APPLIED",
    NULL::text AS "DELETED", NULL::text AS "STATUS", NULL::ora."DATE" AS "COMPLETION_TIME",
    NULL::text AS "DICTIONARY_BEGIN", NULL::text AS "DICTIONARY_END", NULL::numeric AS "CON_ID"
WHERE false;
SELECT ora.publish_dynamic('ARCHIVED_LOG');

CREATE VIEW ora."v_ARCHIVE_DEST_STATUS" AS
SELECT 1::numeric AS "DEST_ID", 'LOG_ARCHIVE_DEST_1'::text AS "DEST_NAME", 'VALID'::text AS "STATUS",
    'LOCAL'::text AS "TYPE", 3::numeric AS "CON_ID";
SELECT ora.publish_dynamic('ARCHIVE_DEST_STATUS');

CREATE VIEW ora."v_PDBS" AS
SELECT 3::numeric AS "CON_ID", 1443226952::numeric AS "DBID", 'FREEPDB1'::text AS "NAME",
    'READ WRITE'::text AS "OPEN_MODE", 'NO'::text AS "RESTRICTED";
SELECT ora.publish_dynamic('PDBS');

CREATE VIEW ora."v_TABLESPACE" AS
SELECT (row_number() OVER (ORDER BY t.name) - 1)::numeric AS "TS#", t.name AS "NAME",
    'YES'::text AS "BIGFILE", 3::numeric AS "CON_ID"
FROM ora.tablespaces t;
SELECT ora.publish_dynamic('TABLESPACE');
