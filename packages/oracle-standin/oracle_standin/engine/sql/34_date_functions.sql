-- Functions of dates: TRUNC, ROUND, ADD_MONTHS, MONTHS_BETWEEN, LAST_DAY, NEXT_DAY.
-- Source: SQL Language Reference, "Datetime Functions" and "ROUND and TRUNC Date Functions".

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.date_unit(unit text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    word text := upper(btrim(unit));
BEGIN
    CASE
        WHEN word IN ('DDD', 'DD', 'J') THEN RETURN 'day';
        WHEN word IN ('MONTH', 'MON', 'MM', 'RM') THEN RETURN 'month';
        WHEN word IN ('SYYYY', 'YYYY', 'YEAR', 'SYEAR', 'YYY', 'YY', 'Y') THEN RETURN 'year';
        WHEN word = 'Q' THEN RETURN 'quarter';
        WHEN word IN ('HH', 'HH12', 'HH24') THEN RETURN 'hour';
        WHEN word = 'MI' THEN RETURN 'minute';
        WHEN word = 'IW' THEN RETURN 'isoweek';
        WHEN word IN ('DAY', 'DY', 'D') THEN RETURN 'week';
        WHEN word = 'WW' THEN RETURN 'yearweek';
        WHEN word = 'W' THEN RETURN 'monthweek';
        WHEN word IN ('IYYY', 'IYY', 'IY', 'I') THEN RETURN 'isoyear';
        WHEN word IN ('CC', 'SCC') THEN RETURN 'century';
        WHEN word IN ('SS', 'SSSSS') OR word LIKE 'FF%' THEN
            PERFORM ora.raise_error(1899, 'bad precision specifier');
        ELSE
            PERFORM ora.raise_error(1898, 'too many precision specifiers');
    END CASE;
END
$$;

CREATE FUNCTION ora.truncated_moment(moment timestamp, unit text) RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    midnight timestamp := date_trunc('day', moment);
BEGIN
    CASE unit
        WHEN 'isoweek' THEN RETURN date_trunc('week', moment);
        WHEN 'week' THEN RETURN midnight - make_interval(days => extract(dow FROM moment)::int);
        WHEN 'yearweek' THEN
            RETURN midnight - make_interval(days => (extract(doy FROM moment)::int - 1) % 7);
        WHEN 'monthweek' THEN
            RETURN midnight - make_interval(days => (extract(day FROM moment)::int - 1) % 7);
        WHEN 'isoyear' THEN
            RETURN date_trunc(
                'week', make_timestamp(extract(isoyear FROM moment)::int, 1, 4, 0, 0, 0));
        ELSE RETURN date_trunc(unit, moment);
    END CASE;
END
$$;

CREATE FUNCTION ora.rounded_moment(moment timestamp, unit text) RETURNS timestamp
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    -- Half of a year is 1 July, of a month the 16th, of a quarter the 16th of its second month.
    RETURN ora.truncated_moment(CASE unit
        WHEN 'century' THEN moment + interval '50 years'
        WHEN 'year' THEN moment + interval '6 months'
        WHEN 'isoyear' THEN moment + interval '6 months'
        WHEN 'quarter' THEN date_trunc('month', moment) + interval '1 month'
            + CASE WHEN extract(day FROM moment) >= 16 THEN interval '1 month' ELSE interval '0' END
        WHEN 'month' THEN date_trunc('month', moment)
            + CASE WHEN extract(day FROM moment) >= 16 THEN interval '1 month' ELSE interval '0' END
        WHEN 'day' THEN moment + interval '12 hours'
        WHEN 'hour' THEN moment + interval '30 minutes'
        WHEN 'minute' THEN moment + interval '30 seconds'
        WHEN 'isoweek' THEN moment + interval '84 hours'
        WHEN 'week' THEN moment + interval '84 hours'
        ELSE CASE WHEN moment - ora.truncated_moment(moment, unit) >= interval '84 hours'
            THEN ora.truncated_moment(moment, unit) + interval '7 days' ELSE moment END
    END, unit);
END
$$;

CREATE FUNCTION "SYS".trunc(moment ora."DATE") RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (ora.day_number(moment::numeric) * 86400)::ora."DATE";

CREATE FUNCTION "SYS".trunc(moment ora."DATE", unit text) RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ora.seconds(
    ora.truncated_moment(ora.pg_timestamp(moment::numeric), ora.date_unit(unit))))::ora."DATE";

CREATE FUNCTION "SYS".round(moment ora."DATE") RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (ora.day_number(moment::numeric + 43200) * 86400)::ora."DATE";

CREATE FUNCTION "SYS".round(moment ora."DATE", unit text) RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ora.seconds(
    ora.rounded_moment(ora.pg_timestamp(moment::numeric), ora.date_unit(unit))))::ora."DATE";

-- The last day of a month stays the last day.
CREATE FUNCTION ora.months_later(moment timestamp, months int) RETURNS timestamp
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN extract(month FROM moment + interval '1 day') <> extract(month FROM moment) THEN
        date_trunc('month', moment) + make_interval(months => months + 1) - interval '1 day'
            + (moment - date_trunc('day', moment))
    ELSE moment + make_interval(months => months)
END;

CREATE FUNCTION "SYS".add_months(moment ora."DATE", months numeric) RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ora.checked_wall(
    ora.seconds(
        ora.months_later(ora.pg_timestamp(moment::numeric), trunc(months)::int)))::ora."DATE";

CREATE FUNCTION ora.is_month_end(moment timestamp) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN extract(day FROM moment + interval '1 day') = 1;

CREATE FUNCTION ora.months_apart(later timestamp, earlier timestamp) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (extract(year FROM later) - extract(year FROM earlier)) * 12
    + extract(month FROM later) - extract(month FROM earlier)
    + CASE
        WHEN extract(day FROM later) = extract(day FROM earlier)
            OR ora.is_month_end(later) AND ora.is_month_end(earlier) THEN 0
        -- a month counts 31 days
        ELSE round(extract(epoch FROM (later - date_trunc('month', later))
            - (earlier - date_trunc('month', earlier))), 45) / 2678400
    END;

CREATE FUNCTION "SYS".months_between(later ora."DATE", earlier ora."DATE") RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ora.digits_40(
    ora.months_apart(ora.pg_timestamp(later::numeric), ora.pg_timestamp(earlier::numeric)));

CREATE FUNCTION "SYS".last_day(moment ora."DATE") RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (ora.seconds(
        date_trunc('month', ora.pg_timestamp(moment::numeric)) + interval '1 month -1 day')
    + moment::numeric - ora.day_number(moment::numeric) * 86400)::ora."DATE";

CREATE FUNCTION ora.weekday_number(day text) RETURNS int
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    word text := upper(btrim(day));
    found_day int;
BEGIN
    IF word ~ '^(SUN|MON|TUE|WED|THU|FRI|SAT)' THEN
        found_day := array_position(
            ARRAY['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'], left(word, 3)) - 1;
    ELSIF word ~ '^[1-7]$' THEN
        found_day := word::int - 1;
    ELSE
        PERFORM ora.raise_error(1846, 'not a valid day of the week');
    END IF;
    RETURN found_day;
END
$$;

CREATE FUNCTION "SYS".next_day(moment ora."DATE", day text) RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
-- 1970-01-01 was a Thursday, day 4
RETURN (moment::numeric + 86400 * (1 + (ora.weekday_number(day)
    - ((ora.day_number(moment::numeric) + 4) % 7 + 7) % 7 + 13) % 7))::ora."DATE";

CREATE FUNCTION "SYS".next_day(moment ora."DATE", day numeric) RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN "SYS".next_day(moment, day::text);

-- The same for every type that Oracle turns into a DATE first.
CREATE FUNCTION ora.as_date(moment ora."TIMESTAMP") RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN floor(moment::numeric)::ora."DATE";
CREATE FUNCTION ora.as_date(moment ora."TSTZ") RETURNS ora."DATE"
LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN floor(ora.wall(moment))::ora."DATE";
CREATE FUNCTION ora.as_date(moment ora."TSLTZ") RETURNS ora."DATE"
LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN floor(ora.wall(moment))::ora."DATE";
CREATE FUNCTION ora.as_date(moment text) RETURNS ora."DATE"
LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN "SYS".to_date(moment);
CREATE FUNCTION ora.as_date(moment ora."DATE") RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN moment;

DO $$
DECLARE
    kind text;
    other text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['ora."TIMESTAMP"', 'ora."TSTZ"', 'ora."TSLTZ"', 'text'] LOOP
        EXECUTE format('CREATE FUNCTION "SYS".add_months(moment %s, months numeric)
            RETURNS ora."DATE" LANGUAGE sql STABLE PARALLEL SAFE
            RETURN "SYS".add_months(ora.as_date(moment), months)', kind);
        EXECUTE format('CREATE FUNCTION "SYS".last_day(moment %s) RETURNS ora."DATE"
            LANGUAGE sql STABLE PARALLEL SAFE
            RETURN "SYS".last_day(ora.as_date(moment))', kind);
        EXECUTE format('CREATE FUNCTION "SYS".next_day(moment %s, day text) RETURNS ora."DATE"
            LANGUAGE sql STABLE PARALLEL SAFE
            RETURN "SYS".next_day(ora.as_date(moment), day)', kind);
        FOREACH other IN ARRAY ARRAY[
            'ora."DATE"', 'ora."TIMESTAMP"', 'ora."TSTZ"', 'ora."TSLTZ"', 'text'] LOOP
            EXECUTE format('CREATE FUNCTION "SYS".months_between(later %s, earlier %s)
                RETURNS numeric LANGUAGE sql STABLE PARALLEL SAFE
                RETURN "SYS".months_between(ora.as_date(later), ora.as_date(earlier))',
                kind, other);
        END LOOP;
        EXECUTE format('CREATE FUNCTION "SYS".months_between(later ora."DATE", earlier %s)
            RETURNS numeric LANGUAGE sql STABLE PARALLEL SAFE
            RETURN "SYS".months_between(later, ora.as_date(earlier))', kind);
        IF kind <> 'text' THEN
            EXECUTE format('CREATE FUNCTION "SYS".trunc(moment %s) RETURNS ora."DATE"
                LANGUAGE sql STABLE PARALLEL SAFE
                RETURN "SYS".trunc(ora.as_date(moment))', kind);
            EXECUTE format('CREATE FUNCTION "SYS".trunc(moment %s, unit text) RETURNS ora."DATE"
                LANGUAGE sql STABLE PARALLEL SAFE
                RETURN "SYS".trunc(ora.as_date(moment), unit)', kind);
            EXECUTE format('CREATE FUNCTION "SYS".round(moment %s) RETURNS ora."DATE"
                LANGUAGE sql STABLE PARALLEL SAFE
                RETURN "SYS".round(ora.as_date(moment))', kind);
            EXECUTE format('CREATE FUNCTION "SYS".round(moment %s, unit text) RETURNS ora."DATE"
                LANGUAGE sql STABLE PARALLEL SAFE
                RETURN "SYS".round(ora.as_date(moment), unit)', kind);
        END IF;
    END LOOP;
END
$$;

CREATE FUNCTION "SYS".trunc(amount text) RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN trunc("SYS".to_number(amount));
CREATE FUNCTION "SYS".round(amount text) RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN round("SYS".to_number(amount));
