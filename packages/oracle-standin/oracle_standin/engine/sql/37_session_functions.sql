-- Functions of the session and the SCN.
-- Source: SQL Language Reference, SYS_CONTEXT, USERENV, SCN_TO_TIMESTAMP.

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION "SYS"."user"() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE RETURN ora.setting('user');

CREATE FUNCTION "SYS".uid() RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT u.user_id::numeric FROM ora.users u WHERE u.username = ora.setting('user'));

CREATE FUNCTION ora.userenv_text(parameter text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    name text := upper(parameter);
BEGIN
    CASE
        WHEN name IN ('SESSION_USER', 'CURRENT_USER', 'AUTHENTICATED_IDENTITY') THEN
            RETURN ora.setting('user');
        WHEN name IN ('CURRENT_SCHEMA', 'MODULE', 'ACTION', 'CLIENT_INFO', 'CLIENT_IDENTIFIER') THEN
            RETURN ora.setting(lower(name));
        WHEN name IN ('SESSION_USERID', 'CURRENT_USERID') THEN RETURN "SYS".uid()::text;
        WHEN name = 'CURRENT_SCHEMAID' THEN
            RETURN (SELECT user_id FROM ora.users WHERE username = ora.setting('current_schema'));
        WHEN name IN ('DB_NAME', 'CON_NAME') THEN RETURN 'FREEPDB1';
        WHEN name IN ('CDB_NAME', 'DB_UNIQUE_NAME', 'INSTANCE_NAME') THEN RETURN 'FREE';
        WHEN name = 'CON_ID' THEN RETURN '3';
        WHEN name = 'SERVICE_NAME' THEN
            RETURN lower(coalesce(ora.setting('service_name'), 'freepdb1'));
        WHEN name = 'INSTANCE' THEN RETURN '1';
        WHEN name = 'FG_JOB_ID' THEN RETURN '0';
        WHEN name = 'HOST' THEN RETURN ora.setting('machine');
        WHEN name = 'SERVER_HOST' THEN RETURN 'localhost';
        WHEN name = 'OS_USER' THEN RETURN ora.setting('os_user');
        WHEN name = 'CLIENT_PROGRAM_NAME' THEN RETURN ora.setting('program');
        WHEN name IN ('SID', 'SESSIONID') THEN RETURN ora.setting('session_id');
        WHEN name = 'DATABASE_ROLE' THEN RETURN 'PRIMARY';
        WHEN name = 'AUTHENTICATION_METHOD' THEN RETURN 'PASSWORD';
        WHEN name = 'IDENTIFICATION_TYPE' THEN RETURN 'LOCAL';
        WHEN name = 'NETWORK_PROTOCOL' THEN RETURN ora.setting('network_protocol');
        WHEN name = 'ISDBA' THEN RETURN 'FALSE';
        WHEN name = 'LANGUAGE' THEN RETURN 'AMERICAN_AMERICA.' || ora.charset();
        WHEN name = 'LANG' THEN RETURN 'US';
        WHEN name IN ('NLS_DATE_FORMAT', 'NLS_DATE_LANGUAGE', 'NLS_CALENDAR', 'NLS_CURRENCY',
                      'NLS_SORT', 'NLS_TERRITORY') THEN
            RETURN ora.setting(lower(name));
        WHEN name = 'TERMINAL' THEN RETURN ora.setting('terminal');
        WHEN name IN ('SESSION_EDITION_NAME', 'CURRENT_EDITION_NAME') THEN RETURN 'ORA$BASE';
        WHEN name = 'PROXY_USER' THEN RETURN ora.setting('proxy_user');
        WHEN name = 'PROXY_USERID' THEN
            RETURN (SELECT user_id FROM ora.users WHERE username = ora.setting('proxy_user'));
        WHEN name IN ('DB_DOMAIN', 'CLOUD_SERVICE', 'IP_ADDRESS',
                      'POLICY_INVOKER', 'ENTERPRISE_IDENTITY', 'GLOBAL_UID',
                      'UNIFIED_AUDIT_SESSIONID', 'CURRENT_BIND', 'CURRENT_SQL', 'DBLINK_INFO',
                      'BG_JOB_ID') THEN
            RETURN NULL;
        ELSE
            PERFORM ora.raise_error(2003, 'invalid USERENV parameter');
    END CASE;
END
$$;

CREATE FUNCTION "SYS".sys_context(namespace text, parameter text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE upper(namespace)
    WHEN 'USERENV' THEN nullif(ora.userenv_text(parameter), '')
    WHEN 'SYS_SESSION_ROLES' THEN CASE WHEN upper(parameter) IN (
        SELECT role FROM ora.granted_roles(ora.setting('user')) AS roles(role))
        THEN 'TRUE' ELSE 'FALSE' END
    WHEN 'CLIENTCONTEXT' THEN nullif(
        ora.setting('client_context')::json OPERATOR(pg_catalog.->>) upper(parameter), '')
END;

CREATE FUNCTION "SYS".sys_context(namespace text, parameter text, size numeric) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE RETURN left("SYS".sys_context(namespace, parameter), size::int);

-- The older form: fewer parameters, the same values.
CREATE FUNCTION "SYS".userenv(parameter text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE RETURN nullif(ora.userenv_text(parameter), '');

-- SCN

CREATE FUNCTION "SYS".dbms_flashback__get_system_change_number() RETURNS numeric
LANGUAGE sql STABLE RETURN ora.current_scn();

CREATE FUNCTION "SYS".scn_to_timestamp(scn numeric) RETURNS ora."TIMESTAMP"
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, ora
AS $$
DECLARE
    moment timestamptz;
BEGIN
    IF scn > ora.current_scn() THEN
        PERFORM ora.raise_error(8181, 'specified number is not a valid system change number');
    END IF;
    SELECT c.at INTO moment FROM ora.commits c WHERE c.scn <= scn_to_timestamp.scn
    ORDER BY c.scn DESC LIMIT 1;
    IF moment IS NULL THEN
        PERFORM ora.raise_error(8181, 'specified number is not a valid system change number');
    END IF;
    RETURN ora.instant_seconds(moment)::ora."TIMESTAMP";
END
$$;

CREATE FUNCTION ora.scn_at(seconds numeric) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT SET search_path = pg_catalog, ora
AS $$
DECLARE
    found_scn numeric;
BEGIN
    SELECT max(c.scn) INTO found_scn FROM ora.commits c WHERE ora.instant_seconds(c.at) <= seconds;
    IF found_scn IS NULL THEN
        PERFORM ora.raise_error(8180, 'no snapshot found based on specified time');
    END IF;
    RETURN found_scn;
END
$$;

-- A time without zone is the server's, which is UTC.
CREATE FUNCTION "SYS".timestamp_to_scn(moment ora."TSTZ") RETURNS numeric
LANGUAGE sql STABLE STRICT RETURN ora.scn_at((moment).u);
CREATE FUNCTION "SYS".timestamp_to_scn(moment ora."TIMESTAMP") RETURNS numeric
LANGUAGE sql STABLE STRICT RETURN ora.scn_at(moment::numeric);
CREATE FUNCTION "SYS".timestamp_to_scn(moment ora."TSLTZ") RETURNS numeric
LANGUAGE sql STABLE STRICT RETURN ora.scn_at(moment::numeric);
CREATE FUNCTION "SYS".timestamp_to_scn(moment ora."DATE") RETURNS numeric
LANGUAGE sql STABLE STRICT RETURN ora.scn_at(moment::numeric);

CREATE FUNCTION "SYS".dbms_transaction__local_transaction_id() RETURNS text
LANGUAGE sql STABLE
RETURN ora.transaction_id(pg_current_xact_id_if_assigned());

CREATE FUNCTION "SYS".dbms_utility__get_time() RETURNS numeric
LANGUAGE sql VOLATILE RETURN trunc(ora.instant_seconds(clock_timestamp()) * 100);
CREATE FUNCTION "SYS".dbms_random__value() RETURNS numeric
LANGUAGE sql VOLATILE RETURN random()::numeric;
CREATE FUNCTION "SYS".dbms_random__value(low numeric, high numeric) RETURNS numeric
LANGUAGE sql VOLATILE RETURN low + random()::numeric * (high - low);

-- Numbers that need two arguments of a kind

CREATE FUNCTION "SYS".atan2(y numeric, x numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN atan2(y::float8, x::float8)::numeric;
CREATE FUNCTION "SYS".bin_to_num(VARIADIC bits numeric[]) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT trim_scale(sum(bit * 2::numeric ^ (cardinality(bits) - place)))
    FROM unnest(bits) WITH ORDINALITY AS list(bit, place));
