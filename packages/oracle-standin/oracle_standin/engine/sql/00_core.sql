-- Users, privileges, session settings, errors and the commit counter.
--
-- Every script of this folder runs in name order, each in one transaction, as the owner `sys`,
-- with the search path "SYS", pg_catalog, ora that sessions have behind their own schema. What a
-- client may name goes into "SYS", upper case; what only generated SQL names goes into ora.
--
-- String bodies of functions are resolved in the caller's search path, where operators of "SYS"
-- hide PostgreSQL's: write bodies as RETURN or BEGIN ATOMIC where that matters.

CREATE SCHEMA ora;
CREATE SCHEMA "SYS";
GRANT USAGE ON SCHEMA ora, "SYS" TO PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;

-- --------------------------------------------------------------------------------- errors

CREATE FUNCTION ora.raise_error(code int, message text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING
    ERRCODE = 'OR000',
    MESSAGE = pg_catalog.format('ORA-%s: %s', pg_catalog.lpad(code::text, 5, '0'), message);
END $$;
COMMENT ON FUNCTION ora.raise_error(int, text) IS 'Fails as Oracle does.';

CREATE FUNCTION ora.raise_error(code int, message text, INOUT as_type anyelement)
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM ora.raise_error(code, message);
END $$;
COMMENT ON FUNCTION ora.raise_error(int, text, anyelement)
  IS 'Fails as Oracle does, where an expression of the type of the last argument is needed.';

-- ------------------------------------------------------------------------------- settings

CREATE FUNCTION ora.setting(name text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN nullif(pg_catalog.current_setting(
  pg_catalog.textcat('ora.', name), true), '');
COMMENT ON FUNCTION ora.setting(text) IS
  'A setting of the session: user, current_schema, session_id, serial_number, time_zone (as given), '
  'module, action, client_info, client_identifier, and each NLS parameter by its lower-case name.';

CREATE UNLOGGED TABLE ora.sessions (
  pid int PRIMARY KEY,
  session_id int NOT NULL,
  serial_number int NOT NULL,
  username text NOT NULL,
  service_name text NOT NULL,
  program text NOT NULL,
  machine text NOT NULL,
  os_user text NOT NULL,
  driver_name text NOT NULL,
  terminal text NOT NULL,
  logon_time timestamptz NOT NULL DEFAULT clock_timestamp(),
  schema_name text NOT NULL,          -- this and what follows as the session last set it
  module text,
  action text,
  client_info text,
  client_identifier text
);
COMMENT ON TABLE ora.sessions IS
  'Open sessions by the process id of their backend; pg_stat_activity tells which still live.';
GRANT SELECT ON ora.sessions TO PUBLIC;

-- ------------------------------------------------------------------------ users and grants

CREATE SEQUENCE ora.user_ids START 108;

CREATE TABLE ora.users (
  username text PRIMARY KEY,
  user_id int NOT NULL UNIQUE DEFAULT nextval('ora.user_ids'),
  salt bytea,
  verifier bytea,
  account_status text NOT NULL DEFAULT 'OPEN',
  created timestamptz NOT NULL DEFAULT clock_timestamp(),
  lock_date timestamptz,
  expiry_date timestamptz,
  last_login timestamptz,
  oracle_maintained bool NOT NULL DEFAULT false,
  default_tablespace text NOT NULL DEFAULT 'USERS',
  temporary_tablespace text NOT NULL DEFAULT 'TEMP',
  profile text NOT NULL DEFAULT 'DEFAULT'
);
COMMENT ON COLUMN ora.users.account_status IS 'OPEN, LOCKED or EXPIRED, as in DBA_USERS.';
COMMENT ON COLUMN ora.users.salt IS 'NULL: nobody can log on as this user.';

CREATE TABLE ora.roles (
  role text PRIMARY KEY,
  role_id int NOT NULL UNIQUE DEFAULT nextval('ora.user_ids'),
  oracle_maintained bool NOT NULL DEFAULT false
);

CREATE TABLE ora.system_grants (
  grantee text NOT NULL,
  privilege text NOT NULL,
  admin_option bool NOT NULL DEFAULT false,
  PRIMARY KEY (grantee, privilege)
);
COMMENT ON TABLE ora.system_grants IS 'System privileges of users, roles and PUBLIC.';

CREATE TABLE ora.role_grants (
  grantee text NOT NULL,
  granted_role text NOT NULL,
  admin_option bool NOT NULL DEFAULT false,
  default_role bool NOT NULL DEFAULT true,
  PRIMARY KEY (grantee, granted_role)
);

CREATE TABLE ora.proxies (
  client text NOT NULL,
  proxy text NOT NULL,
  PRIMARY KEY (client, proxy)
);
COMMENT ON TABLE ora.proxies IS 'ALTER USER client GRANT CONNECT THROUGH proxy.';

CREATE TABLE ora.quotas (
  username text NOT NULL,
  tablespace text NOT NULL,
  max_bytes numeric NOT NULL,
  PRIMARY KEY (username, tablespace)
);
COMMENT ON COLUMN ora.quotas.max_bytes IS '-1 is unlimited, as in DBA_TS_QUOTAS.';

CREATE TABLE ora.system_privileges (privilege text PRIMARY KEY);
COMMENT ON TABLE ora.system_privileges IS 'The system privileges that can be granted.';

INSERT INTO ora.system_privileges
SELECT privilege FROM unnest(ARRAY[
  'CREATE SESSION', 'ALTER SESSION', 'RESTRICTED SESSION',
  'CREATE TABLE', 'CREATE ANY TABLE', 'ALTER ANY TABLE', 'DROP ANY TABLE', 'COMMENT ANY TABLE',
  'LOCK ANY TABLE', 'SELECT ANY TABLE', 'READ ANY TABLE', 'INSERT ANY TABLE', 'UPDATE ANY TABLE',
  'DELETE ANY TABLE', 'FLASHBACK ANY TABLE', 'BACKUP ANY TABLE',
  'CREATE ANY INDEX', 'ALTER ANY INDEX', 'DROP ANY INDEX',
  'CREATE VIEW', 'CREATE ANY VIEW', 'DROP ANY VIEW',
  'CREATE MATERIALIZED VIEW', 'CREATE ANY MATERIALIZED VIEW', 'ALTER ANY MATERIALIZED VIEW',
  'DROP ANY MATERIALIZED VIEW',
  'CREATE SEQUENCE', 'CREATE ANY SEQUENCE', 'ALTER ANY SEQUENCE', 'DROP ANY SEQUENCE',
  'SELECT ANY SEQUENCE',
  'CREATE SYNONYM', 'CREATE ANY SYNONYM', 'DROP ANY SYNONYM', 'CREATE PUBLIC SYNONYM',
  'DROP PUBLIC SYNONYM',
  'CREATE PROCEDURE', 'CREATE ANY PROCEDURE', 'EXECUTE ANY PROCEDURE', 'CREATE TRIGGER',
  'CREATE TYPE', 'CREATE ANY TYPE', 'DROP ANY TYPE', 'EXECUTE ANY TYPE',
  'CREATE JOB', 'CREATE CLUSTER', 'CREATE OPERATOR', 'CREATE INDEXTYPE',
  'CREATE USER', 'ALTER USER', 'DROP USER', 'CREATE ROLE', 'ALTER ANY ROLE', 'DROP ANY ROLE',
  'GRANT ANY ROLE', 'GRANT ANY PRIVILEGE', 'GRANT ANY OBJECT PRIVILEGE',
  'UNLIMITED TABLESPACE', 'ANALYZE ANY', 'ANALYZE ANY DICTIONARY', 'SELECT ANY DICTIONARY',
  'SELECT ANY TRANSACTION', 'LOGMINING', 'EXECUTE_CATALOG_ROLE', 'ALTER SYSTEM',
  'ALTER DATABASE', 'AUDIT ANY', 'AUDIT SYSTEM', 'BECOME USER', 'CREATE TABLESPACE',
  'CREATE PROFILE', 'CREATE DATABASE LINK', 'CREATE ANY DIRECTORY',
  'DROP ANY DIRECTORY', 'FORCE ANY TRANSACTION'
]) AS list (privilege) WHERE privilege <> 'EXECUTE_CATALOG_ROLE';

INSERT INTO ora.users (username, user_id, account_status, oracle_maintained, default_tablespace)
VALUES ('SYS', 0, 'LOCKED', true, 'SYSTEM'), ('SYSTEM', 9, 'OPEN', true, 'SYSTEM');

INSERT INTO ora.roles (role, role_id, oracle_maintained)
VALUES ('CONNECT', 2, true), ('RESOURCE', 3, true), ('DBA', 4, true),
  ('SELECT_CATALOG_ROLE', 6, true), ('EXECUTE_CATALOG_ROLE', 7, true),
  ('DB_DEVELOPER_ROLE', 8, true);

INSERT INTO ora.system_grants (grantee, privilege)
SELECT 'DBA', privilege FROM ora.system_privileges WHERE privilege <> 'UNLIMITED TABLESPACE'
UNION ALL SELECT 'SYS', privilege FROM ora.system_privileges
UNION ALL VALUES ('SYSTEM', 'UNLIMITED TABLESPACE'), ('CONNECT', 'CREATE SESSION'),
  ('RESOURCE', 'CREATE TABLE'), ('RESOURCE', 'CREATE SEQUENCE'), ('RESOURCE', 'CREATE CLUSTER'),
  ('RESOURCE', 'CREATE PROCEDURE'), ('RESOURCE', 'CREATE TRIGGER'), ('RESOURCE', 'CREATE TYPE'),
  ('RESOURCE', 'CREATE OPERATOR'), ('RESOURCE', 'CREATE INDEXTYPE'),
  ('DB_DEVELOPER_ROLE', 'CREATE SESSION'), ('DB_DEVELOPER_ROLE', 'CREATE TABLE'),
  ('DB_DEVELOPER_ROLE', 'CREATE VIEW'), ('DB_DEVELOPER_ROLE', 'CREATE SEQUENCE'),
  ('DB_DEVELOPER_ROLE', 'CREATE SYNONYM'), ('DB_DEVELOPER_ROLE', 'CREATE MATERIALIZED VIEW'),
  ('DB_DEVELOPER_ROLE', 'CREATE PROCEDURE'), ('DB_DEVELOPER_ROLE', 'CREATE TRIGGER'),
  ('DB_DEVELOPER_ROLE', 'CREATE TYPE'), ('DB_DEVELOPER_ROLE', 'CREATE JOB');

INSERT INTO ora.role_grants (grantee, granted_role, admin_option)
VALUES ('SYSTEM', 'DBA', true), ('SYS', 'DBA', true), ('DBA', 'SELECT_CATALOG_ROLE', true),
  ('DBA', 'EXECUTE_CATALOG_ROLE', true);

-- Roles of the engine: one for each Oracle user and role, of the same name. SYSTEM and SYS pass
-- every privilege check of the engine, as their DBA role does in Oracle.
CREATE ROLE "SYS" SUPERUSER NOLOGIN;
CREATE ROLE "SYSTEM" SUPERUSER NOLOGIN;
CREATE SCHEMA "SYSTEM" AUTHORIZATION "SYSTEM";
GRANT USAGE ON SCHEMA "SYSTEM" TO PUBLIC;
CREATE ROLE "CONNECT" NOLOGIN;
CREATE ROLE "RESOURCE" NOLOGIN;
CREATE ROLE "DBA" NOLOGIN;
CREATE ROLE "SELECT_CATALOG_ROLE" NOLOGIN;
CREATE ROLE "EXECUTE_CATALOG_ROLE" NOLOGIN;
CREATE ROLE "DB_DEVELOPER_ROLE" NOLOGIN;

CREATE FUNCTION ora.granted_roles(grantee text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
  WITH RECURSIVE granted (role) AS (
    SELECT granted_role FROM ora.role_grants g WHERE g.grantee IN (granted_roles.grantee, 'PUBLIC')
    UNION
    SELECT g.granted_role FROM granted JOIN ora.role_grants g ON g.grantee = granted.role
  )
  SELECT role FROM granted
$$;
COMMENT ON FUNCTION ora.granted_roles(text) IS 'Roles of a user or role, directly or through others.';

CREATE FUNCTION ora.granted_privileges(grantee text) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
  SELECT DISTINCT s.privilege FROM ora.system_grants s
  WHERE s.grantee IN (granted_privileges.grantee, 'PUBLIC')
     OR s.grantee IN (SELECT ora.granted_roles(granted_privileges.grantee))
$$;
COMMENT ON FUNCTION ora.granted_privileges(text)
  IS 'System privileges of a user or role, directly or through roles.';

CREATE FUNCTION ora.has_privilege(grantee text, privilege text) RETURNS bool
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
  SELECT EXISTS (
    SELECT FROM ora.granted_privileges(has_privilege.grantee) AS p (name)
    WHERE p.name = has_privilege.privilege)
$$;

-- -------------------------------------------------------------------------------- names

CREATE TABLE ora.long_names (
  engine_name text PRIMARY KEY,
  oracle_name text NOT NULL UNIQUE
);
COMMENT ON TABLE ora.long_names IS 'Names of more than 63 bytes, which PostgreSQL would cut.';

CREATE FUNCTION ora.oracle_name(name text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN COALESCE((SELECT l.oracle_name FROM ora.long_names l WHERE l.engine_name = name), name);
COMMENT ON FUNCTION ora.oracle_name(text) IS 'The name of an object as the client knows it.';

-- ------------------------------------------------------------------------ commits and SCN

CREATE SEQUENCE ora.scn START 1000001;

CREATE TABLE ora.commits (
  scn bigint PRIMARY KEY,
  xid xid8 NOT NULL UNIQUE,
  at timestamptz NOT NULL,
  started timestamptz NOT NULL,
  lsn pg_lsn NOT NULL,                -- how far the write-ahead log was then
  username text,
  client_identifier text
);
COMMENT ON TABLE ora.commits IS
  'One row for each committed transaction that changed something; SCN order is commit order, '
  'because a commit draws its SCN under a lock that it keeps until it is visible.';

INSERT INTO ora.commits
VALUES (1000000, '1', clock_timestamp(), clock_timestamp(), pg_current_wal_insert_lsn());

CREATE FUNCTION ora.record_commit() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
BEGIN
  IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock(7291, 1);
    INSERT INTO ora.commits VALUES (nextval('ora.scn'), pg_current_xact_id(), clock_timestamp(),
      transaction_timestamp(), pg_current_wal_insert_lsn(), ora.setting('user'),
      ora.setting('client_identifier'));
  END IF;
END $$;
COMMENT ON FUNCTION ora.record_commit() IS 'Called as the last thing before every COMMIT.';

CREATE FUNCTION ora.current_scn() RETURNS numeric
LANGUAGE sql STABLE SECURITY DEFINER
RETURN (SELECT pg_catalog.max(c.scn)::numeric FROM ora.commits c);
COMMENT ON FUNCTION ora.current_scn() IS 'The SCN of the newest commit that the statement sees.';

CREATE FUNCTION ora.transaction_id(xid xid8) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN pg_catalog.format('%s.%s.%s', xid::text::bigint % 10 + 1,
  xid::text::bigint / 10 % 34, xid::text::bigint / 340 + 1);
COMMENT ON FUNCTION ora.transaction_id(xid8)
  IS 'A transaction as Oracle names it: undo segment, slot and sequence number.';

-- Nobody but the owner reads secrets; the rest of ora is metadata that generated SQL may read.
GRANT SELECT ON ora.system_grants, ora.role_grants, ora.roles, ora.system_privileges, ora.quotas,
  ora.long_names, ora.commits TO PUBLIC;
GRANT SELECT (username, user_id, account_status, created, lock_date, expiry_date, last_login,
  oracle_maintained, default_tablespace, temporary_tablespace, profile) ON ora.users TO PUBLIC;
