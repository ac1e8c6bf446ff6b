-- Aggregates that PostgreSQL has not, or not as window functions, or not with NUMBER's digits.
-- Source: SQL Language Reference, "Aggregate Functions", "Analytic Functions", LISTAGG.

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.at_share(amounts numeric[], share numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
DECLARE
  sorted numeric[] := ARRAY(SELECT a FROM unnest(amounts) a WHERE a IS NOT NULL ORDER BY a);
  place numeric := share * (cardinality(sorted) - 1) + 1;
  low numeric;
BEGIN
  IF share NOT BETWEEN 0 AND 1 THEN
    PERFORM ora.raise_error(30493, 'The percentile value should be a number between 0 and 1.');
  END IF;
  low := sorted[floor(place)::int];
  RETURN low + (sorted[ceil(place)::int] - low) * (place - floor(place));
END $$;
COMMENT ON FUNCTION ora.at_share(numeric[], numeric) IS 'PERCENTILE_CONT of some numbers.';

-- The first element of the state is the share.
CREATE FUNCTION ora.note_share(state numeric[], share numeric, amount numeric) RETURNS numeric[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN state IS NULL THEN ARRAY[share, amount] ELSE state || amount END;
CREATE FUNCTION ora.share_found(state numeric[]) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ora.at_share(state[2:], state[1]);
CREATE AGGREGATE ora.percentile(share numeric, amount numeric) (
  SFUNC = ora.note_share, STYPE = numeric[], FINALFUNC = ora.share_found);
COMMENT ON AGGREGATE ora.percentile(numeric, numeric) IS 'PERCENTILE_CONT and MEDIAN.';

CREATE FUNCTION ora.note_distinct(state jsonb, value text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value IS NULL THEN state ELSE state || jsonb_build_object(value, 1) END;
CREATE FUNCTION ora.distinct_found(state jsonb) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (SELECT count(*)::numeric FROM jsonb_object_keys(state));
CREATE AGGREGATE ora.count_distinct(value text) (
  SFUNC = ora.note_distinct, STYPE = jsonb, INITCOND = '{}', FINALFUNC = ora.distinct_found);
COMMENT ON AGGREGATE ora.count_distinct(text) IS 'COUNT(DISTINCT ...) OVER.';

CREATE FUNCTION ora.keep_last(state anyelement, value anyelement) RETURNS anyelement
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT coalesce(value, state) $$;
CREATE AGGREGATE ora.last_known(value anyelement) (SFUNC = ora.keep_last, STYPE = anyelement);
COMMENT ON AGGREGATE ora.last_known(anyelement) IS 'LAST_VALUE ... IGNORE NULLS.';
CREATE FUNCTION ora.keep_first(state anyelement, value anyelement) RETURNS anyelement
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT coalesce(state, value) $$;
CREATE AGGREGATE ora.first_known(value anyelement) (SFUNC = ora.keep_first, STYPE = anyelement);
COMMENT ON AGGREGATE ora.first_known(anyelement) IS 'FIRST_VALUE ... IGNORE NULLS.';

CREATE FUNCTION ora.listagg_result(joined text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN octet_length(joined) > 4000
  THEN ora.raise_error(1489, 'result of string concatenation is too long', joined)
  ELSE nullif(joined, '') END;
COMMENT ON FUNCTION ora.listagg_result(text) IS 'What LISTAGG returns: at most a VARCHAR2.';

CREATE FUNCTION ora.listagg_truncated(parts text[], separator text, filler text, counted boolean)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
DECLARE
  kept text[] := array_remove(parts, NULL);
  whole int := cardinality(kept);
  tail text := '';
BEGIN
  IF octet_length(array_to_string(kept, separator)) <= 4000 THEN
    RETURN nullif(array_to_string(kept, separator), '');
  END IF;
  LOOP
    kept := trim_array(kept, 1);
    tail := concat(CASE WHEN cardinality(kept) > 0 THEN separator END, filler,
      CASE WHEN counted THEN format('(%s)', whole - cardinality(kept)) END);
    EXIT WHEN cardinality(kept) = 0
      OR octet_length(array_to_string(kept, separator)) + octet_length(tail) <= 4000;
  END LOOP;
  RETURN array_to_string(kept, separator) || tail;
END $$;
COMMENT ON FUNCTION ora.listagg_truncated(text[], text, text, boolean) IS
  'LISTAGG ... ON OVERFLOW TRUNCATE: whole values, the filler, and how many are left out.';

CREATE FUNCTION ora.joined(parts anyarray, separator text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
BEGIN
  RETURN (SELECT string_agg(ora.text_of(p.value)::text, separator ORDER BY p.place)
    FROM unnest(parts) WITH ORDINALITY AS p (value, place));
END $$;
COMMENT ON FUNCTION ora.joined(anyarray, text) IS 'LISTAGG(DISTINCT ...), from values in order.';
