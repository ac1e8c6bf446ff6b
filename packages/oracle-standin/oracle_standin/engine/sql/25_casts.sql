-- Casts: what INSERT and UPDATE convert (assignment), what expressions convert (implicit).

DO $$
DECLARE
  source text;
  pair text[];
BEGIN
  FOREACH source IN ARRAY ARRAY['text', 'varchar', 'bpchar'] LOOP
    EXECUTE format(
      'CREATE CAST (%s AS numeric) WITH FUNCTION ora.number_of(text) AS IMPLICIT', source);
    FOREACH pair SLICE 1 IN ARRAY ARRAY[
      ['float4', 'float_of'], ['float8', 'double_of'], ['ora."DATE"', 'date_of'],
      ['ora."TIMESTAMP"', 'timestamp_of'], ['ora."TSTZ"', 'zoned_of'], ['ora."TSLTZ"', 'local_of'],
      ['ora."INTERVALDS"', 'day_interval_of'], ['ora."INTERVALYM"', 'month_interval_of'],
      ['ora."ROWID"', 'rowid_of'], ['bytea', 'raw_of'], ['boolean', 'truth_of'],
      ['jsonb', 'json_from']]
    LOOP
      EXECUTE format(
        'CREATE CAST (%s AS %s) WITH FUNCTION ora.%s(text) AS ASSIGNMENT',
        source, pair[1], pair[2]);
    END LOOP;
  END LOOP;
END $$;

CREATE FUNCTION ora.blob_of(content text) RETURNS ora."BLOB"
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN ora.raw_of(content)::ora."BLOB";
CREATE CAST (text AS ora."BLOB") WITH FUNCTION ora.blob_of(text) AS ASSIGNMENT;
CREATE CAST (varchar AS ora."BLOB") WITH FUNCTION ora.blob_of(text) AS ASSIGNMENT;
CREATE CAST (bpchar AS ora."BLOB") WITH FUNCTION ora.blob_of(text) AS ASSIGNMENT;
CREATE CAST (numeric AS boolean) WITH FUNCTION ora.truth_of(numeric) AS ASSIGNMENT;

CREATE FUNCTION ora.number_of(value boolean) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN CASE WHEN value THEN 1 WHEN NOT value THEN 0 END;
CREATE CAST (boolean AS numeric) WITH FUNCTION ora.number_of(boolean) AS ASSIGNMENT;

DO $$
DECLARE
  type_name text;
BEGIN
  FOREACH type_name IN ARRAY ARRAY['numeric', 'float4', 'float8', 'ora."DATE"', 'ora."TIMESTAMP"',
    'ora."TSTZ"', 'ora."TSLTZ"', 'ora."INTERVALDS"', 'ora."INTERVALYM"', 'ora."ROWID"', 'bytea']
  LOOP
    EXECUTE format(
      'CREATE FUNCTION ora.varchar_of(value %1$s) RETURNS varchar LANGUAGE sql STABLE PARALLEL SAFE
         RETURN ora.text_of(value);
       CREATE FUNCTION ora.char_of(value %1$s) RETURNS bpchar LANGUAGE sql STABLE PARALLEL SAFE
         RETURN ora.text_of(value);
       CREATE CAST (%1$s AS varchar) WITH FUNCTION ora.varchar_of(%1$s) AS ASSIGNMENT;
       CREATE CAST (%1$s AS bpchar) WITH FUNCTION ora.char_of(%1$s) AS ASSIGNMENT', type_name);
  END LOOP;
END $$;

CREATE CAST (ora."DATE" AS ora."TIMESTAMP") WITHOUT FUNCTION AS IMPLICIT;
CREATE CAST (ora."DATE" AS ora."TSTZ")
  WITH FUNCTION ora.in_session_zone(ora."DATE") AS IMPLICIT;
CREATE CAST (ora."TIMESTAMP" AS ora."TSTZ")
  WITH FUNCTION ora.in_session_zone(ora."TIMESTAMP") AS IMPLICIT;
CREATE CAST (ora."TSLTZ" AS ora."TSTZ")
  WITH FUNCTION ora.in_session_zone(ora."TSLTZ") AS IMPLICIT;
CREATE CAST (ora."DATE" AS ora."TSLTZ")
  WITH FUNCTION ora.local_instant(ora."DATE") AS IMPLICIT;
CREATE CAST (ora."TIMESTAMP" AS ora."TSLTZ")
  WITH FUNCTION ora.local_instant(ora."TIMESTAMP") AS IMPLICIT;
CREATE CAST (ora."TSTZ" AS ora."TSLTZ")
  WITH FUNCTION ora.local_instant(ora."TSTZ") AS ASSIGNMENT;
CREATE CAST (ora."TIMESTAMP" AS ora."DATE")
  WITH FUNCTION ora.whole_seconds(ora."TIMESTAMP") AS ASSIGNMENT;
CREATE CAST (ora."TSTZ" AS ora."DATE")
  WITH FUNCTION ora.whole_seconds(ora."TSTZ") AS ASSIGNMENT;
CREATE CAST (ora."TSLTZ" AS ora."DATE")
  WITH FUNCTION ora.whole_seconds(ora."TSLTZ") AS ASSIGNMENT;
CREATE CAST (ora."TSTZ" AS ora."TIMESTAMP")
  WITH FUNCTION ora.wall_clock(ora."TSTZ") AS ASSIGNMENT;
CREATE CAST (ora."TSLTZ" AS ora."TIMESTAMP")
  WITH FUNCTION ora.wall_clock(ora."TSLTZ") AS ASSIGNMENT;

-- Blanks at the end count. PostgreSQL cuts them off where they are too many for a column, as the SQL
-- standard wants it; Oracle raises ORA-12899. CAST cuts in both.
CREATE FUNCTION ora.refuse_long_text(size int, kind text, INOUT value text)
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'string_data_right_truncation',
    MESSAGE = pg_catalog.format('value too long for type %s(%s)', kind, size);
END $$;
CREATE FUNCTION ora.fitted(value varchar, modifier int, explicit boolean) RETURNS varchar
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN explicit OR modifier < 4 OR pg_catalog.length(value) <= modifier - 4
  THEN pg_catalog."varchar"(value, modifier, explicit)
  ELSE ora.refuse_long_text(modifier - 4, 'character varying', value)::varchar END;
CREATE FUNCTION ora.fitted(value bpchar, modifier int, explicit boolean) RETURNS bpchar
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN explicit OR modifier < 4 OR pg_catalog.length(value::text) <= modifier - 4
  THEN pg_catalog.bpchar(value, modifier, explicit)
  ELSE ora.refuse_long_text(modifier - 4, 'character', value)::bpchar END;
UPDATE pg_catalog.pg_cast SET castfunc = 'ora.fitted(varchar, int, boolean)'::regprocedure
WHERE castsource = 'varchar'::regtype AND casttarget = 'varchar'::regtype;
UPDATE pg_catalog.pg_cast SET castfunc = 'ora.fitted(bpchar, int, boolean)'::regprocedure
WHERE castsource = 'bpchar'::regtype AND casttarget = 'bpchar'::regtype;
