-- TO_CHAR of dates, timestamps and intervals.
--
-- A mask is translated once into a mask of PostgreSQL's to_char (constant masks at planning time).
-- What PostgreSQL cannot write is marked with a control character and filled in afterwards.
-- Source: SQL Language Reference, "Datetime Format Models".

SET LOCAL search_path = pg_catalog, ora;

-- The elements of a mask in order. A quoted text keeps its quotes, an unknown letter stands alone.
CREATE FUNCTION ora.mask_elements(mask text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(
    SELECT part[1] FROM regexp_matches(mask,
        '("[^"]*"|FM|FX|SYYYY|SYEAR|YYYY|Y,YYY|YEAR|YYY|YY|Y|RRRR|RR|RM|IYYY|IYY|IW|IY|I|SCC|CC'
        '|MONTH|MON|MM|MI|DAY|DDD|DD|DY|DL|DS|D|HH24|HH12|HH|SSSSS|SS|FF[1-9]?'
        '|TZH|TZM|TZR|TZD|TS|A\.M\.|P\.M\.|AM|PM|A\.D\.|B\.C\.|AD|BC|WW|W|Q|J|X'
        '|SPTH|THSP|SP|TH|.)', 'gi') WITH ORDINALITY AS found(part, position)
    ORDER BY position);

-- MONTH, Month or month: Oracle looks at the first two letters.
CREATE FUNCTION ora.in_case_of(element text, canonical text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
    WHEN left(element, 1) = lower(left(element, 1)) THEN lower(canonical)
    WHEN substr(element, 2, 1) = lower(substr(element, 2, 1)) THEN initcap(canonical)
    ELSE upper(canonical)
END;

-- How PostgreSQL writes one element; NULL for what Oracle does not know either.
-- Marks: 1-3 digits beyond the microsecond, 4-5 the year's sign, 6 FF without digits,
-- 14-17 TZH, TZM, TZR, TZD.
CREATE FUNCTION ora.pg_element(element text, trim_mode boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    fm text := CASE WHEN trim_mode THEN 'FM' ELSE '' END;
    word text := upper(element);
BEGIN
    CASE
        -- a bare I, so that a D after it does not make PostgreSQL's ID of both
        WHEN word = 'I' THEN RETURN fm || 'I""';
        WHEN word IN ('YYYY', 'YYY', 'YY', 'Y', 'IYYY', 'IYY', 'IY', 'CC', 'MM', 'MI', 'DDD',
                      'DD', 'D', 'HH24', 'HH12', 'HH', 'SSSSS', 'SS', 'WW', 'W', 'IW', 'Q', 'J',
                      'RM', 'Y,YYY') THEN
            RETURN fm || word;
        WHEN word = 'RRRR' THEN RETURN fm || 'YYYY';
        WHEN word = 'RR' THEN RETURN fm || 'YY';
        WHEN word = 'SYYYY' THEN
            RETURN '"' || chr(CASE WHEN trim_mode THEN 4 ELSE 5 END) || '"' || fm || 'YYYY';
        WHEN word = 'SCC' THEN
            RETURN '"' || chr(CASE WHEN trim_mode THEN 4 ELSE 5 END) || '"' || fm || 'CC';
        WHEN word IN ('MONTH', 'MON', 'DAY', 'DY') THEN
            RETURN fm || CASE ora.in_case_of(element, word)
                WHEN 'Mon' THEN 'Mon' ELSE ora.in_case_of(element, word) END;
        WHEN word IN ('AM', 'PM', 'AD', 'BC', 'A.M.', 'P.M.', 'A.D.', 'B.C.') THEN
            RETURN CASE WHEN left(element, 1) = lower(left(element, 1)) THEN lower(word)
                ELSE word END;
        WHEN word = 'FF' THEN RETURN 'US"' || chr(6) || '"';
        WHEN word IN ('FF9', 'FF8', 'FF7') THEN
            RETURN 'US"' || chr(10 - right(word, 1)::int) || '"';
        WHEN word LIKE 'FF_' THEN RETURN word;
        WHEN word = 'TZH' THEN RETURN '"' || chr(14) || '"';
        WHEN word = 'TZM' THEN RETURN '"' || chr(15) || '"';
        WHEN word = 'TZR' THEN RETURN '"' || chr(16) || '"';
        WHEN word = 'TZD' THEN RETURN '"' || chr(17) || '"';
        WHEN word = 'TS' THEN RETURN 'FMHH:MI:SS AM';
        WHEN word = 'DL' THEN RETURN 'FMDay, FMMonth FMDD, YYYY';
        WHEN word = 'DS' THEN RETURN 'FMMM/FMDD/YYYY';
        WHEN word = 'X' THEN RETURN '"."';
        WHEN word = '""' THEN RETURN '';
        WHEN word LIKE '"%"' THEN RETURN replace(element, '\', '\\');
        WHEN word = 'TH' THEN RETURN element;
        WHEN word ~ '^[^[:alnum:]"]$' THEN RETURN '"' || replace(element, '\', '\\') || '"';
        ELSE RETURN NULL;
    END CASE;
END
$$;

CREATE FUNCTION ora.pg_mask(mask text, kind text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    element text;
    written text;
    result text := '';
    trim_mode boolean := false;
BEGIN
    FOREACH element IN ARRAY ora.mask_elements(mask) LOOP
        IF upper(element) = 'FM' THEN
            trim_mode := NOT trim_mode;
            CONTINUE;
        ELSIF upper(element) = 'FX' THEN
            CONTINUE;
        ELSIF upper(element) IN ('YEAR', 'SYEAR', 'SP', 'SPTH', 'THSP') THEN
            PERFORM ora.raise_error(
                3001, 'unimplemented feature: format element ' || upper(element)
                || ' is not in this stand-in');
        END IF;
        written := ora.pg_element(element, trim_mode);
        IF written IS NULL OR kind = 'date' AND element ~* '^(FF[1-9]?|TZ[HMRD])$' THEN
            PERFORM ora.raise_error(1821, 'date format not recognized');
        END IF;
        result := result || written;
    END LOOP;
    RETURN result;
END
$$;
COMMENT ON FUNCTION ora.pg_mask(text, text) IS
    'An Oracle mask as a PostgreSQL one. Kinds: date, timestamp, zoned. ORA-01821 for a bad mask.';

CREATE FUNCTION ora.nanosecond_digits(wall numeric) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lpad((trunc((wall - floor(wall)) * 1000000000) % 1000)::text, 3, '0');

CREATE FUNCTION ora.fill_marks(written text, wall numeric, zone_offset int, zone text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    digits text := ora.nanosecond_digits(wall);
    zone_text text := ora.offset_text(coalesce(zone_offset, 0));
    negative boolean := wall < -62135596800;
BEGIN
    written := replace(written, chr(1), digits);
    written := replace(written, chr(2), left(digits, 2));
    written := replace(written, chr(3), left(digits, 1));
    written := replace(written, chr(4), CASE WHEN negative THEN '-' ELSE '' END);
    written := replace(written, chr(5), CASE WHEN negative THEN '-' ELSE ' ' END);
    written := replace(written, chr(6), CASE digits WHEN '000' THEN '' ELSE digits END);
    written := replace(written, chr(14), left(zone_text, 3));
    written := replace(written, chr(15), right(zone_text, 2));
    written := replace(written, chr(16), coalesce(zone, '+00:00'));
    written := replace(
        written, chr(17), coalesce(ora.zone_abbreviation(wall, zone_offset, zone), ''));
    RETURN written;
END
$$;

CREATE FUNCTION ora.zone_abbreviation(wall numeric, zone_offset int, zone text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    old_zone text := current_setting('timezone');
    abbreviation text;
BEGIN
    IF zone IS NULL OR left(zone, 1) IN ('+', '-') THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('timezone', zone, true);
    abbreviation := to_char(timezone('UTC', ora.pg_timestamp(wall - zone_offset)), 'TZ');
    PERFORM set_config('timezone', old_zone, true);
    RETURN abbreviation;
END
$$;

CREATE FUNCTION ora.has_marks(pg_mask text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN pg_mask ~ '[\x01-\x11]';

-- Not STRICT: the planner puts the body in place of the call only without it, and then translates
-- a constant mask once.
CREATE FUNCTION "SYS".to_char(moment ora."DATE", mask text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN ora.has_marks(ora.pg_mask(mask, 'date')) THEN
    ora.fill_marks(
        to_char(ora.pg_timestamp(moment::numeric), ora.pg_mask(mask, 'date')),
        moment::numeric, NULL, NULL)
ELSE to_char(ora.pg_timestamp(moment::numeric), ora.pg_mask(mask, 'date')) END;

CREATE FUNCTION "SYS".to_char(moment ora."TIMESTAMP", mask text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN ora.has_marks(ora.pg_mask(mask, 'timestamp')) THEN
    ora.fill_marks(
        to_char(ora.pg_timestamp(moment::numeric), ora.pg_mask(mask, 'timestamp')),
        moment::numeric, NULL, NULL)
ELSE to_char(ora.pg_timestamp(moment::numeric), ora.pg_mask(mask, 'timestamp')) END;

CREATE FUNCTION ora.zoned_to_char(utc numeric, zone text, pg_mask text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    zone_offset int := ora.zone_offset(utc, zone);
    written text := to_char(ora.pg_timestamp(utc + zone_offset), pg_mask);
BEGIN
    IF ora.has_marks(pg_mask) THEN
        RETURN ora.fill_marks(written, utc + zone_offset, zone_offset, zone);
    END IF;
    RETURN written;
END
$$;

CREATE FUNCTION "SYS".to_char(moment ora."TSTZ", mask text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ora.zoned_to_char((moment).u, (moment).z, ora.pg_mask(mask, 'zoned'));

CREATE FUNCTION "SYS".to_char(moment ora."TSLTZ", mask text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ora.zoned_to_char(moment::numeric, ora.session_zone(), ora.pg_mask(mask, 'zoned'));

CREATE FUNCTION "SYS".to_char(moment ora."DATE") RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN "SYS".to_char(moment, coalesce(ora.setting('nls_date_format'), 'DD-MON-RR'));

CREATE FUNCTION "SYS".to_char(moment ora."TIMESTAMP") RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN "SYS".to_char(
    moment, coalesce(ora.setting('nls_timestamp_format'), 'DD-MON-RR HH.MI.SSXFF AM'));

CREATE FUNCTION "SYS".to_char(moment ora."TSLTZ") RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN "SYS".to_char(
    moment, coalesce(ora.setting('nls_timestamp_format'), 'DD-MON-RR HH.MI.SSXFF AM'));

CREATE FUNCTION "SYS".to_char(moment ora."TSTZ") RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN "SYS".to_char(moment, coalesce(
    ora.setting('nls_timestamp_tz_format'), 'DD-MON-RR HH.MI.SSXFF AM TZR'));

-- The third argument: NLS_DATE_LANGUAGE, of which there is one.
CREATE FUNCTION ora.check_date_language(nls text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    parts text[] := regexp_match(
        nls, '^\s*NLS_DATE_LANGUAGE\s*=\s*''?\s*([A-Za-z ]+?)\s*''?\s*$', 'i');
BEGIN
    IF nls IS NULL THEN
        RETURN true;
    ELSIF parts IS NULL THEN
        PERFORM ora.raise_error(12702, 'invalid NLS parameter string used in SQL function');
    ELSIF upper(parts[1]) NOT IN ('AMERICAN', 'ENGLISH') THEN
        PERFORM ora.raise_error(
            3001,
            'unimplemented feature: NLS_DATE_LANGUAGE other than AMERICAN is not in this stand-in');
    END IF;
    RETURN true;
END
$$;

CREATE FUNCTION "SYS".to_char(moment ora."DATE", mask text, nls text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN ora.check_date_language(nls) THEN "SYS".to_char(moment, mask) END;

CREATE FUNCTION "SYS".to_char(moment ora."TIMESTAMP", mask text, nls text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN ora.check_date_language(nls) THEN "SYS".to_char(moment, mask) END;

CREATE FUNCTION "SYS".to_char(moment ora."TSTZ", mask text, nls text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN ora.check_date_language(nls) THEN "SYS".to_char(moment, mask) END;

CREATE FUNCTION "SYS".to_char(moment ora."TSLTZ", mask text, nls text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN ora.check_date_language(nls) THEN "SYS".to_char(moment, mask) END;

-- Intervals: masks are ignored; '+01 02:03:04.567000' and '+01-02'. Digits beyond the declared
-- precision are not known to a value: two for the leading field and six for the fraction at least.
CREATE FUNCTION "SYS".to_char(span ora."INTERVALDS") RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN span::numeric < 0 THEN '-' ELSE '+' END
    || CASE WHEN abs(span::numeric) < 8640000 THEN
        lpad(ora.day_number(abs(span::numeric))::text, 2, '0')
        ELSE ora.day_number(abs(span::numeric))::text END
    || ' ' || lpad((div(abs(span::numeric), 3600) % 24)::text, 2, '0')
    || ':' || lpad((div(abs(span::numeric), 60) % 60)::text, 2, '0')
    || ':' || lpad((div(abs(span::numeric), 1) % 60)::text, 2, '0')
    || '.' || CASE WHEN ora.nanosecond_digits(abs(span::numeric)) = '000'
        THEN lpad(trunc(abs(span::numeric) % 1 * 1000000)::text, 6, '0')
        ELSE lpad(trunc(abs(span::numeric) % 1 * 1000000000)::text, 9, '0') END;

CREATE FUNCTION "SYS".to_char(span ora."INTERVALYM") RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN span::int8 < 0 THEN '-' ELSE '+' END
    || CASE WHEN abs(span::int8) < 1200 THEN lpad((abs(span::int8) / 12)::text, 2, '0')
        ELSE (abs(span::int8) / 12)::text END
    || '-' || lpad((abs(span::int8) % 12)::text, 2, '0');

CREATE FUNCTION "SYS".to_char(span ora."INTERVALDS", mask text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN "SYS".to_char(span);

CREATE FUNCTION "SYS".to_char(span ora."INTERVALYM", mask text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN "SYS".to_char(span);

-- EXTRACT

CREATE FUNCTION ora.no_such_field() RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    PERFORM ora.raise_error(30076, 'invalid extract field for extract source');
    RETURN NULL;
END
$$;

CREATE FUNCTION ora.date_field(field text, wall numeric) RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE upper(field)
    WHEN 'YEAR' THEN extract(year FROM ora.pg_timestamp(wall))
    WHEN 'MONTH' THEN extract(month FROM ora.pg_timestamp(wall))
    WHEN 'DAY' THEN extract(day FROM ora.pg_timestamp(wall))
    ELSE ora.no_such_field()
END;

CREATE FUNCTION ora.time_field(field text, wall numeric) RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE upper(field)
    WHEN 'HOUR' THEN extract(hour FROM ora.pg_timestamp(wall))
    WHEN 'MINUTE' THEN extract(minute FROM ora.pg_timestamp(wall))
    WHEN 'SECOND' THEN trim_scale(wall - floor(floor(wall) / 60) * 60)
    ELSE ora.date_field(field, wall)
END;

CREATE FUNCTION ora.extract_field(field text, moment ora."DATE") RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.date_field(field, moment::numeric);
COMMENT ON FUNCTION ora.extract_field(text, ora."DATE") IS
    'EXTRACT(field FROM value): a DATE has no time fields (ORA-30076), as in Oracle.';

CREATE FUNCTION ora.extract_field(field text, moment ora."TIMESTAMP") RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.time_field(field, moment::numeric);

CREATE FUNCTION ora.extract_field(field text, moment ora."TSLTZ") RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.time_field(field, ora.wall(moment));

-- The fields of a zoned value are those of its UTC instant (SQL Language Reference, EXTRACT).
CREATE FUNCTION ora.extract_field(field text, moment ora."TSTZ") RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE upper(field)
    WHEN 'TIMEZONE_HOUR' THEN div(ora.zone_offset((moment).u, (moment).z)::numeric, 3600)
    WHEN 'TIMEZONE_MINUTE' THEN div(ora.zone_offset((moment).u, (moment).z)::numeric, 60) % 60
    ELSE ora.time_field(field, (moment).u)
END;

CREATE FUNCTION ora.extract_text_field(field text, moment ora."TSTZ") RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE
    WHEN upper(field) = 'TIMEZONE_ABBR' THEN coalesce(
        ora.zone_abbreviation(
            ora.wall(moment), ora.zone_offset((moment).u, (moment).z), (moment).z), 'UNK')
    WHEN left((moment).z, 1) IN ('+', '-') THEN 'UNKNOWN'
    ELSE (moment).z
END;
COMMENT ON FUNCTION ora.extract_text_field(text, ora."TSTZ") IS
    'EXTRACT(TIMEZONE_REGION | TIMEZONE_ABBR FROM value).';

CREATE FUNCTION ora.extract_field(field text, span ora."INTERVALDS") RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE upper(field)
    WHEN 'DAY' THEN div(span::numeric, 86400)
    WHEN 'HOUR' THEN div(span::numeric, 3600) % 24
    WHEN 'MINUTE' THEN div(span::numeric, 60) % 60
    WHEN 'SECOND' THEN trim_scale(span::numeric % 60)
    ELSE ora.no_such_field()
END;

CREATE FUNCTION ora.extract_field(field text, span ora."INTERVALYM") RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE upper(field)
    WHEN 'YEAR' THEN (span::int8 / 12)::numeric
    WHEN 'MONTH' THEN (span::int8 % 12)::numeric
    ELSE ora.no_such_field()
END;


-- Calendars. Source: Globalization Support Guide, "Calendar Systems": the Thai Buddhist year is 543
-- ahead of the Gregorian one. The functions above know the Gregorian calendar alone, for speed; a
-- database of an instance with another one gets functions that look at the session's.
CREATE FUNCTION ora.years_ahead() RETURNS int
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE ora.setting('nls_calendar') WHEN 'THAI BUDDHA' THEN 543 ELSE 0 END;

CREATE FUNCTION ora.mask_in_calendar(mask text, year text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE ora.years_ahead() WHEN 0 THEN mask
    ELSE regexp_replace(
        mask, 'S?YYYY|RRRR', '"' || (year::int + ora.years_ahead())::text || '"', 'gi') END;

CREATE FUNCTION ora.use_calendars() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
    kind text;
    definition text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['ora."DATE"', 'ora."TIMESTAMP"', 'ora."TSTZ"', 'ora."TSLTZ"'] LOOP
        definition := pg_get_functiondef(format('"SYS".to_char(%s, text)', kind)::regprocedure);
        EXECUTE regexp_replace(definition, '"SYS"\.to_char\(', 'ora.gregorian_to_char(');
        EXECUTE format('CREATE OR REPLACE FUNCTION "SYS".to_char(moment %s, mask text) RETURNS text'
            ' LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN ora.gregorian_to_char(moment,'
            ' ora.mask_in_calendar(mask, ora.gregorian_to_char(moment, %L)))', kind, 'YYYY');
    END LOOP;
END
$$;
