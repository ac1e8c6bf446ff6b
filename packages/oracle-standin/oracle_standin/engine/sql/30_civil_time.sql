-- Wall-clock seconds and PostgreSQL timestamps, time zones, the clock.
--
-- Our functions are resolved against pg_catalog when they are created (SQL bodies), or pin their
-- search_path (PL/pgSQL bodies): callers have "SYS" before pg_catalog.

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.pg_timestamp(seconds numeric) RETURNS timestamp
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN timestamp '1970-01-01 00:00:00' + make_interval(
    days => floor(floor(seconds) / 86400)::int,
    secs => trunc(seconds - floor(floor(seconds) / 86400) * 86400, 6)::float8);
COMMENT ON FUNCTION ora.pg_timestamp(numeric) IS
    'Wall-clock seconds since 1970 as a timestamp; digits past the microsecond are cut off.';

CREATE FUNCTION ora.seconds(moment timestamp) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN trim_scale(extract(epoch FROM moment));
COMMENT ON FUNCTION ora.seconds(timestamp) IS 'A timestamp as seconds since 1970, exact.';

CREATE FUNCTION ora.instant_seconds(moment timestamptz) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN trim_scale(extract(epoch FROM moment));

-- Not a cast: text is cast to numbers as Oracle converts it, by the session's NLS settings.
CREATE FUNCTION ora.read_number(digits text) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN numeric_in(textout(digits), 0::oid, -1);
COMMENT ON FUNCTION ora.read_number(text) IS 'Digits with a point, or an exponent, as a number.';

CREATE FUNCTION ora.ten_to(exponent int) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ora.read_number('1E' || exponent);

CREATE FUNCTION ora.day_number(seconds numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN floor(floor(seconds) / 86400);
COMMENT ON FUNCTION ora.day_number(numeric) IS
    'Days since 1970-01-01, midnight belonging to the day it begins.';

-- Oracle's years run from -4713 to 9999 without a year 0.
CREATE FUNCTION ora.checked_wall(seconds numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    IF seconds < -210866803200 OR seconds >= 253402300800 THEN
        PERFORM ora.raise_error(
            1841, '(full) year must be between -4713 and +9999, and not be 0');
    END IF;
    RETURN seconds;
END
$$;

-- Time zones

CREATE TABLE ora.time_zones (
    upper_name text PRIMARY KEY,
    name text NOT NULL
);
INSERT INTO ora.time_zones
SELECT DISTINCT ON (upper(name)) upper(name), name
FROM pg_timezone_names
WHERE name NOT LIKE 'posix%' AND name NOT IN ('localtime', 'Factory')
ORDER BY upper(name), name;
GRANT SELECT ON ora.time_zones TO PUBLIC;

CREATE FUNCTION ora.zone_name(zone text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    parts text[];
    found_name text;
BEGIN
    parts := regexp_match(zone, '^\s*([+-]?)(\d{1,2}):(\d{2})\s*$');
    IF parts IS NOT NULL THEN
        IF parts[2]::int > 15 THEN
            PERFORM ora.raise_error(1874, 'time zone hour must be between -15 and 15');
        ELSIF parts[3]::int > 59 THEN
            PERFORM ora.raise_error(1875, 'time zone minute must be between -59 and 59');
        END IF;
        RETURN CASE parts[1] WHEN '-' THEN '-' ELSE '+' END
            || lpad(parts[2], 2, '0') || ':' || parts[3];
    END IF;
    SELECT name INTO found_name FROM ora.time_zones WHERE upper_name = upper(btrim(zone));
    IF found_name IS NULL THEN
        PERFORM ora.raise_error(1882, 'timezone region not found');
    END IF;
    RETURN found_name;
END
$$;
COMMENT ON FUNCTION ora.zone_name(text) IS
    'A zone as we store it: +hh:mm or the exact region name. ORA-01882 for an unknown region.';

CREATE FUNCTION ora.session_zone() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(nullif(ora.setting('time_zone'), ''), '+00:00');

CREATE FUNCTION ora.zone_offset(utc numeric, zone text) RETURNS int
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN left(zone, 1) IN ('+', '-') THEN
        (left(zone, 1) || '1')::int
            * (substr(zone, 2, 2)::int * 3600 + substr(zone, 5, 2)::int * 60)
    WHEN zone = 'UTC' THEN 0
    ELSE extract(epoch FROM
        timezone(zone, timezone('UTC', ora.pg_timestamp(utc))) - ora.pg_timestamp(utc))::int
END;
COMMENT ON FUNCTION ora.zone_offset(numeric, text) IS
    'Seconds that a zone is ahead of UTC at an instant.';

CREATE FUNCTION ora.utc_seconds(wall numeric, zone text) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    utc numeric;
BEGIN
    IF left(zone, 1) IN ('+', '-') OR zone = 'UTC' THEN
        RETURN wall - ora.zone_offset(wall, zone);
    END IF;
    -- An ambiguous time is standard time in PostgreSQL as in Oracle. Whole seconds go through
    -- PostgreSQL, so that nanoseconds stay.
    utc := ora.instant_seconds(timezone(zone, ora.pg_timestamp(floor(wall)))) + wall - floor(wall);
    IF utc + ora.zone_offset(utc, zone) <> wall THEN
        PERFORM ora.raise_error(1878, 'specified field not found in datetime or interval');
    END IF;
    RETURN utc;
END
$$;
COMMENT ON FUNCTION ora.utc_seconds(numeric, text) IS
    'The instant of a wall-clock time in a zone. ORA-01878 for a time that does not exist there.';

CREATE FUNCTION ora.offset_text(seconds int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN seconds < 0 THEN '-' ELSE '+' END
    || lpad((abs(seconds) / 3600)::text, 2, '0')
    || ':' || lpad((abs(seconds) / 60 % 60)::text, 2, '0');

CREATE FUNCTION ora.zoned(utc numeric, zone text) RETURNS ora."TSTZ"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ROW(utc, zone)::ora."TSTZ";

-- Wall clock of each kind of value

CREATE FUNCTION ora.wall(moment ora."TSTZ") RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN (moment).u + ora.zone_offset((moment).u, (moment).z);

CREATE FUNCTION ora.wall(moment ora."TSLTZ") RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN moment::numeric + ora.zone_offset(moment::numeric, ora.session_zone());

CREATE FUNCTION ora.wall(moment ora."DATE") RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN moment::numeric;

CREATE FUNCTION ora.wall(moment ora."TIMESTAMP") RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN moment::numeric;

-- The clock: SYSDATE and SYSTIMESTAMP are the server's, which runs in UTC.

CREATE FUNCTION "SYS".sysdate() RETURNS ora."DATE"
LANGUAGE sql STABLE PARALLEL SAFE
RETURN floor(ora.instant_seconds(statement_timestamp()))::ora."DATE";

CREATE FUNCTION "SYS".systimestamp() RETURNS ora."TSTZ"
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ora.zoned(ora.instant_seconds(statement_timestamp()), '+00:00');

CREATE FUNCTION "SYS"."current_timestamp"() RETURNS ora."TSTZ"
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ora.zoned(ora.instant_seconds(statement_timestamp()), ora.session_zone());

CREATE FUNCTION "SYS"."current_timestamp"("precision" numeric) RETURNS ora."TSTZ"
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ora.zoned(
    round(ora.instant_seconds(statement_timestamp()), "precision"::int), ora.session_zone());

CREATE FUNCTION "SYS"."localtimestamp"() RETURNS ora."TIMESTAMP"
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ora.wall("SYS"."current_timestamp"())::ora."TIMESTAMP";

CREATE FUNCTION "SYS"."localtimestamp"("precision" numeric) RETURNS ora."TIMESTAMP"
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ora.wall("SYS"."current_timestamp"("precision"))::ora."TIMESTAMP";

CREATE FUNCTION "SYS"."current_date"() RETURNS ora."DATE"
LANGUAGE sql STABLE PARALLEL SAFE
RETURN floor(ora.wall("SYS"."current_timestamp"()))::ora."DATE";

CREATE FUNCTION "SYS".sessiontimezone() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ora.session_zone();

CREATE FUNCTION "SYS".dbtimezone() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '+00:00'::text;

-- Zone functions

CREATE FUNCTION "SYS".from_tz(moment ora."TIMESTAMP", zone text) RETURNS ora."TSTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.zoned(ora.utc_seconds(moment::numeric, ora.zone_name(zone)), ora.zone_name(zone));

CREATE FUNCTION ora.at_zone(moment ora."TSTZ", zone text) RETURNS ora."TSTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.zoned((moment).u, ora.zone_name(zone));

CREATE FUNCTION ora.at_zone(moment ora."TSLTZ", zone text) RETURNS ora."TSTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.zoned(moment::numeric, ora.zone_name(zone));

CREATE FUNCTION ora.at_zone(moment ora."TIMESTAMP", zone text) RETURNS ora."TSTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.zoned(ora.utc_seconds(moment::numeric, ora.session_zone()), ora.zone_name(zone));

CREATE FUNCTION "SYS".sys_extract_utc(moment ora."TSTZ") RETURNS ora."TIMESTAMP"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ((moment).u)::ora."TIMESTAMP";

CREATE FUNCTION "SYS".sys_extract_utc(moment ora."TSLTZ") RETURNS ora."TIMESTAMP"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN moment::numeric::ora."TIMESTAMP";

CREATE FUNCTION "SYS".sys_extract_utc(moment ora."TIMESTAMP") RETURNS ora."TIMESTAMP"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.utc_seconds(moment::numeric, ora.session_zone())::ora."TIMESTAMP";

CREATE FUNCTION "SYS".tz_offset(zone text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.offset_text(
    ora.zone_offset(ora.instant_seconds(statement_timestamp()), ora.zone_name(zone)));

-- NEW_TIME's abbreviations (SQL Language Reference, NEW_TIME), hours from UTC.
CREATE FUNCTION ora.abbreviated_zone_hours(zone text) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    hours numeric := (jsonb_build_object(
        'AST', -4, 'ADT', -3, 'BST', -11, 'BDT', -10, 'CST', -6, 'CDT', -5, 'EST', -5, 'EDT', -4,
        'GMT', 0, 'HST', -10, 'HDT', -9, 'MST', -7, 'MDT', -6, 'NST', -3.5, 'PST', -8, 'PDT', -7,
        'YST', -9, 'YDT', -8) -> upper(zone))::numeric;
BEGIN
    IF hours IS NULL THEN
        PERFORM ora.raise_error(1857, 'not a valid time zone');
    END IF;
    RETURN hours;
END
$$;

CREATE FUNCTION "SYS".new_time(moment ora."DATE", from_zone text, to_zone text) RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (moment::numeric
    + (ora.abbreviated_zone_hours(to_zone) - ora.abbreviated_zone_hours(from_zone)) * 3600
    )::ora."DATE";

