-- LogMiner's views and functions. What a session mines is in its settings: mining_from and mining_to
-- (SCNs, no upper one for "to the end"), mining_options, mining_file.
--
-- Source: Database Reference, V$LOGMNR_CONTENTS, V$LOGMNR_LOGS, V$LOGMNR_PARAMETERS; PL/SQL Packages
-- and Types Reference, DBMS_LOGMNR.

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.mining_option(mask int) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, ora
RETURN coalesce(ora.setting('mining_options')::int & mask <> 0, false);

CREATE FUNCTION ora.require_mining() RETURNS void
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ora AS $$
BEGIN
    IF NOT ora.has_privilege(ora.session_user_name(), 'LOGMINING') THEN
        PERFORM ora.raise_error(1031, 'insufficient privileges');
    ELSIF ora.setting('mining_from') IS NULL THEN
        PERFORM ora.raise_error(1306, 'dbms_logmnr.start_logmnr() must be invoked before selecting '
            'from v$logmnr_contents');
    ELSIF current_setting('transaction_isolation') <> 'read committed' THEN
        PERFORM ora.raise_error(3001, 'unimplemented feature: V$LOGMNR_CONTENTS in a read-only or '
            'serializable transaction is not in this stand-in');
    END IF;
END
$$;

-- COMMITTED_DATA_ONLY: whole transactions in the order of their commits; of one that began before the
-- range, what it did within. Without it the redo in the order in which it was written, which leaves it
-- to the reader to find the end of a transaction; what was never committed is not in the log here.
CREATE FUNCTION ora.mined_redo() RETURNS SETOF ora.redo
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
BEGIN
    PERFORM ora.require_mining();
    IF ora.setting('mining_from')::bigint < ora.first_redo_scn() THEN
        PERFORM ora.raise_error(1291, 'missing log file');
    END IF;
    RETURN QUERY SELECT r.* FROM ora.redo r
        WHERE NOT ora.mining_option(2) AND r.scn >= ora.setting('mining_from')::bigint
            AND (ora.setting('mining_to') IS NULL
                OR r.scn <= ora.setting('mining_to')::bigint)
            OR ora.mining_option(2) AND r.scn >= ora.setting('mining_from')::bigint
            AND r.commit_scn >= ora.setting('mining_from')::bigint
            AND (ora.setting('mining_to') IS NULL
                OR r.commit_scn <= ora.setting('mining_to')::bigint)
        ORDER BY r.id;
END
$$;

CREATE FUNCTION ora.operation_code(operation text) RETURNS numeric
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog
RETURN CASE operation WHEN 'INSERT' THEN 1 WHEN 'DELETE' THEN 2 WHEN 'UPDATE' THEN 3 WHEN 'DDL' THEN 5
    WHEN 'START' THEN 6 WHEN 'COMMIT' THEN 7 WHEN 'SELECT_LOB_LOCATOR' THEN 9 WHEN 'LOB_WRITE' THEN 10
    ELSE 255 END;

CREATE FUNCTION ora.delimited(statement text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora
RETURN CASE WHEN statement = 'Unsupported' OR ora.mining_option(64) THEN statement
    ELSE statement || ';' END;

CREATE VIEW ora."v_LOGMNR_CONTENTS" AS
WITH tables AS MATERIALIZED (
    SELECT u.relid, ora.redo_table(u.relid) AS facts
    FROM (SELECT DISTINCT d.relid FROM ora.redo d WHERE d.relid IS NOT NULL) u
)
SELECT r.scn::numeric AS "SCN",
    CASE WHEN m.committed AND r.start_scn >= m.low THEN r.start_scn END::numeric AS "START_SCN",
    CASE WHEN m.committed THEN r.commit_scn END::numeric AS "COMMIT_SCN", ora.as_date(greatest(c.started, v.at)) AS "TIMESTAMP",
    CASE WHEN m.committed AND r.start_scn >= m.low THEN ora.as_date(c.started) END AS "START_TIMESTAMP",
    CASE WHEN m.committed THEN ora.as_date(c.at) END AS "COMMIT_TIMESTAMP", split_part(i.id, '.', 1)::numeric AS "XIDUSN",
    split_part(i.id, '.', 2)::numeric AS "XIDSLT", split_part(i.id, '.', 3)::numeric AS "XIDSQN",
    ora.address(c.xid::text::bigint) AS "XID", NULL::text AS "TX_NAME", s.operation AS "OPERATION",
    ora.operation_code(s.operation) AS "OPERATION_CODE", 0::numeric AS "ROLLBACK",
    n.owner AS "SEG_OWNER", CASE WHEN (t.facts).partitioned THEN NULL ELSE n.name END AS "SEG_NAME",
    n.name AS "TABLE_NAME", CASE WHEN n.name IS NOT NULL THEN 2 END::numeric AS "SEG_TYPE",
    CASE WHEN n.name IS NOT NULL THEN 'TABLE' END AS "SEG_TYPE_NAME",
    CASE WHEN r.relid IS NOT NULL THEN 'USERS' END AS "TABLE_SPACE", NULL::text AS "ROW_ID",
    c.username AS "USERNAME", NULL::text AS "OS_USERNAME", NULL::text AS "MACHINE_NAME",
    NULL::numeric AS "SESSION#", NULL::numeric AS "SERIAL#", NULL::text AS "SESSION_INFO",
    1::numeric AS "THREAD#", r.id::numeric AS "SEQUENCE#", 1::numeric AS "RBASQN", r.id::numeric AS "RBABLK", 16::numeric AS "RBABYTE",
    r.relid::bigint::numeric AS "DATA_OBJ#", r.relid::bigint::numeric AS "DATA_OBJD#",
    NULL::numeric AS "DATA_OBJV#", p.redo AS "SQL_REDO", p.undo AS "SQL_UNDO",
    format(' 0x%s.%s.0010 ', lpad('1', 6, '0'), lpad(to_hex(r.id), 8, '0')) AS "RS_ID",
    (s.number - 1)::numeric AS "SSN", p.csf::numeric AS "CSF", s.info AS "INFO",
    s.status::numeric AS "STATUS",
    CASE WHEN s.number = 1 AND r.relid IS NOT NULL THEN 2 * r.id END::numeric AS "REDO_VALUE",
    CASE WHEN s.number = 1 AND r.relid IS NOT NULL THEN 2 * r.id + 1 END::numeric AS "UNDO_VALUE",
    NULL::numeric AS "SAFE_RESUME_SCN", CASE WHEN m.committed THEN r.commit_scn END::numeric AS "CSCN",
    c.client_identifier AS "CLIENT_ID", 'FREEPDB1'::text AS "SRC_CON_NAME",
    3::numeric AS "SRC_CON_ID", 3::numeric AS "CON_ID"
FROM (SELECT ora.setting('mining_from')::bigint AS low, ora.mining_option(2) AS committed) m
CROSS JOIN ora.mined_redo() r
JOIN ora.commits c ON c.scn = r.commit_scn
JOIN ora.commits v ON v.scn = r.scn - CASE r.operation WHEN 'COMMIT' THEN 0 ELSE 1 END
LEFT JOIN tables t ON t.relid = r.relid
CROSS JOIN LATERAL (SELECT
    coalesce((t.facts).owner, r.owner, CASE WHEN r.relid IS NOT NULL THEN 'UNKNOWN' END) AS owner,
    coalesce((t.facts).name, r.name, 'OBJ# ' || r.relid) AS name) n
CROSS JOIN LATERAL ora.transaction_id(c.xid) AS i (id)
CROSS JOIN LATERAL ora.redo_statements(r, t.facts) WITH ORDINALITY
    AS s (operation, sql_redo, sql_undo, status, info, number)
CROSS JOIN LATERAL ora.redo_pieces(ora.delimited(s.sql_redo), ora.delimited(s.sql_undo))
    WITH ORDINALITY AS p (csf, redo, undo, number)
-- Changes stand at the SCN after the newest commit before them, so that they precede the next one.
ORDER BY CASE WHEN NOT m.committed THEN r.scn END, NOT m.committed AND r.operation = 'COMMIT', r.id,
    s.number, p.number;
SELECT ora.publish_dynamic('LOGMNR_CONTENTS');

CREATE VIEW ora."v_LOGMNR_LOGS" AS
SELECT 1::numeric AS "LOG_ID", l."MEMBER" AS "FILENAME", g."FIRST_TIME" AS "LOW_TIME",
    NULL::ora."DATE" AS "HIGH_TIME", d."DBID" AS "DB_ID", d."NAME" AS "DB_NAME",
    d."RESETLOGS_CHANGE#" AS "RESET_SCN", d."RESETLOGS_TIME" AS "RESET_SCN_TIME",
    'production'::text AS "COMPATIBLE", 1::numeric AS "THREAD_ID", 1::numeric AS "THREAD_SQN",
    g."FIRST_CHANGE#" AS "LOW_SCN", g."NEXT_CHANGE#" AS "NEXT_SCN", 'NO'::text AS "DICTIONARY_BEGIN",
    'NO'::text AS "DICTIONARY_END", 'ONLINE'::text AS "TYPE", g."BLOCKSIZE" AS "BLOCKSIZE",
    g."BYTES" AS "FILESIZE", NULL::text AS "INFO", 0::numeric AS "STATUS", 3::numeric AS "CON_ID"
FROM ora."v_LOGFILE" l CROSS JOIN ora."v_LOG" g CROSS JOIN ora."v_DATABASE" d
WHERE ora.setting('mining_file') IS NOT NULL;
SELECT ora.publish_dynamic('LOGMNR_LOGS');

CREATE VIEW ora."v_LOGMNR_PARAMETERS" AS
SELECT NULL::ora."DATE" AS "START_DATE", NULL::ora."DATE" AS "REQUIRED_START_DATE",
    NULL::ora."DATE" AS "END_DATE", ora.setting('mining_from')::numeric AS "START_SCN",
    ora.setting('mining_from')::numeric AS "REQUIRED_START_SCN",
    coalesce(ora.setting('mining_to'), '0')::numeric AS "END_SCN",
    ora.setting('mining_options')::numeric AS "OPTIONS", NULL::text AS "INFO", 0::numeric AS "STATUS",
    3::numeric AS "CON_ID"
WHERE ora.setting('mining_from') IS NOT NULL;
SELECT ora.publish_dynamic('LOGMNR_PARAMETERS');

-- The value of a column in one side of a change. An UPDATE's redo side has the columns that changed,
-- its undo side those and the ones that supplemental logging adds; old large values are in neither.
CREATE FUNCTION ora.mined_column(side numeric, column_name text, OUT present boolean, OUT value text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
DECLARE
    r ora.redo;
    t ora.redo_table;
    is_undo boolean := side % 2 = 1;
    place int;
    side_values text[];
BEGIN
    IF NOT ora.may_execute(ora.session_user_name(), 'DBMS_LOGMNR') THEN
        PERFORM ora.raise_error(904, '"DBMS_LOGMNR"."MINE_VALUE": invalid identifier');
    END IF;
    IF ora.setting('mining_from') IS NULL THEN
        PERFORM ora.require_mining();
    END IF;
    present := false;
    SELECT d.* INTO r FROM ora.redo d WHERE d.id = div(side, 2)::bigint;
    t := ora.redo_table(r.relid);
    side_values := CASE WHEN is_undo THEN r.before ELSE r.after END;
    SELECT p INTO place FROM generate_subscripts(t.names, 1) AS p
    WHERE concat_ws('.', t.owner, t.name, t.names[p]) = column_name AND t.layout = r.layout
        AND NOT t.large[p] AND t.reason IS NULL;
    IF place IS NULL OR side_values IS NULL THEN
        RETURN;
    END IF;
    present := r.operation <> 'UPDATE' OR r.before[place] IS DISTINCT FROM r.after[place]
        OR is_undo AND t.attnums[place] = ANY (ora.logged_columns(t.relid, r.scn,
            ora.attnums_at(t, ora.changed_places(t, r.before, r.after))));
    IF present THEN
        value := ora.redo_text(side_values[place], t.kinds[place]);
    END IF;
END
$$;

CREATE FUNCTION "SYS".dbms_logmnr__mine_value(sql_redo_undo numeric, column_name text DEFAULT '')
RETURNS text LANGUAGE sql STABLE
RETURN (ora.mined_column(sql_redo_undo, column_name)).value;
CREATE FUNCTION "SYS".dbms_logmnr__column_present(sql_redo_undo numeric, column_name text DEFAULT '')
RETURNS numeric LANGUAGE sql STABLE
RETURN (ora.mined_column(sql_redo_undo, column_name)).present::int::numeric;
