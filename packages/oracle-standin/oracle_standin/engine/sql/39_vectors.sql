-- VECTOR: its type, conversions and functions.
-- Source: SQL Language Reference, "VECTOR Data Type" and "Vector Functions"; AI Vector Search User's
-- Guide, "Create Tables Using the VECTOR Data Type" and "Vector Distance Metrics".
--
-- A value is text, a modifier packs the shape of a column: see engine/vectors.py.

SET LOCAL search_path = pg_catalog, ora;

CREATE TYPE ora."VECTOR";
CREATE FUNCTION ora.vector_in(cstring) RETURNS ora."VECTOR"
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textin';
CREATE FUNCTION ora.vector_out(ora."VECTOR") RETURNS cstring
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textout';
CREATE FUNCTION ora.vector_recv(internal) RETURNS ora."VECTOR"
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textrecv';
CREATE FUNCTION ora.vector_send(ora."VECTOR") RETURNS bytea
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'textsend';
CREATE TYPE ora."VECTOR" (
  INPUT = ora.vector_in, OUTPUT = ora.vector_out, RECEIVE = ora.vector_recv,
  SEND = ora.vector_send, TYPMOD_IN = varchartypmodin, TYPMOD_OUT = varchartypmodout,
  LIKE = text, CATEGORY = 'U');
COMMENT ON TYPE ora."VECTOR" IS
  'VECTOR: format, dimensions, elements and, when sparse, positions. Without operators, as in Oracle.';
CREATE CAST (ora."VECTOR" AS text) WITHOUT FUNCTION;

-- --------------------------------------------------------------------------- parts and shapes

-- Formats: 2 FLOAT32, 3 FLOAT64, 4 INT8, 5 BINARY. A BINARY element is a byte, of 8 dimensions.
CREATE FUNCTION ora.vector_parts(
  value ora."VECTOR", OUT format int, OUT dimensions int, OUT elements float8[], OUT positions int[])
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
  SELECT parts[1]::int, parts[2]::int,
    CASE parts[1] WHEN '2' THEN parts[3]::float4[]::float8[] ELSE parts[3]::float8[] END,
    parts[4]::int[]
  FROM string_to_array(value::text, ' ') AS split (parts);
END;

CREATE FUNCTION ora.vector_of_parts(format int, dimensions int, elements float8[], positions int[])
RETURNS ora."VECTOR"
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN ora.vector_in(textout(concat_ws(' ', format, dimensions,
  CASE WHEN format = 2 THEN elements::float4[]::text ELSE elements::text END, positions::text)));

CREATE FUNCTION ora.vector_shape(
  modifier int, OUT dimensions int, OUT format int, OUT storage int)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT (modifier - 5) / 32, (modifier - 5) / 4 % 8, (modifier - 5) % 4 WHERE modifier >= 0
  UNION ALL SELECT 0, 0, 0 WHERE modifier < 0;
END;
COMMENT ON FUNCTION ora.vector_shape(int)
  IS 'What a modifier asks for, 0 for anything; storage is 1 for DENSE and 2 for SPARSE.';

CREATE FUNCTION ora.vector_format_name(format int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['*', '*', 'FLOAT32', 'FLOAT64', 'INT8', 'BINARY'])[format + 1];

CREATE FUNCTION ora.vector_info(modifier int) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  SELECT 'VECTOR(' || coalesce(nullif(shape.dimensions, 0)::text, '*') || ','
    || ora.vector_format_name(shape.format) || ','
    || (ARRAY['*', 'DENSE', 'SPARSE'])[shape.storage + 1] || ')'
  FROM ora.vector_shape(modifier) AS shape;
END;

-- ------------------------------------------------------------------------------- conversions

CREATE FUNCTION ora.dense_elements(dimensions int, elements float8[], positions int[])
RETURNS float8[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN positions IS NULL THEN elements ELSE (
  SELECT array_agg(coalesce(given.element, 0) ORDER BY place.number)
  FROM generate_series(0, dimensions - 1) AS place (number)
  LEFT JOIN unnest(positions, elements) AS given (position, element)
    ON given.position = place.number) END;

-- Elements in another format; ORA-51806 says which does not fit. How a fraction becomes INT8 is not
-- documented: it is cut off, as a cast of C does.
CREATE FUNCTION ora.formatted_elements(elements float8[], format int) RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
  low constant float8 := (ARRAY[-3.4028235677973366e38, '-Infinity', -128, 0])[format - 1];
  high constant float8 := (ARRAY[3.4028235677973366e38, 'Infinity', 127, 255])[format - 1];
  bad bigint := (SELECT min(e.place) FROM unnest(elements) WITH ORDINALITY AS e (element, place)
    WHERE trunc(e.element) < low OR trunc(e.element) > high);
BEGIN
  IF bad IS NOT NULL THEN
    PERFORM ora.raise_error(51806, format('Vector column is not properly formatted (dimension value'
      ' %s is outside the allowed precision range)', bad));
  END IF;
  RETURN CASE WHEN format < 4 THEN elements ELSE (
    SELECT array_agg(trunc(e.element) ORDER BY e.place)
    FROM unnest(elements) WITH ORDINALITY AS e (element, place)) END;
END
$$;

CREATE FUNCTION ora.vector_fit(value ora."VECTOR", modifier int, explicit boolean)
RETURNS ora."VECTOR"
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
  wanted record := ora.vector_shape(modifier);
  have record := ora.vector_parts(value);
  format int := coalesce(nullif(wanted.format, 0), have.format);
  elements float8[] := have.elements;
  positions int[] := have.positions;
BEGIN
  IF wanted.dimensions NOT IN (0, have.dimensions) THEN
    PERFORM ora.raise_error(51803, format('Vector dimension count must match the dimension count'
      ' specified in the column definition (actual: %s, required: %s)', have.dimensions,
      wanted.dimensions));
  END IF;
  IF format <> have.format THEN
    IF 5 IN (format, have.format) THEN
      PERFORM ora.raise_error(51814, 'Vector of BINARY format cannot have any operation performed'
        ' with vector of any other type');
    END IF;
    elements := ora.formatted_elements(elements, format);
  END IF;
  IF wanted.storage = 1 AND positions IS NOT NULL THEN
    elements := ora.dense_elements(have.dimensions, elements, positions);
    positions := NULL;
  ELSIF wanted.storage = 2 AND positions IS NULL THEN
    SELECT coalesce(array_agg(e.element ORDER BY e.place), '{}'),
      coalesce(array_agg(e.place::int - 1 ORDER BY e.place), '{}') INTO elements, positions
    FROM unnest(elements) WITH ORDINALITY AS e (element, place) WHERE e.element <> 0;
  ELSIF format = have.format THEN
    RETURN value;
  END IF;
  RETURN ora.vector_of_parts(format, have.dimensions, elements, positions);
END
$$;
CREATE CAST (ora."VECTOR" AS ora."VECTOR")
  WITH FUNCTION ora.vector_fit(ora."VECTOR", int, boolean) AS IMPLICIT;

CREATE FUNCTION ora.vector_numbers(list text) RETURNS float8[]
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
  bad bigint := (SELECT min(item.place)
    FROM unnest(string_to_array(list, ',')) WITH ORDINALITY AS item (number, place)
    WHERE item.number !~ '^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$');
BEGIN
  IF bad IS NULL THEN
    RETURN ('{' || list || '}')::float8[];
  END IF;
  PERFORM ora.raise_error(51805, format('Vector is not properly formatted (dimension value %s is'
    ' either not a number or infinity)', bad));
EXCEPTION WHEN numeric_value_out_of_range THEN
  PERFORM ora.raise_error(51805, 'Vector is not properly formatted (dimension value is either not a'
    ' number or infinity)');
END
$$;

-- Text is dense unless sparse is asked for, and FLOAT32 unless another format is.
CREATE FUNCTION ora.vector_of(content text, modifier int, explicit boolean) RETURNS ora."VECTOR"
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
  wanted record := ora.vector_shape(modifier);
  format int := coalesce(nullif(wanted.format, 0), 2);
  dense text[] := regexp_match(content, '^\s*\[([^][]+)\]\s*$');
  sparse text[] := regexp_match(content,
    '^\s*\[\s*(\d+)\s*,\s*\[([^][]*)\]\s*,\s*\[([^][]*)\]\s*\]\s*$');
  elements float8[] := ora.formatted_elements(ora.vector_numbers(coalesce(dense[1], sparse[3])),
    format);
  result ora."VECTOR";
BEGIN
  IF dense IS NULL AND sparse IS NULL THEN
    PERFORM ora.raise_error(51805, 'Vector is not properly formatted (dimension value 1 is either'
      ' not a number or infinity)');
  ELSIF sparse IS NOT NULL AND wanted.storage <> 2 OR dense IS NOT NULL AND wanted.storage = 2 THEN
    PERFORM ora.raise_error(51833, 'Textual input conversion between sparse and dense vector is not'
      ' supported');
  ELSIF sparse IS NOT NULL THEN
    result := ora.vector_of_parts(format, sparse[1]::int, elements, ('{' || sparse[2] || '}')::int[]);
  ELSE
    result := ora.vector_of_parts(format,
      cardinality(elements) * CASE format WHEN 5 THEN 8 ELSE 1 END, elements, NULL);
  END IF;
  RETURN ora.vector_fit(result, modifier, explicit);
END
$$;
COMMENT ON FUNCTION ora.vector_of(text, int, boolean) IS
  'TO_VECTOR, and what storing text in a VECTOR column does.';
CREATE FUNCTION ora.vector_of(value ora."VECTOR", modifier int, explicit boolean)
RETURNS ora."VECTOR"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.vector_fit(value, modifier, explicit);
CREATE FUNCTION ora.vector_of(document jsonb, modifier int, explicit boolean)
RETURNS ora."VECTOR"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ora.vector_of(document::text, modifier, explicit);
CREATE FUNCTION ora.vector_of(image bytea, modifier int, explicit boolean)
RETURNS ora."VECTOR"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ora.raise_error(3001, 'unimplemented feature: TO_VECTOR of bytes is not in this stand-in',
  NULL::ora."VECTOR");

DO $$
DECLARE
  source text;
BEGIN
  FOREACH source IN ARRAY ARRAY['text', 'varchar', 'bpchar', 'ora."CLOB"', 'ora."NCLOB"'] LOOP
    IF source <> 'text' THEN
      EXECUTE format('CREATE FUNCTION ora.vector_from(content %1$s, modifier int, explicit boolean)
        RETURNS ora."VECTOR" LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        RETURN ora.vector_of(content::text, modifier, explicit)', source);
    END IF;
    EXECUTE format('CREATE CAST (%1$s AS ora."VECTOR")
      WITH FUNCTION ora.%2$s(%1$s, int, boolean) AS ASSIGNMENT', source,
      CASE source WHEN 'text' THEN 'vector_of' ELSE 'vector_from' END);
  END LOOP;
END $$;

-- ------------------------------------------------------------------------------------- output

CREATE FUNCTION ora.vector_element(element float8, format int) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN format > 3 THEN element::text ELSE (
  SELECT p[1] || '.' || coalesce(nullif(rtrim(p[2], '0'), ''), '0') || 'E' || p[3]
    || lpad(p[4], 3, '0')
  FROM regexp_match(to_char(element,
      CASE format WHEN 2 THEN '9.99999999EEEE' ELSE '9.9999999999999999EEEE' END),
    '^\s*(-?\d)\.(\d+)e([+-])(\d+)$') AS matched (p)) END;

CREATE FUNCTION ora.vector_text(value ora."VECTOR", storage text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
  shown ora."VECTOR" := CASE storage WHEN '' THEN value
    ELSE ora.vector_fit(value, 5 + CASE storage WHEN 'DENSE' THEN 1 ELSE 2 END, true) END;
  parts record := ora.vector_parts(shown);
  elements text := (
    SELECT coalesce(string_agg(ora.vector_element(e.element, parts.format), ',' ORDER BY e.place), '')
    FROM unnest(parts.elements) WITH ORDINALITY AS e (element, place));
BEGIN
  IF parts.positions IS NULL THEN
    RETURN '[' || elements || ']';
  END IF;
  RETURN format('[%s,[%s],[%s]]', parts.dimensions, array_to_string(parts.positions, ','), elements);
END
$$;
COMMENT ON FUNCTION ora.vector_text(ora."VECTOR", text)
  IS 'FROM_VECTOR; `storage` is DENSE, SPARSE or empty for that of the value.';

CREATE FUNCTION ora.text_of(value ora."VECTOR") RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ora.vector_text(value, '');
CREATE FUNCTION "SYS".to_char(value ora."VECTOR") RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.vector_text(value, '');
CREATE FUNCTION "SYS".to_clob(value ora."VECTOR") RETURNS ora."CLOB"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.vector_text(value, '')::ora."CLOB";

CREATE FUNCTION "SYS".vector_dimension_count(value ora."VECTOR") RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ((ora.vector_parts(value)).dimensions)::numeric;
CREATE FUNCTION "SYS".vector_dims(value ora."VECTOR") RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN "SYS".vector_dimension_count(value);
CREATE FUNCTION "SYS".vector_dimension_format(value ora."VECTOR") RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ora.vector_format_name((ora.vector_parts(value)).format);
CREATE FUNCTION "SYS".vector_norm(value ora."VECTOR") RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (SELECT sqrt(coalesce(sum(e * e), 0)) FROM unnest((ora.vector_parts(value)).elements) AS e);

-- ---------------------------------------------------------------------------------- distances

CREATE FUNCTION ora.byte_distance(a float8[], b float8[], metric text) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT CASE metric WHEN 'HAMMING' THEN sum(bit_count((x.a::int # x.b::int)::bit(8)))
    WHEN 'JACCARD' THEN 1 - sum(bit_count((x.a::int & x.b::int)::bit(8)))::float8
      / nullif(sum(bit_count((x.a::int | x.b::int)::bit(8))), 0) END
  FROM unnest(a, b) AS x (a, b));

CREATE FUNCTION ora.number_distance(a float8[], b float8[], metric text) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT CASE metric
    WHEN 'COSINE' THEN 1 - sum(x.a * x.b) / nullif(sqrt(sum(x.a * x.a)) * sqrt(sum(x.b * x.b)), 0)
    WHEN 'DOT' THEN - sum(x.a * x.b)
    WHEN 'EUCLIDEAN' THEN sqrt(sum((x.a - x.b) * (x.a - x.b)))
    WHEN 'EUCLIDEAN_SQUARED' THEN sum((x.a - x.b) * (x.a - x.b))
    WHEN 'MANHATTAN' THEN sum(abs(x.a - x.b))
    WHEN 'HAMMING' THEN sum(CASE WHEN x.a <> x.b THEN 1 ELSE 0 END) END
  FROM unnest(a, b) AS x (a, b));

-- The metric is COSINE unless another is named, HAMMING for BINARY.
CREATE FUNCTION "SYS".vector_distance(a ora."VECTOR", b ora."VECTOR", metric text DEFAULT '')
RETURNS float8
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora
AS $$
DECLARE
  first record := ora.vector_parts(a);
  second record := ora.vector_parts(b);
  is_binary boolean := first.format = 5;
  found float8;
BEGIN
  IF first.dimensions <> second.dimensions THEN
    PERFORM ora.raise_error(51808, format('VECTOR_DISTANCE is not supported for vectors with'
      ' different dimension counts (%s, %s)', first.dimensions, second.dimensions));
  ELSIF is_binary <> (second.format = 5) THEN
    PERFORM ora.raise_error(51814, 'Vector of BINARY format cannot have any operation performed'
      ' with vector of any other type');
  ELSIF is_binary THEN
    RETURN ora.byte_distance(first.elements, second.elements,
      coalesce(nullif(metric, ''), 'HAMMING'));
  END IF;
  RETURN ora.number_distance(
    ora.dense_elements(first.dimensions, first.elements, first.positions),
    ora.dense_elements(second.dimensions, second.elements, second.positions),
    coalesce(nullif(metric, ''), 'COSINE'));
END
$$;
CREATE FUNCTION "SYS".cosine_distance(a ora."VECTOR", b ora."VECTOR") RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN "SYS".vector_distance(a, b, 'COSINE');
CREATE FUNCTION "SYS".l1_distance(a ora."VECTOR", b ora."VECTOR") RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN "SYS".vector_distance(a, b, 'MANHATTAN');
CREATE FUNCTION "SYS".l2_distance(a ora."VECTOR", b ora."VECTOR") RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN "SYS".vector_distance(a, b, 'EUCLIDEAN');
CREATE FUNCTION "SYS".inner_product(a ora."VECTOR", b ora."VECTOR") RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN - "SYS".vector_distance(a, b, 'DOT');
CREATE FUNCTION "SYS".hamming_distance(a ora."VECTOR", b ora."VECTOR") RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN "SYS".vector_distance(a, b, 'HAMMING');

CREATE FUNCTION ora.json_item(value ora."VECTOR") RETURNS text
LANGUAGE sql STRICT PARALLEL SAFE
RETURN ora.raise_error(3001,
    'unimplemented feature: a vector in JSON_OBJECT or JSON_ARRAY is not in this stand-in',
    NULL::text);
