-- DUMP, VSIZE and hashes.
-- Source: SQL Language Reference, DUMP, VSIZE, STANDARD_HASH, ORA_HASH.

SET LOCAL search_path = pg_catalog, ora;

-- Oracle's own bytes of a value, for DUMP, VSIZE and the hashes

CREATE FUNCTION ora.number_bytes(amount numeric) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    plain text := trim_scale(abs(amount))::text;
    whole text := split_part(plain, '.', 1);
    digits text;
    exponent int;
    pair int;
    negative boolean := amount < 0;
    result bytea;
BEGIN
    IF amount = 0 THEN
        RETURN '\x80'::bytea;
    END IF;
    digits := repeat('0', length(whole) % 2) || whole || split_part(plain, '.', 2);
    exponent := (length(whole) + 1) / 2;
    digits := digits || repeat('0', length(digits) % 2);
    WHILE left(digits, 2) = '00' LOOP
        digits := substr(digits, 3);
        exponent := exponent - 1;
    END LOOP;
    digits := regexp_replace(digits, '(00)+$', '');
    IF length(digits) > 40 THEN
        digits := left(digits, 40);
    END IF;
    result := set_byte('\x00', 0, CASE WHEN negative THEN 63 - exponent ELSE 192 + exponent END);
    FOR place IN 1..length(digits) / 2 LOOP
        pair := substr(digits, place * 2 - 1, 2)::int;
        result := result || set_byte('\x00', 0,
            CASE WHEN negative THEN 101 - pair ELSE pair + 1 END);
    END LOOP;
    RETURN CASE WHEN negative AND length(result) < 21 THEN result || '\x66'::bytea ELSE result END;
END
$$;

CREATE FUNCTION ora.date_bytes(wall numeric) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    moment timestamp := ora.pg_timestamp(floor(wall));
    year int := extract(year FROM moment);
BEGIN
    RETURN decode(lpad(to_hex(100 + year / 100), 2, '0') || lpad(to_hex(100 + year % 100), 2, '0')
        || lpad(to_hex(extract(month FROM moment)::int), 2, '0')
        || lpad(to_hex(extract(day FROM moment)::int), 2, '0')
        || lpad(to_hex(extract(hour FROM moment)::int + 1), 2, '0')
        || lpad(to_hex(extract(minute FROM moment)::int + 1), 2, '0')
        || lpad(to_hex(floor(extract(second FROM moment))::int + 1), 2, '0'), 'hex');
END
$$;

CREATE FUNCTION ora.timestamp_bytes(wall numeric) RETURNS bytea
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ora.date_bytes(wall) || CASE WHEN wall = floor(wall) THEN '\x'::bytea
    ELSE int4send(((wall - floor(wall)) * 1000000000)::int) END;

CREATE FUNCTION ora.float_bytes(plain bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    IF get_bit(plain, 7) = 0 THEN
        RETURN set_bit(plain, 7, 1);
    END IF;
    FOR place IN 0..length(plain) - 1 LOOP
        plain := set_byte(plain, place, 255 - get_byte(plain, place));
    END LOOP;
    RETURN plain;
END
$$;

CREATE FUNCTION ora.zoned_bytes(moment ora."TSTZ") RETURNS bytea
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    minutes int := ora.zone_offset((moment).u, (moment).z) / 60;
BEGIN
    IF left((moment).z, 1) NOT IN ('+', '-') THEN
        PERFORM ora.raise_error(
            3001,
            'unimplemented feature: the bytes of a region time zone are not in this stand-in');
    END IF;
    RETURN ora.date_bytes((moment).u)
        || int4send((((moment).u - floor((moment).u)) * 1000000000)::int)
        || set_byte('\x00', 0, minutes / 60 + 20) || set_byte('\x00', 0, minutes % 60 + 60);
END
$$;

CREATE TYPE ora.typed_bytes AS (code int, content bytea);

CREATE FUNCTION ora.internal(amount numeric) RETURNS ora.typed_bytes
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ROW(2, ora.number_bytes(amount))::ora.typed_bytes;
CREATE FUNCTION ora.internal(content text) RETURNS ora.typed_bytes
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ROW(1, convert_to(content, 'UTF8'))::ora.typed_bytes;
CREATE FUNCTION ora.internal(content bpchar) RETURNS ora.typed_bytes
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ROW(96, convert_to(content::text, 'UTF8'))::ora.typed_bytes;
CREATE FUNCTION ora.internal(content bytea) RETURNS ora.typed_bytes
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ROW(23, content)::ora.typed_bytes;
CREATE FUNCTION ora.internal(id ora."ROWID") RETURNS ora.typed_bytes
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ROW(69, id::bytea)::ora.typed_bytes;
CREATE FUNCTION ora.internal(amount float8) RETURNS ora.typed_bytes
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ROW(101, ora.float_bytes(float8send(amount)))::ora.typed_bytes;
CREATE FUNCTION ora.internal(amount float4) RETURNS ora.typed_bytes
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ROW(100, ora.float_bytes(float4send(amount)))::ora.typed_bytes;
CREATE FUNCTION ora.internal(moment ora."DATE") RETURNS ora.typed_bytes
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ROW(12, ora.date_bytes(moment::numeric))::ora.typed_bytes;
CREATE FUNCTION ora.internal(moment ora."TIMESTAMP") RETURNS ora.typed_bytes
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ROW(180, ora.timestamp_bytes(moment::numeric))::ora.typed_bytes;
CREATE FUNCTION ora.internal(moment ora."TSLTZ") RETURNS ora.typed_bytes
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ROW(231, ora.timestamp_bytes(moment::numeric))::ora.typed_bytes;
CREATE FUNCTION ora.internal(moment ora."TSTZ") RETURNS ora.typed_bytes
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN ROW(181, ora.zoned_bytes(moment))::ora.typed_bytes;
CREATE FUNCTION ora.internal(span ora."INTERVALDS") RETURNS ora.typed_bytes
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ROW(183, substr(int8send((div(span::numeric, 86400) + 2147483648)::int8), 5)
    || set_byte('\x00', 0, (div(span::numeric, 3600) % 24)::int + 60)
    || set_byte('\x00', 0, (div(span::numeric, 60) % 60)::int + 60)
    || set_byte('\x00', 0, (div(span::numeric, 1) % 60)::int + 60)
    || substr(int8send(((span::numeric % 1) * 1000000000 + 2147483648)::int8), 5))::ora.typed_bytes;
CREATE FUNCTION ora.internal(span ora."INTERVALYM") RETURNS ora.typed_bytes
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ROW(182, substr(int8send(span::int8 / 12 + 2147483648), 5)
    || set_byte('\x00', 0, (span::int8 % 12 + 60)::int4))::ora.typed_bytes;

CREATE FUNCTION ora.dumped(
    typed ora.typed_bytes, return_format numeric, start numeric, size numeric)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    base int := coalesce(return_format, 10)::int % 1000;
    content bytea;
    part int;
    written text[] := '{}';
BEGIN
    IF typed IS NULL THEN
        RETURN 'NULL';
    END IF;
    content := ora.substr_bytes(typed.content, coalesce(start, 1), coalesce(size, 2000000000));
    FOR place IN 0..length(content) - 1 LOOP
        part := get_byte(content, place);
        written := written || CASE
            WHEN base = 8 THEN to_oct(part)
            WHEN base = 16 OR base = 17 AND part NOT BETWEEN 32 AND 126 THEN to_hex(part)
            WHEN base = 17 THEN chr(part)
            ELSE part::text END;
    END LOOP;
    RETURN 'Typ=' || typed.code || ' Len=' || length(typed.content)
        || CASE WHEN return_format >= 1000 AND typed.code IN (1, 96)
            THEN ' CharacterSet=AL32UTF8' ELSE '' END
        || ': ' || array_to_string(written, ',');
END
$$;

-- SHA-1 (FIPS 180-4), which PostgreSQL does not have by itself.
CREATE FUNCTION ora.sha1(content bytea) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    low CONSTANT int8 := 4294967295;
    h int8[] := ARRAY[1732584193, 4023233417, 2562383102, 271733878, 3285377520];
    a int8; b int8; c int8; d int8; e int8; f int8; k int8; t int8;
    w int8[];
    message bytea;
BEGIN
    message := content || '\x80'::bytea
        || decode(repeat('00', (119 - length(content) % 64) % 64), 'hex')
        || int8send(length(content)::int8 * 8);
    FOR block IN 0..length(message) / 64 - 1 LOOP
        FOR i IN 0..15 LOOP
            w[i] := ora.unsigned_4(message, block * 64 + i * 4);
        END LOOP;
        FOR i IN 16..79 LOOP
            t := w[i - 3] # w[i - 8] # w[i - 14] # w[i - 16];
            w[i] := ((t << 1) | (t >> 31)) & low;
        END LOOP;
        a := h[1]; b := h[2]; c := h[3]; d := h[4]; e := h[5];
        FOR i IN 0..79 LOOP
            IF i < 20 THEN
                f := (b & c) | ((~b) & low & d); k := 1518500249;
            ELSIF i < 40 THEN
                f := b # c # d; k := 1859775393;
            ELSIF i < 60 THEN
                f := (b & c) | (b & d) | (c & d); k := 2400959708;
            ELSE
                f := b # c # d; k := 3395469782;
            END IF;
            t := ((((a << 5) | (a >> 27)) & low) + f + e + k + w[i]) & low;
            e := d; d := c; c := ((b << 30) | (b >> 2)) & low; b := a; a := t;
        END LOOP;
        h := ARRAY[(h[1] + a) & low, (h[2] + b) & low, (h[3] + c) & low, (h[4] + d) & low,
            (h[5] + e) & low];
    END LOOP;
    RETURN decode((SELECT string_agg(lpad(to_hex(part), 8, '0'), '' ORDER BY place)
        FROM unnest(h) WITH ORDINALITY AS parts(part, place)), 'hex');
END
$$;

CREATE FUNCTION ora.hashed(content bytea, method text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    CASE upper(method)
        WHEN 'SHA1' THEN RETURN ora.sha1(content);
        WHEN 'MD5' THEN RETURN decode(md5(content), 'hex');
        WHEN 'SHA256' THEN RETURN sha256(content);
        WHEN 'SHA384' THEN RETURN sha384(content);
        WHEN 'SHA512' THEN RETURN sha512(content);
        ELSE PERFORM ora.raise_error(1760, 'illegal argument for function');
    END CASE;
END
$$;

-- Not Oracle's values: those are not published. Even spread, equal for equal values and seeds.
CREATE FUNCTION ora.bucket(content bytea, max_bucket numeric, seed numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ((hashtextextended(encode(content, 'hex'), seed::int8) & 9223372036854775807)::numeric
    % (trunc(max_bucket) + 1));

DO $$
DECLARE
    kind text;
BEGIN
    FOREACH kind IN ARRAY ARRAY[
        'numeric', 'text', 'bpchar', 'bytea', 'ora."ROWID"', 'float8', 'float4',
        'ora."DATE"', 'ora."TIMESTAMP"', 'ora."TSLTZ"', 'ora."TSTZ"', 'ora."INTERVALDS"',
        'ora."INTERVALYM"'] LOOP
        EXECUTE format('CREATE FUNCTION "SYS".dump(content %s, return_format numeric DEFAULT 10,
            start numeric DEFAULT 1, size numeric DEFAULT NULL) RETURNS text
            LANGUAGE sql STABLE PARALLEL SAFE
            RETURN ora.dumped(ora.internal(content), return_format, start, size)', kind);
        EXECUTE format('CREATE FUNCTION "SYS".vsize(content %s) RETURNS numeric
            LANGUAGE sql STABLE PARALLEL SAFE
            RETURN length((ora.internal(content)).content)::numeric', kind);
        EXECUTE format('CREATE FUNCTION "SYS".standard_hash(
            content %s, method text DEFAULT ''SHA1'')
            RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
            RETURN ora.hashed(coalesce((ora.internal(content)).content, ''\x''), method)', kind);
        EXECUTE format('CREATE FUNCTION "SYS".ora_hash(
            content %s, max_bucket numeric DEFAULT 4294967295,
            seed numeric DEFAULT 0) RETURNS numeric LANGUAGE sql STABLE PARALLEL SAFE
            RETURN ora.bucket(coalesce((ora.internal(content)).content, ''\x''), max_bucket, seed)',
            kind);
    END LOOP;
END
$$;
