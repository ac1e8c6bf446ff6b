-- Reading texts as times under a mask.
-- Source: SQL Language Reference, "Datetime Format Models", "String-to-Date Conversion Rules".

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.month_number(name text) RETURNS int
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN array_position(ARRAY['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT',
    'NOV', 'DEC', 'JANUARY', 'FEBRUARY', 'MARCH', 'APRIL', 'MAY', 'JUNE', 'JULY', 'AUGUST',
    'SEPTEMBER', 'OCTOBER', 'NOVEMBER', 'DECEMBER'], upper(name));

-- The digits that a mask element takes at most; NULL for an element that is no number.
CREATE FUNCTION ora.element_digits(element text) RETURNS int
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
    WHEN element IN ('YYYY', 'SYYYY', 'RRRR') THEN 4
    WHEN element = 'YYY' THEN 3
    WHEN element IN ('YY', 'RR', 'MM', 'DD', 'HH24', 'HH12', 'HH', 'MI', 'SS', 'TZM') THEN 2
    WHEN element IN ('Y', 'D') THEN 1
    WHEN element = 'DDD' THEN 3
    WHEN element = 'SSSSS' THEN 5
    WHEN element = 'J' THEN 7
END;

CREATE FUNCTION ora.check_range(
    amount int, lowest int, highest int, code int, message text) RETURNS int
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    IF amount < lowest OR amount > highest THEN
        PERFORM ora.raise_error(code, message);
    END IF;
    RETURN amount;
END
$$;

CREATE FUNCTION ora.check_input_elements(elements text[], kind text) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    element text;
    seen text[] := '{}';
    family text;
BEGIN
    FOREACH element IN ARRAY elements LOOP
        element := upper(element);
        IF element ~ '^[^[:alnum:]]' OR element IN ('FM', 'FX', 'X') THEN
            CONTINUE;
        ELSIF element IN ('WW', 'IW', 'W', 'Q', 'CC', 'SCC', 'IYYY', 'IYY', 'IY', 'I', 'TH', 'SP',
                          'SPTH', 'THSP', 'YEAR', 'SYEAR') THEN
            PERFORM ora.raise_error(1820, 'format code cannot appear in date input format');
        ELSIF ora.pg_element(element, false) IS NULL
            OR kind = 'date' AND element ~ '^(FF[1-9]?|TZ[HMRD])$'
            OR kind = 'timestamp' AND element ~ '^TZ[HMRD]$' THEN
            PERFORM ora.raise_error(1821, 'date format not recognized');
        END IF;
        family := CASE
            WHEN element IN ('YYYY', 'SYYYY', 'RRRR', 'RR', 'YYY', 'YY', 'Y', 'Y,YYY') THEN 'year'
            WHEN element IN ('MM', 'MON', 'MONTH', 'RM') THEN 'month'
            WHEN element IN ('HH', 'HH12', 'HH24') THEN 'hour'
            WHEN element IN ('AM', 'PM', 'A.M.', 'P.M.') THEN 'meridian'
            WHEN element LIKE 'FF%' THEN 'fraction'
            ELSE element END;
        IF family = ANY (seen) THEN
            PERFORM ora.raise_error(CASE family
                WHEN 'year' THEN 1812 WHEN 'month' THEN 1816 WHEN 'hour' THEN 1815
                WHEN 'meridian' THEN 1813 ELSE 1810 END,
                CASE family WHEN 'year' THEN 'year may only be specified once'
                WHEN 'month' THEN 'month may only be specified once'
                WHEN 'hour' THEN 'hour may only be specified once'
                WHEN 'meridian' THEN 'AM/PM may only be specified once'
                ELSE 'format code appears twice' END);
        END IF;
        seen := seen || family;
    END LOOP;
    IF 'meridian' = ANY (seen) AND 'HH24' = ANY (SELECT upper(e) FROM unnest(elements) AS e) THEN
        PERFORM ora.raise_error(1818, '''HH24'' precludes use of meridian indicator');
    END IF;
END
$$;

-- A year written with too few digits is completed from the current one; RR picks the century that
-- makes 50-99 of the last and 00-49 of this.
CREATE FUNCTION ora.full_year(digits text, element text) RETURNS int
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE
    WHEN element IN ('YYYY', 'SYYYY') OR length(digits) = 4 THEN digits::int
    WHEN element IN ('RR', 'RRRR') AND length(digits) <= 2 THEN
        digits::int + CASE WHEN digits::int < 50 THEN 2000 ELSE 1900 END
    WHEN element IN ('RR', 'RRRR') THEN digits::int
    ELSE extract(year FROM statement_timestamp())::int
        / (10 ^ length(element))::int * (10 ^ length(element))::int + digits::int
END;

CREATE TYPE ora.parsed_time AS (wall numeric, zone text);

CREATE TYPE ora.time_fields AS (
    year int, month int, day int, day_of_year int, julian int,
    hour int, minute int, second int, second_of_day int, fraction numeric,
    afternoon boolean, before_christ boolean, negative_offset boolean,
    zone_hour int, zone_minute int, region text
);

-- Reads a text element (a name or a meridian) at the start of `rest`; gives what it took.
CREATE FUNCTION ora.read_word(element text, rest text, INOUT fields ora.time_fields, OUT taken int)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    word text;
BEGIN
    CASE
        WHEN element IN ('MONTH', 'MON', 'MM') THEN
            word := substring(rest FROM
                '(?i)^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may'
                '|june?|july?|aug(?:ust)?|sep(?:tember)?'
                '|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)');
            IF word IS NULL THEN
                PERFORM ora.raise_error(1843, 'not a valid month');
            END IF;
            fields.month := (ora.month_number(word) - 1) % 12 + 1;
        WHEN element IN ('DAY', 'DY') THEN
            word := substring(rest FROM
                '(?i)^(?:mon(?:day)?|tue(?:sday)?|wed(?:nesday)?|thu(?:rsday)?|fri(?:day)?'
                '|sat(?:urday)?|sun(?:day)?)');
            IF word IS NULL THEN
                PERFORM ora.raise_error(1846, 'not a valid day of the week');
            END IF;
        WHEN element IN ('AM', 'PM', 'A.M.', 'P.M.') THEN
            word := substring(rest FROM '(?i)^[ap]\.?m\.?');
            IF word IS NULL THEN
                PERFORM ora.raise_error(1855, 'AM/A.M. or PM/P.M. required');
            END IF;
            fields.afternoon := upper(left(word, 1)) = 'P';
        WHEN element IN ('AD', 'BC', 'A.D.', 'B.C.') THEN
            word := substring(rest FROM '(?i)^(?:a\.?d\.?|b\.?c\.?)');
            IF word IS NULL THEN
                PERFORM ora.raise_error(1856, 'BC/B.C. or AD/A.D. required');
            END IF;
            fields.before_christ := upper(left(word, 1)) = 'B';
        WHEN element = 'RM' THEN
            word := substring(rest FROM '(?i)^[ivx]+');
            fields.month := array_position(ARRAY['I', 'II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII',
                'IX', 'X', 'XI', 'XII'], upper(word));
            IF fields.month IS NULL THEN
                PERFORM ora.raise_error(1843, 'not a valid month');
            END IF;
        WHEN element = 'TZR' THEN
            word := substring(rest FROM '^[+-]?[A-Za-z0-9_/:+-]+');
            fields.region := ora.zone_name(coalesce(word, ''));
        WHEN element = 'TZD' THEN
            word := coalesce(substring(rest FROM '^[A-Za-z]+'), '');
        WHEN element = 'TZH' THEN
            word := substring(rest FROM '^[+-]?\d{1,2}');
            IF word IS NULL THEN
                PERFORM ora.raise_error(
                    1858, 'a non-numeric character was found where a numeric was expected');
            END IF;
            fields.negative_offset := left(word, 1) = '-';
            fields.zone_hour := ora.check_range(
                abs(word::int), 0, 15, 1874, 'time zone hour must be between -15 and 15');
        WHEN element LIKE 'FF%' THEN
            word := substring(rest FROM '^\d{1,9}');
            IF element <> 'FF' THEN
                word := left(word, right(element, 1)::int);
            END IF;
            IF word IS NULL THEN
                PERFORM ora.raise_error(
                    1858, 'a non-numeric character was found where a numeric was expected');
            END IF;
            fields.fraction := ora.read_number('0.' || word);
        ELSE
            PERFORM ora.raise_error(1821, 'date format not recognized');
    END CASE;
    taken := length(word);
END
$$;

CREATE FUNCTION ora.store_number(element text, digits text, INOUT fields ora.time_fields)
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    amount int := digits::int;
BEGIN
    CASE
        WHEN element IN ('YYYY', 'SYYYY', 'RRRR', 'RR', 'YYY', 'YY', 'Y') THEN
            fields.year := ora.full_year(digits, element);
        WHEN element = 'MM' THEN
            fields.month := ora.check_range(amount, 1, 12, 1843, 'not a valid month');
        WHEN element = 'DD' THEN
            fields.day := ora.check_range(
                amount, 1, 31, 1847, 'day of month must be between 1 and last day of month');
        WHEN element = 'DDD' THEN
            fields.day_of_year := ora.check_range(amount, 1, 366, 1848,
                'day of year must be between 1 and 365 (366 for leap year)');
        WHEN element = 'HH24' THEN
            fields.hour := ora.check_range(amount, 0, 23, 1850, 'hour must be between 0 and 23');
        WHEN element IN ('HH', 'HH12') THEN
            fields.hour := ora.check_range(
                amount, 1, 12, 1849, 'hour must be between 1 and 12') % 12;
        WHEN element = 'MI' THEN
            fields.minute := ora.check_range(
                amount, 0, 59, 1851, 'minutes must be between 0 and 59');
        WHEN element = 'SS' THEN
            fields.second := ora.check_range(
                amount, 0, 59, 1852, 'seconds must be between 0 and 59');
        WHEN element = 'SSSSS' THEN
            fields.second_of_day := ora.check_range(
                amount, 0, 86399, 1853, 'seconds in day must be between 0 and 86399');
        WHEN element = 'J' THEN
            fields.julian := ora.check_range(
                amount, 1, 5373484, 1854, 'julian date must be between 1 and 5373484');
        WHEN element = 'TZM' THEN
            fields.zone_minute := ora.check_range(
                amount, 0, 59, 1875, 'time zone minute must be between -59 and 59');
        ELSE
            -- D, the day of the week: checked by nobody.
            fields.year := fields.year;
    END CASE;
END
$$;

CREATE FUNCTION ora.joined_time(fields ora.time_fields) RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    today timestamp := ora.pg_timestamp(ora.wall("SYS"."current_timestamp"()));
    year int := coalesce(
        fields.year - ora.years_ahead(), extract(year FROM today)::int);
    days numeric;
    time_of_day numeric;
BEGIN
    IF year NOT BETWEEN 1 AND 9999 THEN
        PERFORM ora.raise_error(1841, '(full) year must be between -4713 and +9999, and not be 0');
    END IF;
    IF fields.before_christ THEN
        year := -year;
    END IF;
    IF fields.julian IS NOT NULL THEN
        days := fields.julian - 2440588;
    ELSIF fields.day_of_year IS NOT NULL THEN
        days := make_date(year, 1, 1) - date '1970-01-01' + fields.day_of_year - 1;
        IF fields.day_of_year = 366 AND make_date(year, 12, 31) - make_date(year, 1, 1) = 364 THEN
            PERFORM ora.raise_error(
                1848, 'day of year must be between 1 and 365 (366 for leap year)');
        END IF;
    ELSE
        BEGIN
            days := make_date(
                year, coalesce(fields.month, extract(month FROM today)::int),
                coalesce(fields.day, 1))
                - date '1970-01-01';
        EXCEPTION WHEN datetime_field_overflow THEN
            PERFORM ora.raise_error(1839, 'date not valid for month specified');
        END;
    END IF;
    time_of_day := coalesce(fields.second_of_day,
        (coalesce(fields.hour, 0) + CASE WHEN fields.afternoon THEN 12 ELSE 0 END) * 3600
        + coalesce(fields.minute, 0) * 60 + coalesce(fields.second, 0));
    RETURN days * 86400 + time_of_day + coalesce(fields.fraction, 0);
END
$$;

-- The rest of an input is used up: elements of the time and the zone may be missing.
CREATE FUNCTION ora.may_be_missing(element text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN element ~ '^(HH|HH12|HH24|MI|SS|SSSSS|FF[1-9]?|AM|PM'
    '|A\.M\.|P\.M\.|TZ[HMRD]|AD|BC|A\.D\.|B\.C\.|X|[^[:alnum:]].*)$';

-- The masks of which nearly all texts are: year to day, to second, to its fraction or to the zone.
-- The pattern takes only what needs no further check; the rest is parsed element by element.
CREATE FUNCTION ora.plain_pattern(mask text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
    WHEN mask ~* '^S?YYYY-MM-DD(?:(?: |"T")HH24:MI:SS(?:[.X]FF[69]?)?(?: ?TZH:TZM)?)?$' THEN
        '^(\d{4})-((?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])'
        || '|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)'
        || CASE WHEN mask ~* 'HH24' THEN CASE WHEN mask LIKE '%"%' THEN 'T' ELSE ' ' END
            || '([01]\d|2[0-3]):([0-5]\d):([0-5]\d)' ELSE '()()()' END
        || CASE WHEN mask ~* 'FF' THEN
            '\.(\d{1,' || CASE WHEN mask ~* 'FF6' THEN '6' ELSE '9' END || '})' ELSE '()' END
        || CASE WHEN mask ~* 'TZH' THEN
            CASE WHEN mask ~* ' TZH' THEN ' ' ELSE '' END || '([+-](?:0\d|1[0-3]):[0-5]\d)'
            ELSE '()' END
        || '$'
END;

CREATE FUNCTION ora.plain_time(p text[]) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN p[1] <> '0000' THEN
    ((p[1] || '-' || p[2])::date - date '1970-01-01')::numeric * 86400
    + CASE WHEN p[3] = '' THEN 0 ELSE p[3]::int * 3600 + p[4]::int * 60 + p[5]::int END
    + CASE WHEN p[6] = '' THEN 0 ELSE ora.read_number('0.' || p[6]) END
END;

CREATE FUNCTION ora.parse_time(input text, mask text, kind text) RETURNS ora.parsed_time
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    elements text[];
    element text;
    rest text := btrim(input);
    width int;
    digits text;
    exact boolean := false;
    missing boolean := false;  -- the punctuation before the present element
    fields ora.time_fields;
    step record;
    result ora.parsed_time;
    plain text[];
BEGIN
    IF coalesce(ora.setting('nls_calendar'), 'GREGORIAN') = 'GREGORIAN' THEN
        plain := regexp_match(input, ora.plain_pattern(mask));
    END IF;
    result.wall := ora.plain_time(plain);
    IF result.wall IS NOT NULL AND (kind = 'zoned' OR mask !~* 'TZH')
        AND (kind <> 'date' OR mask !~* 'FF') THEN
        result.zone := nullif(plain[7], '');
        RETURN result;
    END IF;
    elements := ora.mask_elements(mask);
    PERFORM ora.check_input_elements(elements, kind);
    FOREACH element IN ARRAY elements LOOP
        IF left(element, 1) <> '"' THEN
            element := upper(element);
        END IF;
        width := ora.element_digits(element);
        IF element = 'FX' THEN
            exact := NOT exact;
        ELSIF element = 'FM' THEN
            CONTINUE;
        ELSIF rest = '' THEN
            IF NOT ora.may_be_missing(element) THEN
                PERFORM ora.raise_error(1840, 'input value not long enough for date format');
            END IF;
        ELSIF left(element, 1) = '"' THEN
            IF left(rest, length(element) - 2) <> btrim(element, '"') THEN
                PERFORM ora.raise_error(1861, 'literal does not match format string');
            END IF;
            rest := substr(rest, length(element) - 1);
        ELSIF element = 'X' OR element ~ '^[^[:alnum:]]' THEN
            IF exact AND element <> 'X' AND NOT starts_with(rest, element) THEN
                PERFORM ora.raise_error(1861, 'literal does not match format string');
            END IF;
            IF rest ~ '^[^[:alnum:]]' AND NOT (rest ~ '^[+-]' AND element = ' ') THEN
                rest := CASE WHEN element = ' ' THEN ltrim(substr(rest, 2))
                    ELSE substr(rest, 2) END;
            ELSIF rest ~ '^[[:alpha:]]' OR exact THEN
                PERFORM ora.raise_error(1861, 'literal does not match format string');
            ELSE
                missing := true;
                CONTINUE;
            END IF;
        ELSIF missing AND element IN ('MON', 'MONTH', 'DY', 'DAY') AND rest ~ '^\d' THEN
            -- Numbers may follow each other without punctuation, words may not.
            PERFORM ora.raise_error(1861, 'literal does not match format string');
        ELSIF width IS NULL OR (element = 'MM' AND rest ~ '^[[:alpha:]]') THEN
            step := ora.read_word(element, rest, fields);
            fields := step.fields;
            rest := substr(rest, step.taken + 1);
        ELSE
            IF element IN ('SYYYY', 'YYYY') AND rest ~ '^[+-]\d' THEN
                fields.before_christ := left(rest, 1) = '-';
                rest := substr(rest, 2);
            END IF;
            IF element IN ('YY', 'RR') AND rest ~ '^\d{4}' AND NOT exact
                AND element = upper(elements[array_length(elements, 1)]) THEN
                width := 4;
            END IF;
            digits := substring(rest FROM '^\d{1,' || width || '}');
            IF digits IS NULL THEN
                PERFORM ora.raise_error(
                    1858, 'a non-numeric character was found where a numeric was expected');
            ELSIF exact AND length(digits) < width THEN
                PERFORM ora.raise_error(
                    1862, 'the numeric value does not match the length of the format item');
            END IF;
            fields := ora.store_number(element, digits, fields);
            rest := substr(rest, length(digits) + 1);
        END IF;
        missing := false;
    END LOOP;
    IF rest <> '' THEN
        PERFORM ora.raise_error(
            1830, 'date format picture ends before converting entire input string');
    END IF;
    result.wall := ora.joined_time(fields);
    result.zone := coalesce(fields.region, CASE WHEN fields.zone_hour IS NOT NULL THEN
        CASE WHEN fields.negative_offset THEN '-' ELSE '+' END
        || lpad(fields.zone_hour::text, 2, '0') || ':'
        || lpad(coalesce(fields.zone_minute, 0)::text, 2, '0')
        END);
    RETURN result;
END
$$;
COMMENT ON FUNCTION ora.parse_time(text, text, text) IS
    'The wall clock (and zone, if written) that a text stands for under a mask.';
