-- Numbers from text: TO_NUMBER, TO_BINARY_DOUBLE, TO_BINARY_FLOAT.
-- Source: SQL Language Reference, "Number Format Models".

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.invalid_number() RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    PERFORM ora.raise_error(1722, 'invalid number');
    RETURN NULL;
END
$$;

CREATE FUNCTION ora.plain_number(input text) RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN input IS NULL THEN NULL::numeric
    WHEN input ~ '^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*$' THEN
        ora.read_number(btrim(input, E' \t\r\n'))
    ELSE ora.invalid_number() END;

CREATE FUNCTION "SYS".to_number(input text) RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE
RETURN ora.plain_number(
    CASE WHEN left(coalesce(ora.setting('nls_numeric_characters'), '.'), 1) = '.' THEN input
    ELSE translate(input, left(ora.setting('nls_numeric_characters'), 1) || '.', '.?') END);

CREATE FUNCTION "SYS".to_number(input numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN input;

CREATE FUNCTION "SYS".to_number(input float8) RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN "SYS".to_number(input::text);

CREATE FUNCTION ora.unmasked_number(input text, mask text, nls text) RETURNS numeric
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    model text := regexp_replace(upper(mask), '^FM', '');
    marks text := ora.numeric_characters(nls);
    written text := btrim(input);
    p text[];
    parts text[];
    negative boolean;
BEGIN
    IF model ~ '^0*X+$' THEN
        IF written !~ '^[0-9A-Fa-f]+$' OR length(written) > length(model) THEN
            RETURN ora.invalid_number();
        END IF;
        RETURN ora.from_hexadecimal(written);
    ELSIF model IN ('TM', 'TM9', 'TME') THEN
        RETURN "SYS".to_number(input);
    END IF;
    p := regexp_match(model, '^(S)?[$LCUB]*([09,G$B]*)([.D][09]*)?(EEEE)?(S|MI|PR)?[LCU]?$');
    IF p IS NULL THEN
        PERFORM ora.raise_error(1481, 'invalid number format model');
    END IF;
    written := replace(replace(written, ora.currency(nls), ''), '$', '');
    negative := written ~ '^-|-$|^<.*>$';
    written := btrim(regexp_replace(written, '^[-+<]|[-+>]$', '', 'g'));
    written := replace(translate(written, substr(marks, 2, 1), ''), left(marks, 1), '.');
    parts := regexp_match(written, '^(\d*)(?:\.(\d*))?([eE][+-]?\d{1,3})?$');
    IF parts IS NULL OR written !~ '\d' OR (parts[3] IS NOT NULL) <> (p[4] IS NOT NULL)
        OR length(ltrim(parts[1], '0')) > length(translate(p[2], ',G$B', ''))
        OR length(coalesce(parts[2], '')) > greatest(length(coalesce(p[3], '')) - 1, 0) THEN
        RETURN ora.invalid_number();
    END IF;
    RETURN CASE WHEN negative THEN -ora.read_number(written) ELSE ora.read_number(written) END;
END
$$;

CREATE FUNCTION ora.from_hexadecimal(digits text) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    digit text;
    result numeric := 0;
BEGIN
    FOREACH digit IN ARRAY regexp_split_to_array(upper(digits), '') LOOP
        result := result * 16 + strpos('0123456789ABCDEF', digit) - 1;
    END LOOP;
    RETURN result;
END
$$;

CREATE FUNCTION "SYS".to_number(input text, mask text) RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.unmasked_number(input, mask, NULL);

CREATE FUNCTION "SYS".to_number(input text, mask text, nls text) RETURNS numeric
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.unmasked_number(input, mask, nls);

CREATE FUNCTION ora.binary_text(input text) RETURNS float8
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    IF lower(btrim(input)) IN ('nan', '+nan', '-nan') THEN
        RETURN 'NaN'::float8;
    ELSIF lower(btrim(input)) IN ('inf', '+inf', 'infinity', '+infinity') THEN
        RETURN 'Infinity'::float8;
    ELSIF lower(btrim(input)) IN ('-inf', '-infinity') THEN
        RETURN '-Infinity'::float8;
    END IF;
    RETURN "SYS".to_number(regexp_replace(input, '[fFdD]\s*$', ''))::float8;
END
$$;

CREATE FUNCTION "SYS".to_binary_double(input text) RETURNS float8
LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN ora.binary_text(input);
CREATE FUNCTION "SYS".to_binary_double(input numeric) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN input::float8;
CREATE FUNCTION "SYS".to_binary_double(input float8) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN input;
CREATE FUNCTION "SYS".to_binary_float(input text) RETURNS float4
LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN ora.binary_text(input)::float4;
CREATE FUNCTION "SYS".to_binary_float(input numeric) RETURNS float4
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN input::float4;
CREATE FUNCTION "SYS".to_binary_float(input float8) RETURNS float4
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN input::float4;

CREATE FUNCTION "SYS".nanvl(amount float8, instead float8) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN amount = 'NaN'::float8 THEN instead ELSE amount END;
