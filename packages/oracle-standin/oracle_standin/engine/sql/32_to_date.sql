-- TO_DATE, TO_TIMESTAMP and TO_TIMESTAMP_TZ.
-- Source: SQL Language Reference, "Datetime Functions".

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION "SYS".to_date(input text, mask text) RETURNS ora."DATE"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ((ora.parse_time(input, mask, 'date')).wall)::ora."DATE";

CREATE FUNCTION "SYS".to_date(input text) RETURNS ora."DATE"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN "SYS".to_date(input, coalesce(ora.setting('nls_date_format'), 'DD-MON-RR'));

-- A number or a date first becomes text, as with every function that wants text.
CREATE FUNCTION "SYS".to_date(input numeric, mask text) RETURNS ora."DATE"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN "SYS".to_date(trim_scale(input)::text, mask);

CREATE FUNCTION "SYS".to_date(input ora."DATE") RETURNS ora."DATE"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN "SYS".to_date("SYS".to_char(input));

CREATE FUNCTION "SYS".to_date(input ora."DATE", mask text) RETURNS ora."DATE"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN "SYS".to_date("SYS".to_char(input), mask);

CREATE FUNCTION "SYS".to_date(input text, mask text, nls text) RETURNS ora."DATE"
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN ora.check_date_language(nls) THEN "SYS".to_date(input, mask) END;

CREATE FUNCTION "SYS".to_timestamp(input text, mask text) RETURNS ora."TIMESTAMP"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ((ora.parse_time(input, mask, 'timestamp')).wall)::ora."TIMESTAMP";

CREATE FUNCTION "SYS".to_timestamp(input text) RETURNS ora."TIMESTAMP"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN "SYS".to_timestamp(
    input, coalesce(ora.setting('nls_timestamp_format'), 'DD-MON-RR HH.MI.SSXFF AM'));

CREATE FUNCTION "SYS".to_timestamp(input text, mask text, nls text) RETURNS ora."TIMESTAMP"
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN ora.check_date_language(nls) THEN "SYS".to_timestamp(input, mask) END;

CREATE FUNCTION ora.parse_zoned(input text, mask text) RETURNS ora."TSTZ"
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    parsed ora.parsed_time := ora.parse_time(input, mask, 'zoned');
    zone text := coalesce(parsed.zone, ora.session_zone());
BEGIN
    RETURN ora.zoned(ora.utc_seconds(parsed.wall, zone), zone);
END
$$;

CREATE FUNCTION "SYS".to_timestamp_tz(input text, mask text) RETURNS ora."TSTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.parse_zoned(input, mask);

CREATE FUNCTION "SYS".to_timestamp_tz(input text) RETURNS ora."TSTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.parse_zoned(
    input, coalesce(ora.setting('nls_timestamp_tz_format'), 'DD-MON-RR HH.MI.SSXFF AM TZR'));

CREATE FUNCTION "SYS".to_timestamp_tz(input text, mask text, nls text) RETURNS ora."TSTZ"
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN ora.check_date_language(nls) THEN "SYS".to_timestamp_tz(input, mask) END;
