-- Functions of texts. A text without characters is NULL.
-- Source: SQL Language Reference, "Character Functions".

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.null_if_empty(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN nullif(content, '');

CREATE FUNCTION "SYS".to_char(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN content;

-- TO_CHAR(text, mask): the text is a number.
CREATE FUNCTION "SYS".to_char(content text, mask text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE RETURN "SYS".to_char("SYS".to_number(content), mask);

CREATE FUNCTION "SYS".to_char(truth boolean) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN CASE WHEN truth THEN 'TRUE' ELSE 'FALSE' END;

CREATE FUNCTION "SYS".to_char(content bytea) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN upper(encode(content, 'hex'));

CREATE FUNCTION "SYS".to_nchar(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN content;

-- Position 0 is 1; negative positions count from the end; before the start is nowhere.
CREATE FUNCTION "SYS".substr(content text, start numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(CASE
    WHEN start >= 1 THEN substr(content, trunc(start)::int)
    WHEN trunc(start) = 0 THEN content
    WHEN -trunc(start) > length(content) THEN NULL
    ELSE right(content, -trunc(start)::int) END, '');

CREATE FUNCTION "SYS".substr(content text, start numeric, size numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN size >= 1 THEN nullif(left("SYS".substr(content, start),
    least(trunc(size), 2147483647)::int), '') END;

CREATE FUNCTION ora.text_of_bytes(content bytea) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    RETURN nullif(convert_from(content, 'UTF8'), '');
EXCEPTION WHEN character_not_in_repertoire THEN
    PERFORM ora.raise_error(29275, 'partial multibyte character');
END
$$;

CREATE FUNCTION ora.substr_bytes(content bytea, start numeric, size numeric) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN size < 1 OR -trunc(start) > length(content) THEN NULL
    WHEN start < 0 THEN substr(content, length(content) + 1 + trunc(start)::int, trunc(size)::int)
    ELSE substr(content, greatest(trunc(start), 1)::int, trunc(size)::int) END;

CREATE FUNCTION "SYS".substrb(content text, start numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ora.text_of_bytes(ora.substr_bytes(convert_to(content, 'UTF8'), start, 2000000000));

CREATE FUNCTION "SYS".substrb(content text, start numeric, size numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ora.text_of_bytes(ora.substr_bytes(convert_to(content, 'UTF8'), start, size));

CREATE FUNCTION "SYS".length(content text) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(length(content), 0)::numeric;
CREATE FUNCTION "SYS".length(content ora."CLOB") RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN length(content::text)::numeric;
CREATE FUNCTION "SYS".length(content ora."NCLOB") RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN length(content::text)::numeric;
CREATE FUNCTION "SYS".length(content bytea) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN length(content)::numeric * 2;
CREATE FUNCTION "SYS".length(content ora."BLOB") RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN length(content::bytea)::numeric;
-- A database has one character set for its life, so that what depends on it is immutable.
CREATE FUNCTION ora.text_size(content text) RETURNS int
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE ora.setting('nls_characterset') WHEN 'WE8MSWIN1252' THEN length(content)
    ELSE octet_length(content) END;
CREATE FUNCTION "SYS".lengthb(content text) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(ora.text_size(content), 0)::numeric;
CREATE FUNCTION "SYS".lengthb(content bytea) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN length(content)::numeric;

CREATE FUNCTION "SYS".instr(content text, wanted text) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN strpos(content, wanted)::numeric;

CREATE FUNCTION "SYS".instr(content text, wanted text, start numeric, occurrence numeric)
RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    place int := trunc(start)::int;
    left_over int := trunc(occurrence)::int;
    size int := length(content);
    step int := CASE WHEN start < 0 THEN -1 ELSE 1 END;
BEGIN
    IF left_over < 1 THEN
        PERFORM ora.raise_error(1428, 'argument ''' || left_over || ''' is out of range');
    ELSIF place = 0 THEN
        RETURN 0;
    ELSIF place < 0 THEN
        place := least(size + 1 + place, size - length(wanted) + 1);
    END IF;
    WHILE place BETWEEN 1 AND size LOOP
        IF substr(content, place, length(wanted)) = wanted THEN
            left_over := left_over - 1;
            IF left_over = 0 THEN
                RETURN place;
            END IF;
        END IF;
        place := place + step;
    END LOOP;
    RETURN 0;
END
$$;

CREATE FUNCTION "SYS".instr(content text, wanted text, start numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN start >= 1 THEN
    CASE WHEN strpos(substr(content, trunc(start)::int), wanted) = 0 THEN 0::numeric
        ELSE strpos(substr(content, trunc(start)::int), wanted) + trunc(start) - 1 END
ELSE "SYS".instr(content, wanted, start, 1) END;

CREATE FUNCTION "SYS".instrb(content text, wanted text) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN position(convert_to(wanted, 'UTF8') IN convert_to(content, 'UTF8'))::numeric;

CREATE FUNCTION "SYS".replace(content text, old text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN old IS NULL THEN content ELSE nullif(replace(content, old, ''), '') END;

CREATE FUNCTION "SYS".replace(content text, old text, new text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN old IS NULL THEN content
    ELSE nullif(replace(content, old, coalesce(new, '')), '') END;

CREATE FUNCTION "SYS".translate(content text, old text, new text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(translate(content, old, new), '');

CREATE FUNCTION "SYS".trim(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(btrim(content, ' '), '');
CREATE FUNCTION "SYS".btrim(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(btrim(content, ' '), '');
CREATE FUNCTION "SYS".btrim(content text, characters text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(btrim(content, characters), '');
CREATE FUNCTION "SYS".ltrim(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(ltrim(content, ' '), '');
CREATE FUNCTION "SYS".ltrim(content text, characters text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(ltrim(content, characters), '');
CREATE FUNCTION "SYS".rtrim(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(rtrim(content, ' '), '');
CREATE FUNCTION "SYS".rtrim(content text, characters text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(rtrim(content, characters), '');

-- The longest text that LPAD and RPAD make: MAX_STRING_SIZE decides.
CREATE FUNCTION ora.padded_length(size numeric) RETURNS int
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN least(
    trunc(size)::int,
    CASE current_setting('ora.max_string_size', true) WHEN 'EXTENDED' THEN 32767 ELSE 4000 END);
CREATE FUNCTION "SYS".lpad(content text, size numeric) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(lpad(content, ora.padded_length(size)), '');
CREATE FUNCTION "SYS".lpad(content text, size numeric, filler text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN nullif(lpad(content, ora.padded_length(size), filler), '');
CREATE FUNCTION "SYS".rpad(content text, size numeric) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN nullif(rpad(content, ora.padded_length(size)), '');
CREATE FUNCTION "SYS".rpad(content text, size numeric, filler text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN nullif(rpad(content, ora.padded_length(size), filler), '');

CREATE FUNCTION "SYS".upper(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN upper(content);
CREATE FUNCTION "SYS".lower(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN lower(content);
CREATE FUNCTION "SYS".initcap(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN initcap(content);
CREATE FUNCTION "SYS".nls_upper(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN upper(content);
CREATE FUNCTION "SYS".nls_lower(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN lower(content);
CREATE FUNCTION "SYS".reverse(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN reverse(content);

CREATE FUNCTION "SYS".concat(first text, second text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(coalesce(first, '') || coalesce(second, ''), '');

-- The bytes of the first character as one number, not its code point.
CREATE FUNCTION "SYS".ascii(content text) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN ascii(content) < 128 THEN ascii(content)::numeric
    ELSE ora.from_hexadecimal(encode(convert_to(left(content, 1), 'UTF8'), 'hex')) END;

CREATE FUNCTION "SYS".chr(code numeric) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    digits text := to_hex(trunc(code)::int8);
BEGIN
    IF code < 1 OR code >= 4294967296 THEN
        PERFORM ora.raise_error(1426, CASE WHEN trunc(code) = 0
            THEN 'numeric overflow: CHR(0) is not in this stand-in' ELSE 'numeric overflow' END);
    END IF;
    RETURN ora.text_of_bytes(decode(lpad(digits, (length(digits) + 1) / 2 * 2, '0'), 'hex'));
END
$$;

CREATE FUNCTION "SYS".nchr(code numeric) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN chr(trunc(code)::int);

CREATE FUNCTION "SYS".unistr(content text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    IF content !~ '^(?:[^\\]|\\\\|\\[0-9A-Fa-f]{4})*$' THEN
        PERFORM ora.raise_error(
            30186, '''\'' must be followed by four hexadecimal characters or another ''\''');
    END IF;
    RETURN nullif(unistr(content), '');
END
$$;

CREATE FUNCTION "SYS".asciistr(content text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT string_agg(CASE
        WHEN ascii(letter) < 128 AND letter <> '\' THEN letter
        WHEN ascii(letter) < 65536 THEN '\' || lpad(upper(to_hex(ascii(letter))), 4, '0')
        ELSE '\' || upper(to_hex(55232 + (ascii(letter) >> 10)))
            || '\' || upper(to_hex(56320 + (ascii(letter) & 1023))) END, '' ORDER BY place)
    FROM regexp_split_to_table(content, '') WITH ORDINALITY AS letters(letter, place));

-- A number or a date in the place of a text becomes text by TO_CHAR.
DO $$
DECLARE
    kind text;
    wanted record;
BEGIN
    FOREACH kind IN ARRAY ARRAY['numeric', 'int8', 'float8', 'ora."DATE"', 'ora."TIMESTAMP"',
        'ora."TSTZ"', 'ora."TSLTZ"', 'boolean'] LOOP
        FOR wanted IN SELECT * FROM (VALUES
            ('length', '', '', 'numeric'), ('lengthb', '', '', 'numeric'),
            ('upper', '', '', 'text'), ('lower', '', '', 'text'), ('trim', '', '', 'text'),
            ('btrim', '', '', 'text'), ('ltrim', '', '', 'text'), ('rtrim', '', '', 'text'),
            ('ltrim', ', b text', ', b', 'text'), ('rtrim', ', b text', ', b', 'text'),
            ('substr', ', b numeric', ', b', 'text'),
            ('substr', ', b numeric, c numeric', ', b, c', 'text'),
            ('instr', ', b text', ', b', 'numeric'),
            ('lpad', ', b numeric', ', b', 'text'),
            ('lpad', ', b numeric, c text', ', b, c', 'text'),
            ('rpad', ', b numeric', ', b', 'text'),
            ('rpad', ', b numeric, c text', ', b, c', 'text'),
            ('replace', ', b text', ', b', 'text'),
            ('replace', ', b text, c text', ', b, c', 'text'),
            ('concat', ', b text', ', b', 'text'), ('ascii', '', '', 'numeric')
        ) AS list (name, parameters, arguments, result) LOOP
            EXECUTE format(
                'CREATE FUNCTION "SYS".%1$I(a %2$s%3$s) RETURNS %4$s
                LANGUAGE sql STABLE PARALLEL SAFE
                RETURN "SYS".%1$I("SYS".to_char(a)%5$s)',
                wanted.name, kind, wanted.parameters, wanted.result, wanted.arguments);
        END LOOP;
    END LOOP;
END
$$;

-- Regular expressions: a dot does not match a newline unless `n` is given.

CREATE FUNCTION ora.regexp_flags(pattern text, options text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
    dot_crosses boolean := coalesce(options LIKE '%n%', false) OR pattern !~ '\.';
    lines boolean := coalesce(options LIKE '%m%', false);
    flags text := CASE WHEN reverse(options) ~ '^[nmx]*i' THEN 'i' ELSE '' END
        || CASE WHEN options LIKE '%x%' THEN 'x' ELSE '' END;
BEGIN
    IF options !~ '^[icnmx]*$' THEN
        PERFORM ora.raise_error(1760, 'illegal argument for function');
    END IF;
    RETURN flags || CASE WHEN lines AND dot_crosses THEN 'w' WHEN lines THEN 'n'
        WHEN dot_crosses THEN 's' ELSE 'p' END;
END
$$;

CREATE FUNCTION "SYS".regexp_like(content text, pattern text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_like(content, pattern, ora.regexp_flags(pattern, NULL));

CREATE FUNCTION "SYS".regexp_like(content text, pattern text, options text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_like(content, pattern, ora.regexp_flags(pattern, options));

CREATE FUNCTION "SYS".regexp_substr(
    content text, pattern text, start numeric DEFAULT 1, occurrence numeric DEFAULT 1,
    options text DEFAULT NULL, subexpression numeric DEFAULT 0) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN nullif(regexp_substr(content, pattern, start::int, occurrence::int,
    ora.regexp_flags(pattern, options), subexpression::int), '');

CREATE FUNCTION "SYS".regexp_instr(
    content text, pattern text, start numeric DEFAULT 1, occurrence numeric DEFAULT 1,
    return_end numeric DEFAULT 0, options text DEFAULT NULL, subexpression numeric DEFAULT 0)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_instr(content, pattern, start::int, occurrence::int, return_end::int,
    ora.regexp_flags(pattern, options), subexpression::int)::numeric;

CREATE FUNCTION "SYS".regexp_count(
    content text, pattern text, start numeric DEFAULT 1, options text DEFAULT NULL) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN regexp_count(content, pattern, start::int, ora.regexp_flags(pattern, options))::numeric;

CREATE FUNCTION "SYS".regexp_replace(
    content text, pattern text, replacement text DEFAULT NULL, start numeric DEFAULT 1,
    occurrence numeric DEFAULT 0, options text DEFAULT NULL) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN pattern IS NULL THEN content
    ELSE nullif(regexp_replace(content, pattern, coalesce(replacement, ''), start::int,
        occurrence::int, ora.regexp_flags(pattern, options)), '') END;
