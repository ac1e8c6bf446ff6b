-- Numbers as text.
-- Source: SQL Language Reference, "Number Format Models".

SET LOCAL search_path = pg_catalog, ora;

-- The decimal and the group character: of the NLS argument, else of the session.
CREATE FUNCTION ora.numeric_characters(nls text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    parts text[];
BEGIN
    IF nls IS NULL THEN
        RETURN coalesce(ora.setting('nls_numeric_characters'), '.,');
    END IF;
    IF nls !~*
        '^\s*(NLS_(NUMERIC_CHARACTERS|CURRENCY|ISO_CURRENCY|DUAL_CURRENCY)'
        '\s*=\s*(''[^'']*''|[^\s'']+)\s*)*$' THEN
        PERFORM ora.raise_error(12702, 'invalid NLS parameter string used in SQL function');
    END IF;
    parts := regexp_match(nls, 'NLS_NUMERIC_CHARACTERS\s*=\s*''?([^''\s].)''?', 'i');
    RETURN coalesce(parts[1], ora.setting('nls_numeric_characters'), '.,');
END
$$;

CREATE FUNCTION ora.currency(nls text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce((regexp_match(nls, 'NLS_CURRENCY\s*=\s*''?([^'']*)''?', 'i'))[1],
    ora.setting('nls_currency'), '$');

-- d.dddE+NN in at most `width` characters
CREATE FUNCTION ora.scientific_text(amount numeric, width int) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    exponent int := floor(log(abs(amount)))::int;
    tail text;
    mantissa text;
BEGIN
    -- log() may be one off beside a power of ten
    IF abs(amount) < ora.ten_to(exponent) THEN
        exponent := exponent - 1;
    ELSIF abs(amount) >= ora.ten_to(exponent + 1) THEN
        exponent := exponent + 1;
    END IF;
    tail := 'E' || CASE WHEN exponent < 0 THEN '-' ELSE '+' END || lpad(abs(exponent)::text,
        CASE WHEN abs(exponent) > 99 THEN 3 ELSE 2 END, '0');
    mantissa := trim_scale(round(amount * ora.ten_to(-exponent),
        width - length(tail) - 2 - CASE WHEN amount < 0 THEN 1 ELSE 0 END))::text;
    RETURN mantissa || tail;
END
$$;

CREATE FUNCTION ora.short_number_text(plain text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN left(plain, 2) = '0.' THEN substr(plain, 2)
    WHEN left(plain, 3) = '-0.' THEN '-' || substr(plain, 3) ELSE plain END;

CREATE FUNCTION ora.number_text(amount numeric, width int) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
    WHEN length(trim_scale(amount)::text) <= width
        OR length(ora.short_number_text(trim_scale(amount)::text)) <= width THEN
        ora.short_number_text(trim_scale(amount)::text)
    WHEN abs(amount) < ora.ten_to(width) AND abs(amount) >= 0.00001 THEN
        ora.short_number_text(trim_scale(round(amount, greatest(0, width - 1
            - length(trunc(amount)::text) + CASE WHEN abs(amount) < 1 THEN 1 ELSE 0 END)))::text)
    ELSE ora.scientific_text(amount, width)
END;
COMMENT ON FUNCTION ora.number_text(numeric, int) IS
    'A number without leading zero, in scientific notation where it does not fit the width.';

CREATE FUNCTION "SYS".to_char(amount numeric) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE WHEN left(coalesce(ora.setting('nls_numeric_characters'), '.'), 1) = '.' THEN
    ora.number_text(amount, 40)
ELSE replace(ora.number_text(amount, 40), '.', left(ora.setting('nls_numeric_characters'), 1)) END;

CREATE FUNCTION "SYS".to_char(amount int8) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN amount::text;

CREATE FUNCTION "SYS".to_char(amount int4) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN amount::text;

-- 9 digits of a BINARY_FLOAT, 17 of a BINARY_DOUBLE: 1.5E+000
CREATE FUNCTION ora.float_text(amount float8, digits int) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    parts text[];
BEGIN
    IF amount = 'NaN' THEN
        RETURN 'Nan';
    ELSIF amount = 'Infinity' THEN
        RETURN 'Inf';
    ELSIF amount = '-Infinity' THEN
        RETURN '-Inf';
    ELSIF amount = 0 THEN
        RETURN '0';
    END IF;
    parts := regexp_match(
        ora.exact_scientific(amount, digits), '^(-?)(\d)\.?(\d*?)0*e([+-])(\d+)$');
    RETURN parts[1] || parts[2] || '.' || CASE parts[3] WHEN '' THEN '0' ELSE parts[3] END
        || 'E' || parts[4] || lpad(parts[5], 3, '0');
END
$$;

-- A float's decimal expansion to a number of digits, from the bits: casts to numeric keep only 15.
CREATE FUNCTION ora.exact_scientific(amount float8, digits int) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    exact numeric := ora.exact_numeric(amount);
    exponent int := floor(log(abs(exact)))::int;
    mantissa numeric;
BEGIN
    IF abs(exact) >= ora.ten_to(exponent + 1) THEN
        exponent := exponent + 1;
    ELSIF abs(exact) < ora.ten_to(exponent) THEN
        exponent := exponent - 1;
    END IF;
    mantissa := round(exact * ora.ten_to(-exponent), digits - 1);
    IF abs(mantissa) >= 10 THEN
        mantissa := round(mantissa / 10, digits - 1);
        exponent := exponent + 1;
    END IF;
    RETURN mantissa::text || 'e' || CASE WHEN exponent < 0 THEN '-' ELSE '+' END || abs(exponent);
END
$$;

CREATE FUNCTION ora.exact_numeric(amount float8) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    bits bigint := ('x' || encode(float8send(amount), 'hex'))::bit(64)::bigint;
    power int := ((bits >> 52) & 2047)::int;
    fraction numeric := bits & 4503599627370495;
BEGIN
    IF power = 0 THEN
        power := 1;
    ELSE
        fraction := fraction + 4503599627370496;
    END IF;
    power := power - 1075;
    IF power >= 0 THEN
        fraction := fraction * (2::numeric ^ power);
    ELSE
        -- 5^n / 10^n is 1 / 2^n without rounding
        fraction := fraction * (5::numeric ^ (-power)) * ora.ten_to(power);
    END IF;
    RETURN CASE WHEN bits < 0 THEN -trim_scale(fraction) ELSE trim_scale(fraction) END;
END
$$;

CREATE FUNCTION "SYS".to_char(amount float8) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.float_text(amount, 17);

CREATE FUNCTION "SYS".to_char(amount float4) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.float_text(amount::float8, 9);

-- Masks

CREATE FUNCTION ora.hexadecimal(amount numeric, model text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    parts text[] := regexp_match(model, '^(FM)?(0*)(X+)$', 'i');
    width int := length(parts[2]) + length(parts[3]);
    digits text := '';
    rest numeric := round(amount);
BEGIN
    IF rest < 0 THEN
        RETURN repeat('#', width + 1);
    END IF;
    LOOP
        digits := substr('0123456789ABCDEF', (rest % 16)::int + 1, 1) || digits;
        rest := div(rest, 16);
        EXIT WHEN rest = 0;
    END LOOP;
    IF length(digits) > width THEN
        RETURN repeat('#', width + 1);
    END IF;
    IF parts[2] <> '' THEN
        digits := lpad(digits, width, '0');
    END IF;
    IF parts[3] = lower(parts[3]) THEN
        digits := lower(digits);
    END IF;
    RETURN CASE WHEN parts[1] IS NULL THEN lpad(digits, width + 1) ELSE digits END;
END
$$;

-- The digits of the integer part laid over its positions: blanks before the first digit, `0`
-- positions from the first of them on, commas between digits.
CREATE FUNCTION ora.laid_out_integer(digits text, positions text, separator text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    slots int := length(translate(positions, ',G', ''));
    first_zero int := 0;
    seen int := 0;
    slot text;
    result text := '';
    started boolean := false;
BEGIN
    digits := lpad(digits, slots, ' ');
    FOREACH slot IN ARRAY regexp_split_to_array(positions, '') LOOP
        IF slot IN (',', 'G') THEN
            result := result || CASE WHEN started THEN separator ELSE ' ' END;
        ELSE
            seen := seen + 1;
            IF slot = '0' THEN
                first_zero := 1;
            END IF;
            IF substr(digits, seen, 1) <> ' ' THEN
                started := true;
                result := result || substr(digits, seen, 1);
            ELSIF first_zero = 1 THEN
                started := true;
                result := result || '0';
            ELSE
                result := result || ' ';
            END IF;
        END IF;
    END LOOP;
    RETURN result;
END
$$;

CREATE FUNCTION ora.masked_number(amount numeric, mask text, nls text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    model text := upper(mask);
    marks text := ora.numeric_characters(nls);
    p text[];
    sign_mark text;
    integer_mask text;
    fraction_mask text;
    width int;
    rounded numeric;
    digits text;
    body text;
    currency text := '';
    negative boolean;
BEGIN
    IF model ~ '^(FM)?0*X+$' THEN
        RETURN ora.hexadecimal(amount, mask);
    ELSIF model ~ '^(FM)?TM9?$' THEN
        RETURN replace(ora.number_text(amount, 64), '.', left(marks, 1));
    ELSIF model ~ '^(FM)?TME$' THEN
        RETURN CASE amount WHEN 0 THEN '0E+00' ELSE ora.scientific_text(amount, 64) END;
    ELSIF model ~ '^(FM)?RN$' THEN
        RETURN to_char(amount, CASE WHEN mask = lower(mask) THEN lower(model) ELSE model END);
    END IF;
    --         1    2   3        4         5            6       7       8
    p := regexp_match(
        model, '^(FM)?(S)?([$LCUB]*)([09,G$B]*)([.D][09]*)?(V[09]+)?(EEEE)?(S|MI|PR)?([LCU]?)$');
    IF p IS NULL OR p[2] = 'S' AND p[8] IS NOT NULL
        OR p[4] || coalesce(p[5], '') || coalesce(p[6], '') !~ '[09]' THEN
        PERFORM ora.raise_error(1481, 'invalid number format model');
    END IF;
    sign_mark := coalesce(p[2], '') || coalesce(p[8], '');
    integer_mask := translate(p[4], '$B', '') || coalesce(substr(p[6], 2), '');
    fraction_mask := coalesce(substr(p[5], 2), '');
    IF p[3] || p[4] LIKE '%$%' THEN
        currency := '$';
    ELSIF p[3] || p[9] ~ '[LU]' THEN
        currency := ora.currency(nls);
    ELSIF p[3] || p[9] LIKE '%C%' THEN
        currency := 'USD';
    END IF;
    IF p[7] IS NOT NULL THEN
        RETURN ora.masked_scientific(
            amount, length(fraction_mask), sign_mark, p[1] IS NOT NULL, marks);
    END IF;
    rounded := round(
        amount * ora.ten_to(greatest(coalesce(length(p[6]), 1) - 1, 0)), length(fraction_mask));
    negative := rounded < 0;
    digits := trunc(abs(rounded))::text;
    IF digits = '0' AND (fraction_mask <> '' OR rounded = 0 AND p[3] || p[4] LIKE '%B%') THEN
        digits := '';
    END IF;
    width := length(integer_mask) + length(currency)
        + CASE WHEN p[5] IS NULL THEN 0 ELSE 1 + length(fraction_mask) END
        + CASE sign_mark WHEN 'PR' THEN 2 ELSE 1 END;
    IF length(digits) > length(translate(integer_mask, ',G', '')) THEN
        RETURN repeat('#', width);
    END IF;
    body := ora.laid_out_integer(digits, integer_mask, substr(marks, 2, 1));
    IF p[5] IS NOT NULL THEN
        body := body || left(marks, 1)
            || ora.laid_out_fraction(rounded, fraction_mask, p[1] IS NOT NULL);
    END IF;
    IF rounded = 0 AND p[3] || p[4] LIKE '%B%' THEN
        body := repeat(' ', length(body));
    END IF;
    body := ltrim(body, ' ');
    body := CASE WHEN p[9] <> '' THEN body || currency ELSE currency || body END;
    body := CASE sign_mark
        WHEN '' THEN CASE WHEN negative THEN '-' ELSE '' END || body
        WHEN 'MI' THEN body || CASE WHEN negative THEN '-' ELSE ' ' END
        WHEN 'PR' THEN CASE WHEN negative THEN '<' || body || '>' ELSE body || ' ' END
        ELSE CASE WHEN p[2] IS NOT NULL THEN CASE WHEN negative THEN '-' ELSE '+' END || body
            ELSE body || CASE WHEN negative THEN '-' ELSE '+' END END
    END;
    RETURN CASE WHEN p[1] IS NULL THEN lpad(body, width) ELSE btrim(body) END;
END
$$;
COMMENT ON FUNCTION ora.masked_number(numeric, text, text) IS
    'TO_CHAR(number, mask, nls). ORA-01481 for a bad mask, ### for a number that does not fit.';

CREATE FUNCTION ora.laid_out_fraction(rounded numeric, fraction_mask text, trim_mode boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    digits text := CASE WHEN fraction_mask = '' THEN '' ELSE split_part(rounded::text, '.', 2) END;
    keep int;
BEGIN
    IF NOT trim_mode THEN
        RETURN digits;
    END IF;
    -- FM drops trailing zeros down to the last 0 of the mask
    keep := coalesce(length(substring(fraction_mask FROM '^.*0')), 0);
    RETURN left(digits, keep) || rtrim(substr(digits, keep + 1), '0');
END
$$;

CREATE FUNCTION ora.masked_scientific(
    amount numeric, decimals int, sign_mark text, trim_mode boolean, marks text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    exponent int := 0;
    mantissa numeric := 0;
    body text;
BEGIN
    IF amount <> 0 THEN
        exponent := floor(log(abs(amount)))::int;
        IF abs(amount) >= ora.ten_to(exponent + 1) THEN
            exponent := exponent + 1;
        ELSIF abs(amount) < ora.ten_to(exponent) THEN
            exponent := exponent - 1;
        END IF;
        mantissa := round(abs(amount) * ora.ten_to(-exponent), decimals);
        IF mantissa >= 10 THEN
            mantissa := round(mantissa / 10, decimals);
            exponent := exponent + 1;
        END IF;
    END IF;
    body := replace(round(mantissa, decimals)::text, '.', left(marks, 1))
        || 'E' || CASE WHEN exponent < 0 THEN '-' ELSE '+' END || lpad(abs(exponent)::text,
            CASE WHEN abs(exponent) > 99 THEN 3 ELSE 2 END, '0');
    body := CASE WHEN amount < 0 THEN '-' WHEN sign_mark = 'S' THEN '+' ELSE '' END || body;
    RETURN CASE WHEN trim_mode THEN body ELSE lpad(body, decimals + 8) END;
END
$$;

CREATE FUNCTION "SYS".to_char(amount numeric, mask text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.masked_number(amount, mask, NULL);

CREATE FUNCTION "SYS".to_char(amount numeric, mask text, nls text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.masked_number(amount, mask, nls);

CREATE FUNCTION "SYS".to_char(amount int8, mask text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.masked_number(amount::numeric, mask, NULL);

CREATE FUNCTION "SYS".to_char(amount int4, mask text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ora.masked_number(amount::numeric, mask, NULL);

CREATE FUNCTION "SYS".to_char(amount float8, mask text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE WHEN upper(mask) IN ('TM', 'TM9', 'TME') THEN ora.float_text(amount, 17)
    ELSE ora.masked_number(ora.exact_numeric(amount), mask, NULL) END;

CREATE FUNCTION "SYS".to_char(amount float4, mask text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN CASE WHEN upper(mask) IN ('TM', 'TM9', 'TME') THEN ora.float_text(amount::float8, 9)
    ELSE ora.masked_number(ora.exact_numeric(amount::float8), mask, NULL) END;
