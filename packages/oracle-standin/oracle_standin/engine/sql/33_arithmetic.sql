-- The functions of numbers.
-- Source: SQL Language Reference, "Numeric Functions".

SET LOCAL search_path = pg_catalog, ora;

-- Oracle's numbers have up to 40 significant digits.

CREATE FUNCTION ora.digits_40(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN amount = 0 THEN 0::numeric
    ELSE trim_scale(round(amount, 39 - floor(log(abs(amount)))::int)) END;

CREATE FUNCTION ora.invalid_divisor() RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    PERFORM ora.raise_error(1476, 'divisor is equal to zero');
    RETURN NULL;
END
$$;

CREATE FUNCTION ora.out_of_range(function_name text) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    PERFORM ora.raise_error(1428, 'argument is out of range for function ' || function_name);
    RETURN NULL;
END
$$;

CREATE FUNCTION ora.round_half_even(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN abs(amount - trunc(amount)) = 0.5 THEN 2 * round(amount / 2)
    ELSE round(amount) END;

CREATE FUNCTION "SYS".mod(dividend numeric, divisor numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN divisor = 0 THEN dividend ELSE trim_scale(mod(dividend, divisor)) END;

CREATE FUNCTION "SYS".remainder(dividend numeric, divisor numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN divisor = 0 THEN ora.invalid_divisor()
    ELSE trim_scale(dividend - divisor * ora.round_half_even(dividend / divisor)) END;

CREATE FUNCTION "SYS".power(base numeric, exponent numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN base < 0 AND exponent <> trunc(exponent) OR base = 0 AND exponent < 0 THEN
        ora.out_of_range('POWER')
    WHEN exponent >= 0 AND exponent = trunc(exponent) AND exponent <= 130 THEN
        ora.digits_40(power(base, exponent))
    WHEN base = 0 THEN 0::numeric
    WHEN exponent = trunc(exponent) AND exponent >= -130 THEN
        ora.digits_40(round(1, 60) / power(base, -exponent))
    ELSE ora.digits_40(power(round(base, 45), exponent)) END;

CREATE FUNCTION "SYS".sqrt(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN amount < 0 THEN ora.out_of_range('SQRT')
    ELSE ora.digits_40(sqrt(round(amount, 60))) END;

CREATE FUNCTION "SYS".exp(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ora.digits_40(exp(round(amount, 50)));

CREATE FUNCTION "SYS".ln(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN amount <= 0 THEN ora.out_of_range('LN')
    ELSE ora.digits_40(ln(round(amount, 60))) END;

CREATE FUNCTION "SYS".log(base numeric, amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN amount <= 0 OR base <= 0 OR base = 1 THEN ora.out_of_range('LOG')
    ELSE ora.digits_40(log(base, round(amount, 60))) END;

CREATE FUNCTION "SYS".abs(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN abs(amount);
CREATE FUNCTION "SYS".sign(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN sign(amount);
CREATE FUNCTION "SYS".ceil(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ceil(amount);
CREATE FUNCTION "SYS".floor(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN floor(amount);

CREATE FUNCTION "SYS".trunc(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN trunc(amount);
CREATE FUNCTION "SYS".trunc(amount numeric, places numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN trim_scale(trunc(amount, trunc(places)::int));
CREATE FUNCTION "SYS".round(amount numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN round(amount);
CREATE FUNCTION "SYS".round(amount numeric, places numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN trim_scale(round(amount, trunc(places)::int));

CREATE FUNCTION "SYS".bitand(first numeric, second numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (trunc(first)::int8 & trunc(second)::int8)::numeric;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'sinh', 'cosh', 'tanh'] LOOP
        EXECUTE format('CREATE FUNCTION "SYS".%1$I(angle numeric) RETURNS numeric
            LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN %1$I(angle::float8)::numeric',
            name);
    END LOOP;
END
$$;
