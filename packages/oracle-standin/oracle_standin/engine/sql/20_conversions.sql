-- Conversions that Oracle makes unasked, and what generated SQL calls.
--
-- Bodies that call the function library (files 3x) are strings: they are resolved when they run.

SET LOCAL check_function_bodies = off;

-- ------------------------------------------------------------------------- value to text

CREATE FUNCTION ora.text_of(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN value;
COMMENT ON FUNCTION ora.text_of(text) IS
  'A value as text, as Oracle converts it implicitly (SQL Language Reference, "Data Conversion").';
CREATE FUNCTION ora.text_of(value ora."CLOB") RETURNS ora."CLOB"
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN value;
CREATE FUNCTION ora.text_of(value ora."NCLOB") RETURNS ora."NCLOB"
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN value;
CREATE FUNCTION ora.text_of(value ora."BLOB") RETURNS ora."BLOB"
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN value;
CREATE FUNCTION ora.text_of(value jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN value::text;
CREATE FUNCTION ora.text_of(value bytea) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN nullif(upper(encode(value, 'hex')), '');
CREATE FUNCTION ora.text_of(value boolean) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN upper(value::text);
CREATE FUNCTION ora.text_of(value ora."ROWID") RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT "SYS".rowidtochar($1)';

DO $$
DECLARE
  type_name text;
BEGIN
  FOREACH type_name IN ARRAY ARRAY[
    'numeric', 'float4', 'float8', 'ora."DATE"', 'ora."TIMESTAMP"', 'ora."TSTZ"', 'ora."TSLTZ"',
    'ora."INTERVALDS"', 'ora."INTERVALYM"']
  LOOP
    EXECUTE format(
      'CREATE FUNCTION ora.text_of(value %s) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
       AS ''SELECT "SYS".to_char($1)''', type_name);
  END LOOP;
END $$;

-- ------------------------------------------------------------------------- text to value

CREATE FUNCTION ora.number_of(content text) RETURNS numeric
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
DECLARE
  digits text := btrim(content, E' \t\r\n');
  mark text := left(coalesce(ora.setting('nls_numeric_characters'), '.,'), 1);
BEGIN
  IF mark <> '.' THEN
    digits := translate(digits, mark || '.', '.?');
  END IF;
  IF digits !~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$' THEN
    PERFORM ora.raise_error(1722, 'invalid number');
  END IF;
  -- Not a cast, which would come back here.
  RETURN numeric_in(textout(digits), 0, -1);
END $$;
COMMENT ON FUNCTION ora.number_of(text) IS 'Text as NUMBER, implicitly; ORA-01722.';

CREATE FUNCTION ora.double_of(content text) RETURNS float8
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT "SYS".to_binary_double($1)';
CREATE FUNCTION ora.float_of(content text) RETURNS float4
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT "SYS".to_binary_float($1)';
CREATE FUNCTION ora.date_of(content text) RETURNS ora."DATE"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT "SYS".to_date($1)';
CREATE FUNCTION ora.timestamp_of(content text) RETURNS ora."TIMESTAMP"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT "SYS".to_timestamp($1)';
CREATE FUNCTION ora.zoned_of(content text) RETURNS ora."TSTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT "SYS".to_timestamp_tz($1)';
-- TIMESTAMP WITH LOCAL TIME ZONE reads the format without a zone, in the session's zone.
CREATE FUNCTION ora.local_of(content text) RETURNS ora."TSLTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS
'SELECT ora.utc_seconds("SYS".to_timestamp($1)::numeric, ora.session_zone())::ora."TSLTZ"';
CREATE FUNCTION ora.day_interval_of(content text) RETURNS ora."INTERVALDS"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT "SYS".to_dsinterval($1)';
CREATE FUNCTION ora.month_interval_of(content text) RETURNS ora."INTERVALYM"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT "SYS".to_yminterval($1)';
CREATE FUNCTION ora.rowid_of(content text) RETURNS ora."ROWID"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT "SYS".chartorowid($1)';

CREATE FUNCTION ora.raw_of(content text) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
BEGIN
  IF content !~ '^[0-9A-Fa-f]*$' THEN
    PERFORM ora.raise_error(1465, 'invalid hex number');
  END IF;
  RETURN decode(CASE length(content) % 2 WHEN 1 THEN '0' ELSE '' END || content, 'hex');
END $$;

CREATE FUNCTION ora.truth_of(content text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
DECLARE
  word text := lower(btrim(content));
BEGIN
  IF word IN ('true', 'yes', 'on', '1', 't', 'y') THEN
    RETURN true;
  ELSIF word IN ('false', 'no', 'off', '0', 'f', 'n') THEN
    RETURN false;
  END IF;
  PERFORM ora.raise_error(61800, 'invalid Boolean literal');
  RETURN NULL;
END $$;

CREATE FUNCTION ora.truth_of(value numeric) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN value <> 0;

-- jsonb takes no escape of U+0000: U+10FFFF stands for it, as in all text of the engine. An even
-- number of backslashes before it are characters of their own.
CREATE FUNCTION ora.jsonb_of(content text) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN jsonb_in(textout(
  regexp_replace(content, '(?<!\\)((?:\\\\)*)\\u0000', U&'\\1\+10FFFF', 'g')));

CREATE FUNCTION ora.json_from(content text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
BEGIN
  RETURN ora.jsonb_of(ora.strict_json(content));
EXCEPTION WHEN invalid_text_representation THEN
  PERFORM ora.raise_error(40441, 'JSON syntax error');
  RETURN NULL;
END $$;

-- -------------------------------------------------------------------- between date types

CREATE FUNCTION ora.whole_seconds(value ora."TIMESTAMP") RETURNS ora."DATE"
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN floor(value::numeric)::ora."DATE";
CREATE FUNCTION ora.whole_seconds(value ora."TSTZ") RETURNS ora."DATE"
LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT pg_catalog.floor(ora.wall($1))::ora."DATE"';
CREATE FUNCTION ora.whole_seconds(value ora."TSLTZ") RETURNS ora."DATE"
LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT pg_catalog.floor(ora.wall($1))::ora."DATE"';
CREATE FUNCTION ora.wall_clock(value ora."TSTZ") RETURNS ora."TIMESTAMP"
LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT ora.wall($1)::ora."TIMESTAMP"';
CREATE FUNCTION ora.wall_clock(value ora."TSLTZ") RETURNS ora."TIMESTAMP"
LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT ora.wall($1)::ora."TIMESTAMP"';
CREATE FUNCTION ora.in_session_zone(value ora."DATE") RETURNS ora."TSTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS
'SELECT ora.zoned(ora.utc_seconds($1::numeric, ora.session_zone()), ora.session_zone())';
CREATE FUNCTION ora.in_session_zone(value ora."TIMESTAMP") RETURNS ora."TSTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS
'SELECT ora.zoned(ora.utc_seconds($1::numeric, ora.session_zone()), ora.session_zone())';
CREATE FUNCTION ora.in_session_zone(value ora."TSLTZ") RETURNS ora."TSTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS 'SELECT ora.zoned($1::numeric, ora.session_zone())';
CREATE FUNCTION ora.local_instant(value ora."DATE") RETURNS ora."TSLTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS
'SELECT ora.utc_seconds($1::numeric, ora.session_zone())::ora."TSLTZ"';
CREATE FUNCTION ora.local_instant(value ora."TIMESTAMP") RETURNS ora."TSLTZ"
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS
'SELECT ora.utc_seconds($1::numeric, ora.session_zone())::ora."TSLTZ"';
CREATE FUNCTION ora.local_instant(value ora."TSTZ") RETURNS ora."TSLTZ"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (value).u::ora."TSLTZ";

-- ------------------------------------------------------------------------------------ NVL

-- The second argument is converted to the type of the first (SQL Language Reference, NVL).
CREATE FUNCTION ora.nvl(value anycompatible, instead anycompatible) RETURNS anycompatible
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT coalesce($1, $2)';
CREATE FUNCTION ora.nvl(value text, instead text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN coalesce(value, instead);

DO $$
DECLARE
  pair text[];
BEGIN
  FOREACH pair SLICE 1 IN ARRAY ARRAY[
    ['numeric', 'number_of'], ['float8', 'double_of'], ['ora."DATE"', 'date_of'],
    ['ora."TIMESTAMP"', 'timestamp_of'], ['ora."TSTZ"', 'zoned_of'], ['ora."TSLTZ"', 'local_of'],
    ['bytea', 'raw_of']]
  LOOP
    EXECUTE format(
      'CREATE FUNCTION ora.nvl(value %1$s, instead text) RETURNS %1$s LANGUAGE sql STABLE
         PARALLEL SAFE RETURN coalesce(value, ora.%2$s(instead));
       CREATE FUNCTION ora.nvl(value text, instead %1$s) RETURNS text LANGUAGE sql STABLE
         PARALLEL SAFE RETURN coalesce(value, ora.text_of(instead))', pair[1], pair[2]);
  END LOOP;
END $$;

-- -------------------------------------------------------------------- rows and partitions

CREATE FUNCTION ora.row_identifier(relation oid, place tid) RETURNS ora."ROWID"
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN byteacat(oidsend(relation), tidsend(place))::ora."ROWID";
COMMENT ON FUNCTION ora.row_identifier(oid, tid) IS 'ROWID of a row; it changes with UPDATE.';

CREATE FUNCTION ora.row_scn(writer xid) RETURNS numeric
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
DECLARE
  found_scn bigint;
BEGIN
  IF writer::text::xid8 = pg_current_xact_id_if_assigned() THEN
    RETURN NULL;
  END IF;
  IF current_setting('track_commit_timestamp') = 'on' THEN
    -- A row carries the number of its savepoint, whose commit time is its transaction's.
    SELECT c.scn INTO found_scn FROM ora.commits c
    WHERE c.at <= pg_xact_commit_timestamp(writer) ORDER BY c.scn DESC LIMIT 1;
  ELSE
    SELECT c.scn INTO found_scn FROM ora.commits c WHERE c.xid = writer::text::xid8;
  END IF;
  RETURN coalesce(found_scn, 1000000);
END $$;
COMMENT ON FUNCTION ora.row_scn(xid) IS
  'ORA_ROWSCN of a row by its xmin: the SCN of the commit that wrote it, NULL before that.';

CREATE FUNCTION ora.partition_of(relation oid, partition text) RETURNS oid
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
DECLARE
  found_oid oid;
BEGIN
  SELECT p.relid INTO found_oid FROM ora.partition_facts p
  WHERE p.parent = partition_of.relation AND p.name = partition_of.partition;
  IF found_oid IS NULL THEN
    PERFORM ora.raise_error(2149, 'Specified partition does not exist');
  END IF;
  RETURN found_oid;
END $$;
