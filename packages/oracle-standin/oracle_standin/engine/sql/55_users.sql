-- Users, roles, privileges and NLS parameters.
-- Source: Database Reference, ALL_USERS, ALL_TAB_PRIVS, DBA_SYS_PRIVS, SESSION_PRIVS, NLS_*.

SET LOCAL search_path = pg_catalog, ora;

CREATE VIEW "SYS"."ALL_USERS" AS
SELECT u.username AS "USERNAME", u.user_id::numeric AS "USER_ID", ora.as_date(u.created) AS "CREATED",
    'NO'::text AS "COMMON", CASE WHEN u.oracle_maintained THEN 'Y' ELSE 'N' END AS "ORACLE_MAINTAINED",
    'NO'::text AS "INHERITED", 'USING_NLS_COMP'::text AS "DEFAULT_COLLATION", 'NO'::text AS "IMPLICIT",
    'NO'::text AS "ALL_SHARD", 'NO'::text AS "EXTERNAL_SHARD",
    CASE WHEN u.oracle_maintained THEN 'YES' ELSE 'NO' END AS "DICTIONARY_PROTECTED"
FROM ora.users u;

CREATE VIEW "SYS"."DBA_USERS" AS
SELECT u.username AS "USERNAME", u.user_id::numeric AS "USER_ID", NULL::text AS "PASSWORD",
    u.account_status AS "ACCOUNT_STATUS", ora.as_date(u.lock_date) AS "LOCK_DATE",
    ora.as_date(u.expiry_date) AS "EXPIRY_DATE", u.default_tablespace AS "DEFAULT_TABLESPACE",
    u.temporary_tablespace AS "TEMPORARY_TABLESPACE",
    u.temporary_tablespace AS "LOCAL_TEMP_TABLESPACE", ora.as_date(u.created) AS "CREATED",
    u.profile AS "PROFILE", 'DEFAULT_CONSUMER_GROUP'::text AS "INITIAL_RSRC_CONSUMER_GROUP",
    NULL::text AS "EXTERNAL_NAME", '12C'::text AS "PASSWORD_VERSIONS",
    'N'::text AS "EDITIONS_ENABLED",
    CASE WHEN u.salt IS NULL THEN 'NONE' ELSE 'PASSWORD' END AS "AUTHENTICATION_TYPE",
    'N'::text AS "PROXY_ONLY_CONNECT", 'NO'::text AS "COMMON",
    ora.as_date(u.last_login) AS "LAST_LOGIN",
    CASE WHEN u.oracle_maintained THEN 'Y' ELSE 'N' END AS "ORACLE_MAINTAINED",
    'NO'::text AS "INHERITED", 'USING_NLS_COMP'::text AS "DEFAULT_COLLATION",
    'NO'::text AS "IMPLICIT", 'NO'::text AS "ALL_SHARD"
FROM ora.users u;

CREATE VIEW "SYS"."USER_USERS" AS
SELECT "USERNAME", "USER_ID", "ACCOUNT_STATUS", "LOCK_DATE", "EXPIRY_DATE", "DEFAULT_TABLESPACE",
    "TEMPORARY_TABLESPACE", "LOCAL_TEMP_TABLESPACE", "CREATED", "INITIAL_RSRC_CONSUMER_GROUP",
    "EXTERNAL_NAME", "COMMON", "ORACLE_MAINTAINED", "INHERITED", "DEFAULT_COLLATION", "IMPLICIT",
    "ALL_SHARD"
FROM "SYS"."DBA_USERS" WHERE "USERNAME" = (SELECT ora.session_user_name());

CREATE VIEW "SYS"."DBA_ROLES" AS
SELECT r.role AS "ROLE", r.role_id::numeric AS "ROLE_ID", 'NO'::text AS "PASSWORD_REQUIRED",
    'NONE'::text AS "AUTHENTICATION_TYPE", 'NO'::text AS "COMMON",
    CASE WHEN r.oracle_maintained THEN 'Y' ELSE 'N' END AS "ORACLE_MAINTAINED",
    'NO'::text AS "INHERITED", 'NO'::text AS "IMPLICIT", NULL::text AS "EXTERNAL_NAME"
FROM ora.roles r;

CREATE VIEW "SYS"."DBA_SYS_PRIVS" AS
SELECT g.grantee AS "GRANTEE", g.privilege AS "PRIVILEGE",
    CASE WHEN g.admin_option THEN 'YES' ELSE 'NO' END AS "ADMIN_OPTION", 'NO'::text AS "COMMON",
    'NO'::text AS "INHERITED"
FROM ora.system_grants g;

CREATE VIEW "SYS"."USER_SYS_PRIVS" AS
SELECT "GRANTEE" AS "USERNAME", "PRIVILEGE", "ADMIN_OPTION", "COMMON", "INHERITED"
FROM "SYS"."DBA_SYS_PRIVS" WHERE "GRANTEE" IN ((SELECT ora.session_user_name()), 'PUBLIC');

CREATE VIEW "SYS"."ROLE_SYS_PRIVS" AS
SELECT "GRANTEE" AS "ROLE", "PRIVILEGE", "ADMIN_OPTION", "COMMON", "INHERITED"
FROM "SYS"."DBA_SYS_PRIVS" WHERE "GRANTEE" IN (SELECT role FROM ora.roles)
    AND "GRANTEE" IN (SELECT ora.session_role_names());

CREATE VIEW "SYS"."DBA_ROLE_PRIVS" AS
SELECT g.grantee AS "GRANTEE", g.granted_role AS "GRANTED_ROLE",
    CASE WHEN g.admin_option THEN 'YES' ELSE 'NO' END AS "ADMIN_OPTION", 'NO'::text AS "DELEGATE_OPTION",
    CASE WHEN g.default_role THEN 'YES' ELSE 'NO' END AS "DEFAULT_ROLE", 'NO'::text AS "COMMON",
    'NO'::text AS "INHERITED"
FROM ora.role_grants g;

CREATE VIEW "SYS"."USER_ROLE_PRIVS" AS
SELECT "GRANTEE" AS "USERNAME", "GRANTED_ROLE", "ADMIN_OPTION", "DELEGATE_OPTION", "DEFAULT_ROLE",
    'NO'::text AS "OS_GRANTED", "COMMON", "INHERITED"
FROM "SYS"."DBA_ROLE_PRIVS" WHERE "GRANTEE" IN ((SELECT ora.session_user_name()), 'PUBLIC');

CREATE VIEW "SYS"."ROLE_ROLE_PRIVS" AS
SELECT "GRANTEE" AS "ROLE", "GRANTED_ROLE", "ADMIN_OPTION", "COMMON", "INHERITED"
FROM "SYS"."DBA_ROLE_PRIVS" WHERE "GRANTEE" IN (SELECT role FROM ora.roles)
    AND "GRANTEE" IN (SELECT ora.session_role_names());

CREATE VIEW "SYS"."SESSION_PRIVS" AS
SELECT p.name AS "PRIVILEGE"
FROM ora.granted_privileges((SELECT ora.session_user_name())) AS p (name);

-- Privileges on all objects of a schema (23ai) cannot be granted here.
CREATE VIEW "SYS"."SESSION_SCHEMA_PRIVS" AS
SELECT NULL::text AS "PRIVILEGE", NULL::text AS "SCHEMA" WHERE false;

CREATE VIEW "SYS"."SESSION_ROLES" AS
SELECT DISTINCT r.name AS "ROLE"
FROM ora.granted_roles((SELECT ora.session_user_name())) AS r (name);

CREATE VIEW ora.listed_grants AS
SELECT g.relid, g.grantor, g.grantee, r.owner, r.name, g.privilege,
    CASE WHEN g.grantable THEN 'YES' ELSE 'NO' END AS grantable, r.object_type,
    coalesce(l.oracle_name, a.attname::text) AS column_name
FROM ora.object_grants g
JOIN ora.grantable_objects r ON r.relid = g.relid
LEFT JOIN pg_attribute a ON a.attrelid = g.relid AND a.attnum = g.attnum AND g.attnum > 0
LEFT JOIN ora.long_names l ON l.engine_name = a.attname::text;

CREATE VIEW "SYS"."DBA_TAB_PRIVS" AS
SELECT grantee AS "GRANTEE", owner AS "OWNER", name AS "TABLE_NAME", grantor AS "GRANTOR",
    privilege AS "PRIVILEGE", grantable AS "GRANTABLE", 'NO'::text AS "HIERARCHY",
    'NO'::text AS "COMMON", object_type AS "TYPE", 'NO'::text AS "INHERITED"
FROM ora.listed_grants WHERE column_name IS NULL;

CREATE VIEW "SYS"."ALL_TAB_PRIVS" AS
SELECT "GRANTOR", "GRANTEE", "OWNER" AS "TABLE_SCHEMA", "TABLE_NAME", "PRIVILEGE", "GRANTABLE",
    "HIERARCHY", "COMMON", "TYPE", "INHERITED"
FROM "SYS"."DBA_TAB_PRIVS"
WHERE "OWNER" = (SELECT ora.session_user_name()) OR "GRANTOR" = (SELECT ora.session_user_name())
    OR "GRANTEE" IN (SELECT ora.session_role_names());

CREATE VIEW "SYS"."USER_TAB_PRIVS" AS
SELECT * FROM "SYS"."DBA_TAB_PRIVS"
WHERE (SELECT ora.session_user_name()) IN ("OWNER", "GRANTOR", "GRANTEE");

CREATE VIEW "SYS"."USER_TAB_PRIVS_MADE" AS
SELECT "GRANTEE", "TABLE_NAME", "GRANTOR", "PRIVILEGE", "GRANTABLE", "HIERARCHY", "COMMON", "TYPE",
    "INHERITED"
FROM "SYS"."DBA_TAB_PRIVS" WHERE "OWNER" = (SELECT ora.session_user_name());

CREATE VIEW "SYS"."USER_TAB_PRIVS_RECD" AS
SELECT "OWNER", "TABLE_NAME", "GRANTOR", "PRIVILEGE", "GRANTABLE", "HIERARCHY", "COMMON", "TYPE",
    "INHERITED"
FROM "SYS"."DBA_TAB_PRIVS" WHERE "GRANTEE" = (SELECT ora.session_user_name());

CREATE VIEW "SYS"."ALL_TAB_PRIVS_RECD" AS
SELECT "GRANTEE", "OWNER", "TABLE_NAME", "GRANTOR", "PRIVILEGE", "GRANTABLE", "HIERARCHY", "COMMON",
    "TYPE", "INHERITED"
FROM "SYS"."DBA_TAB_PRIVS" WHERE "GRANTEE" IN (SELECT ora.session_role_names());

CREATE VIEW "SYS"."ROLE_TAB_PRIVS" AS
SELECT "GRANTEE" AS "ROLE", "OWNER", "TABLE_NAME", NULL::text AS "COLUMN_NAME", "PRIVILEGE",
    "GRANTABLE", "COMMON", "INHERITED"
FROM "SYS"."DBA_TAB_PRIVS" WHERE "GRANTEE" IN (SELECT role FROM ora.roles)
    AND "GRANTEE" IN (SELECT ora.session_role_names());

CREATE VIEW "SYS"."DBA_COL_PRIVS" AS
SELECT grantee AS "GRANTEE", owner AS "OWNER", name AS "TABLE_NAME", column_name AS "COLUMN_NAME",
    grantor AS "GRANTOR", privilege AS "PRIVILEGE", grantable AS "GRANTABLE", 'NO'::text AS "COMMON",
    'NO'::text AS "INHERITED"
FROM ora.listed_grants WHERE column_name IS NOT NULL;

CREATE VIEW "SYS"."ALL_COL_PRIVS" AS
SELECT "GRANTOR", "GRANTEE", "OWNER" AS "TABLE_SCHEMA", "TABLE_NAME", "COLUMN_NAME", "PRIVILEGE",
    "GRANTABLE", "COMMON", "INHERITED"
FROM "SYS"."DBA_COL_PRIVS"
WHERE "OWNER" = (SELECT ora.session_user_name()) OR "GRANTOR" = (SELECT ora.session_user_name())
    OR "GRANTEE" IN (SELECT ora.session_role_names());

CREATE VIEW "SYS"."USER_COL_PRIVS" AS
SELECT * FROM "SYS"."DBA_COL_PRIVS"
WHERE (SELECT ora.session_user_name()) IN ("OWNER", "GRANTOR", "GRANTEE");

CREATE VIEW "SYS"."USER_TS_QUOTAS" AS
SELECT q.tablespace AS "TABLESPACE_NAME", 0::numeric AS "BYTES", q.max_bytes AS "MAX_BYTES",
    0::numeric AS "BLOCKS",
    CASE WHEN q.max_bytes < 0 THEN -1 ELSE div(q.max_bytes, 8192) END AS "MAX_BLOCKS",
    'NO'::text AS "DROPPED"
FROM ora.quotas q WHERE q.username = (SELECT ora.session_user_name());

CREATE VIEW "SYS"."DBA_TS_QUOTAS" AS
SELECT q.tablespace AS "TABLESPACE_NAME", q.username AS "USERNAME", 0::numeric AS "BYTES",
    q.max_bytes AS "MAX_BYTES", 0::numeric AS "BLOCKS",
    CASE WHEN q.max_bytes < 0 THEN -1 ELSE div(q.max_bytes, 8192) END AS "MAX_BLOCKS",
    'NO'::text AS "DROPPED"
FROM ora.quotas q;

CREATE VIEW "SYS"."DATABASE_PROPERTIES" AS
SELECT p.name AS "PROPERTY_NAME", p.value AS "PROPERTY_VALUE", p.description AS "DESCRIPTION"
FROM (VALUES
    ('DEFAULT_PERMANENT_TABLESPACE', 'USERS', 'Name of default permanent tablespace'),
    ('DEFAULT_TEMP_TABLESPACE', 'TEMP', 'Name of default temporary tablespace')
) p (name, value, description);

CREATE TABLE ora.nls_defaults (parameter text PRIMARY KEY, value text, session boolean NOT NULL);
INSERT INTO ora.nls_defaults VALUES
    ('NLS_LANGUAGE', 'AMERICAN', true), ('NLS_TERRITORY', 'AMERICA', true),
    ('NLS_CURRENCY', '$', true), ('NLS_ISO_CURRENCY', 'AMERICA', true),
    ('NLS_NUMERIC_CHARACTERS', '.,', true), ('NLS_CALENDAR', 'GREGORIAN', true),
    ('NLS_DATE_FORMAT', 'DD-MON-RR', true), ('NLS_DATE_LANGUAGE', 'AMERICAN', true),
    ('NLS_SORT', 'BINARY', true), ('NLS_TIME_FORMAT', 'HH.MI.SSXFF AM', true),
    ('NLS_TIMESTAMP_FORMAT', 'DD-MON-RR HH.MI.SSXFF AM', true),
    ('NLS_TIME_TZ_FORMAT', 'HH.MI.SSXFF AM TZR', true),
    ('NLS_TIMESTAMP_TZ_FORMAT', 'DD-MON-RR HH.MI.SSXFF AM TZR', true),
    ('NLS_DUAL_CURRENCY', '$', true), ('NLS_COMP', 'BINARY', true),
    ('NLS_LENGTH_SEMANTICS', 'BYTE', true), ('NLS_NCHAR_CONV_EXCP', 'FALSE', true),
    ('NLS_CHARACTERSET', 'AL32UTF8', false), ('NLS_NCHAR_CHARACTERSET', 'AL16UTF16', false),
    ('NLS_RDBMS_VERSION', NULL, false);

CREATE VIEW "SYS"."NLS_SESSION_PARAMETERS" AS
SELECT d.parameter AS "PARAMETER", coalesce(ora.setting(lower(d.parameter)), d.value) AS "VALUE"
FROM ora.nls_defaults d WHERE d.session;

CREATE VIEW "SYS"."NLS_INSTANCE_PARAMETERS" AS
SELECT d.parameter AS "PARAMETER", d.value AS "VALUE" FROM ora.nls_defaults d WHERE d.session;

