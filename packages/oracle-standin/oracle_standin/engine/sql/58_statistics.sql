-- Statistics of sessions. Source: Database Reference, V$SESSTAT, V$MYSTAT, V$STATNAME.
--
-- The server counts outside the database and writes its counters here when a query asks for them.

SET LOCAL search_path = pg_catalog, ora;

CREATE UNLOGGED TABLE ora.session_usage (
    session_id int PRIMARY KEY, round_trips bigint NOT NULL, parses bigint NOT NULL);
COMMENT ON TABLE ora.session_usage IS 'The counters of the open sessions when they were last asked for.';
GRANT SELECT ON ora.session_usage TO PUBLIC;

CREATE VIEW ora."v_STATNAME" AS
SELECT s.number::numeric AS "STATISTIC#", s.name::text AS "NAME", s.class::numeric AS "CLASS",
    3::numeric AS "CON_ID"
FROM (VALUES (1, 'parse count (total)', 64), (2, 'SQL*Net roundtrips to/from client', 1))
    AS s (number, name, class);
SELECT ora.publish_dynamic('STATNAME', true);

CREATE VIEW ora."v_SESSTAT" AS
SELECT u.session_id::numeric AS "SID", s.number::numeric AS "STATISTIC#", s.value::numeric AS "VALUE",
    3::numeric AS "CON_ID"
FROM ora.session_usage u
CROSS JOIN LATERAL (VALUES (1, u.parses), (2, u.round_trips)) AS s (number, value);
SELECT ora.publish_dynamic('SESSTAT');

CREATE VIEW ora."v_MYSTAT" AS
SELECT s.* FROM ora."v_SESSTAT" s WHERE s."SID" = ora.setting('session_id')::numeric;
SELECT ora.publish_dynamic('MYSTAT');
