-- Intervals from texts and numbers.
-- Source: SQL Language Reference, TO_DSINTERVAL, TO_YMINTERVAL, NUMTODSINTERVAL.

SET LOCAL search_path = pg_catalog, ora;

-- Intervals from text: SQL format ('1 02:03:04.5', '1-2') or ISO 8601 duration ('P1DT2H').

CREATE FUNCTION "SYS".to_dsinterval(input text) RETURNS ora."INTERVALDS"
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    p text[];
    seconds numeric;
BEGIN
    p := regexp_match(
        input, '^\s*([+-]?)(\d{1,9})\s+(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9}))?\s*$');
    IF p IS NOT NULL THEN
        IF p[3]::int > 23 THEN
            PERFORM ora.raise_error(1850, 'hour must be between 0 and 23');
        ELSIF p[4]::int > 59 THEN
            PERFORM ora.raise_error(1851, 'minutes must be between 0 and 59');
        ELSIF p[5]::int > 59 THEN
            PERFORM ora.raise_error(1852, 'seconds must be between 0 and 59');
        END IF;
        seconds := ora.read_number(p[2]) * 86400 + p[3]::int * 3600 + p[4]::int * 60 + p[5]::int
            + ora.read_number('0.' || coalesce(p[6], '0'));
    ELSE
        p := regexp_match(input,
            '^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d{1,9}))?S)?)?$');
        IF p IS NULL OR input ~ '(P|T)$' THEN
            PERFORM ora.raise_error(1867, 'the interval is invalid');
        END IF;
        seconds := ora.read_number(coalesce(p[2], '0')) * 86400
            + ora.read_number(coalesce(p[3], '0')) * 3600
            + ora.read_number(coalesce(p[4], '0')) * 60 + ora.read_number(coalesce(p[5], '0'))
            + ora.read_number('0.' || coalesce(p[6], '0'));
    END IF;
    RETURN (CASE p[1] WHEN '-' THEN -seconds ELSE seconds END)::ora."INTERVALDS";
END
$$;

CREATE FUNCTION "SYS".to_yminterval(input text) RETURNS ora."INTERVALYM"
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    p text[];
    months int8;
BEGIN
    p := regexp_match(input, '^\s*([+-]?)(\d{1,9})-(\d{1,2})\s*$');
    IF p IS NULL THEN
        p := regexp_match(input, '^(-?)P(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:\d+D)?(?:T.*)?$');
    ELSIF p[3]::int > 11 THEN
        PERFORM ora.raise_error(1843, 'not a valid month');
    END IF;
    IF p IS NULL THEN
        PERFORM ora.raise_error(1867, 'the interval is invalid');
    END IF;
    months := coalesce(p[2], '0')::int8 * 12 + coalesce(p[3], '0')::int8;
    RETURN (CASE p[1] WHEN '-' THEN -months ELSE months END)::ora."INTERVALYM";
END
$$;

CREATE FUNCTION "SYS".numtodsinterval(amount numeric, unit text) RETURNS ora."INTERVALDS"
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    factor int := CASE upper(btrim(unit)) WHEN 'DAY' THEN 86400 WHEN 'HOUR' THEN 3600
        WHEN 'MINUTE' THEN 60 WHEN 'SECOND' THEN 1 END;
BEGIN
    IF factor IS NULL THEN
        PERFORM ora.raise_error(1760, 'illegal argument for function');
    END IF;
    RETURN round(amount * factor, 9)::ora."INTERVALDS";
END
$$;

CREATE FUNCTION "SYS".numtoyminterval(amount numeric, unit text) RETURNS ora."INTERVALYM"
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    factor int := CASE upper(btrim(unit)) WHEN 'YEAR' THEN 12 WHEN 'MONTH' THEN 1 END;
BEGIN
    IF factor IS NULL THEN
        PERFORM ora.raise_error(1760, 'illegal argument for function');
    END IF;
    RETURN round(amount * factor)::int8::ora."INTERVALYM";
END
$$;
