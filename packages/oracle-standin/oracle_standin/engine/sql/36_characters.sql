-- Characters: sounds, sort keys, composition, widths, character sets, buckets of numbers.
-- Source: SQL Language Reference, the functions by name.

SET LOCAL search_path = pg_catalog, ora;

-- The first letter and three digits of the following consonants. Letters of one digit count once,
-- also with H or W between them, but not with a vowel between them.
CREATE FUNCTION "SYS".soundex(word text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
DECLARE
  letters text := regexp_replace(upper(word), '[^A-Z]', '', 'g');
  code text := left(letters, 1);
  last text := translate(code, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', '01230120022455012623010202');
  letter text;
  digit text;
BEGIN
  FOREACH letter IN ARRAY string_to_array(substr(letters, 2), NULL) LOOP
    CONTINUE WHEN letter IN ('H', 'W');
    digit := translate(letter, 'ABCDEFGIJKLMNOPQRSTUVXYZ', '012301202245501262301202');
    IF digit <> '0' AND digit <> last THEN
      code := code || digit;
    END IF;
    last := digit;
  END LOOP;
  RETURN nullif(rpad(left(code, 4), CASE WHEN code = '' THEN 0 ELSE 4 END, '0'), '');
END $$;

CREATE FUNCTION "SYS".nlssort(word text, parameter text DEFAULT 'NLS_SORT=BINARY') RETURNS bytea
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
BEGIN
  IF parameter !~* '^\s*NLS_SORT\s*=\s*''?BINARY''?\s*$' THEN
    PERFORM ora.raise_error(3001, 'unimplemented feature: a linguistic sort is not in this stand-in');
  END IF;
  RETURN convert_to(nullif(word, ''), 'UTF8') || '\x00'::bytea;
END $$;

CREATE FUNCTION "SYS".nls_initcap(word text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE RETURN "SYS".initcap(word);

CREATE FUNCTION "SYS".compose(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN normalize(word, NFC);
CREATE FUNCTION "SYS".decompose(word text, form text DEFAULT 'CANONICAL') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE upper(form) WHEN 'COMPATIBILITY' THEN normalize(word, NFKD)
  ELSE normalize(word, NFD) END;

-- U+FF01 to U+FF5E are the wide forms of U+0021 to U+007E.
CREATE FUNCTION ora.narrow_characters() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT ' ' || string_agg(chr(n), '' ORDER BY n) FROM generate_series(33, 126) AS n);
CREATE FUNCTION ora.wide_characters() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT chr(12288) || string_agg(chr(n + 65248), '' ORDER BY n)
  FROM generate_series(33, 126) AS n);
CREATE FUNCTION "SYS".to_single_byte(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(word, ora.wide_characters(), ora.narrow_characters());
CREATE FUNCTION "SYS".to_multi_byte(word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN translate(word, ora.narrow_characters(), ora.wide_characters());

CREATE FUNCTION ora.charset() RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE RETURN coalesce(ora.setting('nls_characterset'), 'AL32UTF8');

CREATE TABLE ora.character_sets (id numeric PRIMARY KEY, name text NOT NULL);
INSERT INTO ora.character_sets VALUES (1, 'US7ASCII'), (31, 'WE8ISO8859P1'), (46, 'WE8ISO8859P15'),
  (178, 'WE8MSWIN1252'), (871, 'UTF8'), (873, 'AL32UTF8'), (2000, 'AL16UTF16');
CREATE FUNCTION "SYS".nls_charset_id(name text) RETURNS numeric
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT c.id FROM ora.character_sets c WHERE c.name = CASE upper(nls_charset_id.name)
  WHEN 'CHAR_CS' THEN ora.charset() WHEN 'NCHAR_CS' THEN 'AL16UTF16'
  ELSE upper(nls_charset_id.name) END);
CREATE FUNCTION "SYS".nls_charset_name(id numeric) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN (SELECT c.name FROM ora.character_sets c WHERE c.id = trunc(nls_charset_name.id));

CREATE FUNCTION "SYS".width_bucket(amount numeric, low numeric, high numeric, buckets numeric)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN buckets < 1 OR low = high
  THEN ora.raise_error(30494, 'The argument of WIDTH_BUCKET function is NULL or invalid.', amount)
  ELSE width_bucket(amount, low, high, trunc(buckets)::int)::numeric END;
CREATE FUNCTION "SYS".width_bucket(moment ora."DATE", low ora."DATE", high ora."DATE", buckets numeric)
RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN "SYS".width_bucket(moment::numeric, low::numeric, high::numeric, buckets);

-- Whether a text is of a type. What fails is caught, as Oracle's own function does.
CREATE FUNCTION ora.validate_conversion(value text, kind text, mask text DEFAULT NULL)
RETURNS numeric
LANGUAGE plpgsql STABLE AS $$
BEGIN
  CASE kind
    WHEN 'NUMBER' THEN
      PERFORM CASE WHEN mask IS NULL THEN "SYS".to_number(value) ELSE "SYS".to_number(value, mask) END;
    WHEN 'DATE' THEN
      PERFORM CASE WHEN mask IS NULL THEN "SYS".to_date(value) ELSE "SYS".to_date(value, mask) END;
    WHEN 'TIMESTAMP' THEN
      PERFORM CASE WHEN mask IS NULL THEN "SYS".to_timestamp(value)
        ELSE "SYS".to_timestamp(value, mask) END;
    WHEN 'TIMESTAMP_TZ' THEN
      PERFORM CASE WHEN mask IS NULL THEN "SYS".to_timestamp_tz(value)
        ELSE "SYS".to_timestamp_tz(value, mask) END;
    WHEN 'BINARY_DOUBLE' THEN
      PERFORM "SYS".to_binary_double(value);
    WHEN 'BINARY_FLOAT' THEN
      PERFORM "SYS".to_binary_float(value);
    WHEN 'INTERVAL_DS' THEN
      PERFORM "SYS".to_dsinterval(value);
    ELSE
      PERFORM "SYS".to_yminterval(value);
  END CASE;
  RETURN 1;
EXCEPTION WHEN OTHERS THEN
  RETURN 0;
END $$;
COMMENT ON FUNCTION ora.validate_conversion(text, text, text) IS '1 for a value that converts, 0 else.';
