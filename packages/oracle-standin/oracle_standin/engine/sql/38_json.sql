-- JSON: its syntax, strict and lax, and the functions of SQL.
-- Source: SQL Language Reference, "JSON Functions", "IS JSON Condition", "JSON Type Constructor"; JSON
-- Developer's Guide, "About Strict and Lax JSON Syntax".

SET LOCAL search_path = pg_catalog, ora;

-- A piece of lax syntax in strict syntax; what neither knows stays, and is no JSON.
CREATE FUNCTION ora.strict_json_token(token text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
    WHEN token ~ '^''.*''$' THEN '"' || replace(replace(
        substr(token, 2, length(token) - 2), '\''', ''''), '"', '\"') || '"'
    WHEN token ~ '^[A-Za-z_$]' AND token ~ ':$'
        THEN '"' || rtrim(token, E' \t\r\n:') || '":'
    WHEN lower(token) IN ('true', 'false', 'null') THEN lower(token)
    WHEN token ~ '^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$' THEN token::numeric::text
    WHEN token ~ '^,.' THEN right(token, 1)
    ELSE token END;

CREATE FUNCTION ora.strict_json(document text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN document IS JSON THEN document ELSE (
    SELECT string_agg(ora.strict_json_token(found.parts[1]), '' ORDER BY found.place)
    FROM regexp_matches(document,
        '("(?:[^"\\]|\\.)*"|''(?:[^''\\]|\\.)*''|[A-Za-z_$][A-Za-z0-9_$]*\s*:|[A-Za-z]+'
        '|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|,\s*[\]}]|\s+|.)', 'g')
        WITH ORDINALITY AS found (parts, place)) END;
COMMENT ON FUNCTION ora.strict_json(text) IS
  'A document in lax syntax (unquoted names, apostrophes, True, .5, a comma too many) in strict.';

-- IS JSON; unknown for NULL. `kind` is VALUE, OBJECT, ARRAY or SCALAR.
CREATE FUNCTION ora.is_json(
    document text, strict boolean, scalars boolean, unique_keys boolean, kind text)
RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT (CASE WHEN unique_keys THEN d.read IS JSON WITH UNIQUE KEYS ELSE d.read IS JSON END)
        AND (scalars OR NOT d.read IS JSON SCALAR)
        AND CASE kind WHEN 'OBJECT' THEN d.read IS JSON OBJECT
            WHEN 'ARRAY' THEN d.read IS JSON ARRAY
            WHEN 'SCALAR' THEN d.read IS JSON SCALAR ELSE true END
    FROM (SELECT CASE WHEN strict THEN document ELSE ora.strict_json(document) END) AS d (read));
CREATE FUNCTION ora.is_json(
    document jsonb, strict boolean, scalars boolean, unique_keys boolean, kind text)
RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ora.is_json(document::text, strict, scalars, unique_keys, kind);
CREATE FUNCTION ora.is_json(
    document bytea, strict boolean, scalars boolean, unique_keys boolean, kind text)
RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    RETURN ora.is_json(convert_from(document, 'UTF8'), strict, scalars, unique_keys, kind);
EXCEPTION WHEN character_not_in_repertoire THEN
    RETURN false;
END
$$;

CREATE FUNCTION "SYS".json(document text) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.json_from(document);
CREATE FUNCTION "SYS".json(document jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN document;
CREATE FUNCTION "SYS".json(document bytea) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    RETURN ora.json_from(convert_from(document, 'UTF8'));
EXCEPTION WHEN character_not_in_repertoire THEN
    PERFORM ora.raise_error(40441, 'JSON syntax error');
    RETURN NULL;
END
$$;

-- Text that is no JSON gives NULL, as with the default NULL ON ERROR.

CREATE FUNCTION ora.json_of(document text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    RETURN CASE WHEN ora.strict_json(document) IS JSON
        THEN ora.jsonb_of(ora.strict_json(document)) END;
END
$$;

-- Oracle's paths are PostgreSQL's but for names with $ and item methods; others are refused.
CREATE FUNCTION ora.json_path(path text) RETURNS jsonpath
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    IF path !~ '^\s*\$' THEN
        PERFORM ora.raise_error(40442, 'JSON path expression syntax error (''' || path || ''')');
    END IF;
    RETURN path::jsonpath;
EXCEPTION WHEN syntax_error THEN
    PERFORM ora.raise_error(40442, 'JSON path expression syntax error (''' || path || ''')');
END
$$;

-- Without the blanks that PostgreSQL puts after colons and commas.
CREATE FUNCTION ora.compact_json(document jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
BEGIN
    CASE jsonb_typeof(document)
        WHEN 'object' THEN
            RETURN '{' || coalesce((
                SELECT string_agg(
                    replace(to_json(key)::text, U&'\+10FFFF', '\u0000')
                        || ':' || ora.compact_json(value), ',' ORDER BY place)
                FROM jsonb_each(document) WITH ORDINALITY AS members(key, value, place)),
                '') || '}';
        WHEN 'array' THEN
            RETURN '[' || coalesce((
                SELECT string_agg(ora.compact_json(value), ',' ORDER BY place)
                FROM jsonb_array_elements(document) WITH ORDINALITY AS items(value, place)),
                '') || ']';
        ELSE RETURN replace(document::text, U&'\+10FFFF', '\u0000');
    END CASE;
END
$$;

CREATE FUNCTION "SYS".json_value(document jsonb, path text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_typeof(jsonb_path_query_first(document, ora.json_path(path)))
        NOT IN ('object', 'array') THEN
    nullif(jsonb_path_query_first(document, ora.json_path(path)) #>> '{}', '') END;
CREATE FUNCTION "SYS".json_value(document text, path text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN "SYS".json_value(ora.json_of(document), path);

-- Without a wrapper only one object or array is an answer.
CREATE FUNCTION "SYS".json_query(document jsonb, path text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN jsonb_array_length(jsonb_path_query_array(document, ora.json_path(path))) = 1
    AND jsonb_typeof(jsonb_path_query_first(document, ora.json_path(path))) IN ('object', 'array')
    THEN ora.compact_json(jsonb_path_query_first(document, ora.json_path(path))) END;
CREATE FUNCTION "SYS".json_query(document text, path text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN "SYS".json_query(ora.json_of(document), path);

CREATE FUNCTION "SYS".json_exists(document jsonb, path text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(jsonb_path_exists(document, ora.json_path(path)), false);
CREATE FUNCTION "SYS".json_exists(document text, path text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN "SYS".json_exists(ora.json_of(document), path);

CREATE FUNCTION "SYS".json_serialize(document jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.compact_json(document);
CREATE FUNCTION "SYS".json_serialize(document text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.compact_json(ora.json_of(document));
-- ERROR ON ERROR: ORA-40441 for text that is no JSON.
CREATE FUNCTION ora.json_serialize_or_fail(document jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.compact_json(document);
CREATE FUNCTION ora.json_serialize_or_fail(document text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.compact_json(ora.json_from(document));
CREATE FUNCTION "SYS".to_char(document jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.compact_json(document);
CREATE FUNCTION "SYS".to_clob(document jsonb) RETURNS ora."CLOB"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.compact_json(document)::ora."CLOB";

-- JSON_OBJECT and JSON_ARRAY: the JSON text of each value, and what puts them together.

CREATE FUNCTION ora.json_item(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN to_json(value)::text;
CREATE FUNCTION ora.json_item(value numeric) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN trim_scale(value)::text;
CREATE FUNCTION ora.json_item(value boolean) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN value::text;
CREATE FUNCTION ora.json_item(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.compact_json(value);
CREATE FUNCTION ora.json_item(value bytea) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN to_json(upper(encode(value, 'hex')))::text;
CREATE FUNCTION ora.json_item(value ora."DATE") RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN to_json("SYS".to_char(value, 'YYYY-MM-DD"T"HH24:MI:SS'))::text;

DO $$
DECLARE
    type_name text;
BEGIN
    FOREACH type_name IN ARRAY ARRAY['float4', 'float8', 'ora."TIMESTAMP"', 'ora."TSTZ"',
        'ora."TSLTZ"', 'ora."INTERVALDS"', 'ora."INTERVALYM"', 'ora."ROWID"']
    LOOP
        EXECUTE format(
            'CREATE FUNCTION ora.json_item(value %s) RETURNS text LANGUAGE sql STRICT PARALLEL SAFE
             RETURN ora.raise_error(3001, %L, NULL::text)', type_name,
            'unimplemented feature: a value of this type in JSON_OBJECT or JSON_ARRAY'
            ' is not in this stand-in');
    END LOOP;
END $$;

CREATE FUNCTION ora.json_text(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN value;
CREATE FUNCTION ora.json_text(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.compact_json(value);

CREATE FUNCTION ora.json_key(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(value, ora.raise_error(3001,
    'unimplemented feature: NULL as a key of JSON_OBJECT is not in this stand-in', NULL::text));

CREATE FUNCTION ora.json_object(on_null text, VARIADIC parts text[] DEFAULT '{}') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '{' || coalesce((
    SELECT string_agg(
        to_json(parts[place])::text || ':' || coalesce(parts[place + 1], 'null'), ','
        ORDER BY place)
    FROM generate_series(1, cardinality(parts), 2) AS places(place)
    WHERE on_null = 'NULL' OR parts[place + 1] IS NOT NULL), '') || '}';
CREATE FUNCTION ora.json_array(on_null text, VARIADIC parts text[] DEFAULT '{}') RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN '[' || coalesce((
    SELECT string_agg(coalesce(part, 'null'), ',' ORDER BY place)
    FROM unnest(parts) WITH ORDINALITY AS items(part, place)
    WHERE on_null = 'NULL' OR part IS NOT NULL), '') || ']';

CREATE FUNCTION ora.json_string(document text, size numeric) RETURNS varchar
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN octet_length(document) > size::int
    THEN ora.raise_error(40478, 'output value too large (maximum: ' || size || ')', NULL::varchar)
    ELSE document::varchar END;
