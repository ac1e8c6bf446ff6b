-- Operators of Oracle in front of PostgreSQL's: arithmetic of numbers and dates, ||, comparison of
-- text with everything else.
--
-- Source: SQL Language Reference, "Operators" and "Datetime/Interval Arithmetic".

SET LOCAL check_function_bodies = off;

CREATE PROCEDURE ora.define_operator(
  symbol text, stem text, left_type text, right_type text, result_type text, body text)
LANGUAGE plpgsql AS $$
DECLARE
  name text := lower(concat_ws('_', stem, regexp_replace(left_type, '\W|ora', '', 'g'),
    regexp_replace(right_type, '\W|ora', '', 'g')));
BEGIN
  EXECUTE format(
    'CREATE FUNCTION ora.%I(%s) RETURNS %s LANGUAGE sql STABLE PARALLEL SAFE AS %L;
     CREATE OPERATOR "SYS".%s (%sRIGHTARG = %s, FUNCTION = ora.%I)',
    name, concat_ws(', ', left_type, right_type), result_type, format('SELECT %s', body),
    symbol,
    CASE WHEN left_type IS NULL THEN '' ELSE format('LEFTARG = %s, ', left_type) END, right_type, name);
END $$;

-- -------------------------------------------------------------------------------- division

CREATE FUNCTION ora.divide(dividend numeric, divisor numeric) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
DECLARE
  magnitude int;
  quotient numeric;
BEGIN
  IF divisor = 0 THEN
    PERFORM ora.raise_error(1476, 'divisor is equal to zero');
  ELSIF dividend % divisor = 0 THEN
    RETURN div(dividend, divisor);
  END IF;
  magnitude := floor(log(abs(dividend))) - floor(log(abs(divisor)));
  quotient := round(dividend, greatest(44 - magnitude, 0)) / divisor;
  -- NUMBER has 20 digits of base 100: 39 or 40 decimal ones.
  magnitude := 40 - 2 * (floor(floor(log(abs(quotient))) / 2) + 1)::int;
  RETURN trim_scale(round(quotient, magnitude));
END $$;
COMMENT ON FUNCTION ora.divide(numeric, numeric) IS 'Division to NUMBER''s precision; ORA-01476.';
CREATE OPERATOR "SYS"./ (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = ora.divide);

-- IEEE 754: division by zero is no error.
CREATE FUNCTION ora.divide(dividend float8, divisor float8) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN divisor <> 0 THEN dividend / divisor
  WHEN dividend = 0 OR dividend = 'NaN' THEN 'NaN'::float8
  WHEN dividend > 0 THEN 'Infinity'::float8 ELSE '-Infinity'::float8 END;
CREATE OPERATOR "SYS"./ (LEFTARG = float8, RIGHTARG = float8, FUNCTION = ora.divide);
CREATE FUNCTION ora.divide(dividend float4, divisor float4) RETURNS float4
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ora.divide(dividend::float8, divisor::float8)::float4;
CREATE OPERATOR "SYS"./ (LEFTARG = float4, RIGHTARG = float4, FUNCTION = ora.divide);

CREATE FUNCTION ora.divide(dividend float4, divisor float8) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.divide(dividend::float8, divisor);
CREATE OPERATOR "SYS"./ (LEFTARG = float4, RIGHTARG = float8, FUNCTION = ora.divide);
CREATE FUNCTION ora.divide(dividend float8, divisor float4) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN ora.divide(dividend, divisor::float8);
CREATE OPERATOR "SYS"./ (LEFTARG = float8, RIGHTARG = float4, FUNCTION = ora.divide);

-- ------------------------------------------------------------------------- concatenation

CREATE FUNCTION ora.concatenated(first text, second text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN first IS NULL THEN second WHEN second IS NULL THEN first
  ELSE textcat(first, second) END;
COMMENT ON FUNCTION ora.concatenated(text, text) IS 'Concatenation in which NULL is empty.';
CREATE OPERATOR "SYS".|| (LEFTARG = text, RIGHTARG = text, FUNCTION = ora.concatenated);

DO $$
DECLARE
  others constant text[] := ARRAY['numeric', 'float4', 'float8', 'ora."DATE"', 'ora."TIMESTAMP"',
    'ora."TSTZ"', 'ora."TSLTZ"', 'ora."INTERVALDS"', 'ora."INTERVALYM"', 'ora."ROWID"', 'bytea',
    'boolean'];
  type_name text;
  second text;
  lob text;
BEGIN
  FOREACH type_name IN ARRAY others LOOP
    CALL ora.define_operator('||', 'concat', type_name, 'text', 'text',
      'ora.concatenated(ora.text_of($1), $2)');
    CALL ora.define_operator('||', 'concat', 'text', type_name, 'text',
      'ora.concatenated($1, ora.text_of($2))');
    FOREACH second IN ARRAY others LOOP
      CALL ora.define_operator('||', 'concat', type_name, second, 'text',
        'ora.concatenated(ora.text_of($1), ora.text_of($2))');
    END LOOP;
  END LOOP;
  FOREACH lob IN ARRAY ARRAY['ora."CLOB"', 'ora."NCLOB"'] LOOP
    CALL ora.define_operator('||', 'concat', lob, 'text', lob,
      format('ora.concatenated($1, $2)::%s', lob));
    CALL ora.define_operator('||', 'concat', 'text', lob, lob,
      format('ora.concatenated($1, $2)::%s', lob));
    CALL ora.define_operator('||', 'concat', lob, lob, lob,
      format('ora.concatenated($1, $2)::%s', lob));
  END LOOP;
END $$;

-- ------------------------------------------------------------------------ date arithmetic

CREATE FUNCTION ora.with_months(wall numeric, months int8) RETURNS numeric
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, ora AS $$
DECLARE
  before timestamp := ora.pg_timestamp(floor(wall));
  after timestamp := before + make_interval(months => with_months.months::int4);
BEGIN
  IF extract(day FROM before) <> extract(day FROM after) THEN
    PERFORM ora.raise_error(1839, 'date not valid for month specified');
  END IF;
  RETURN ora.seconds(after) + wall - floor(wall);
END $$;
COMMENT ON FUNCTION ora.with_months(numeric, int8) IS
  'A wall-clock time plus months; ORA-01839 where the month has no such day.';

CREATE FUNCTION ora.moved(moment ora."TSTZ", seconds numeric) RETURNS ora."TSTZ"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ROW((moment).u + seconds, (moment).z)::ora."TSTZ";

DO $$
DECLARE
  type_name text;
  symbol text;
  stem text;
BEGIN
  FOREACH symbol IN ARRAY ARRAY['+', '-'] LOOP
    stem := CASE symbol WHEN '+' THEN 'plus' ELSE 'minus' END;
    FOREACH type_name IN ARRAY ARRAY[
      'ora."DATE"', 'ora."TIMESTAMP"', 'ora."TSTZ"', 'ora."TSLTZ"']
    LOOP
      CALL ora.define_operator(symbol, stem, type_name, 'numeric', 'ora."DATE"', format(
        'pg_catalog.round(pg_catalog.floor(ora.wall($1)) %s $2 * 86400)::ora."DATE"', symbol));
    END LOOP;
    FOREACH type_name IN ARRAY ARRAY['ora."TIMESTAMP"', 'ora."TSLTZ"'] LOOP
      CALL ora.define_operator(symbol, stem, type_name, 'ora."INTERVALDS"', type_name, format(
        '($1::numeric %s $2::numeric)::%s', symbol, type_name));
    END LOOP;
    CALL ora.define_operator(symbol, stem, 'ora."DATE"', 'ora."INTERVALDS"', 'ora."DATE"', format(
      'pg_catalog.floor($1::numeric %s $2::numeric)::ora."DATE"', symbol));
    CALL ora.define_operator(symbol, stem, 'ora."TSTZ"', 'ora."INTERVALDS"', 'ora."TSTZ"', format(
      'ora.moved($1, %s $2::numeric)', symbol));
    FOREACH type_name IN ARRAY ARRAY['ora."DATE"', 'ora."TIMESTAMP"'] LOOP
      CALL ora.define_operator(symbol, stem, type_name, 'ora."INTERVALYM"', type_name, format(
        'ora.with_months($1::numeric, %s $2::int8)::%s', symbol, type_name));
    END LOOP;
    CALL ora.define_operator(symbol, stem, 'ora."TSTZ"', 'ora."INTERVALYM"', 'ora."TSTZ"', format(
      'ora.zoned(ora.utc_seconds(ora.with_months(ora.wall($1), %s $2::int8), ($1).z), ($1).z)',
      symbol));
    CALL ora.define_operator(symbol, stem, 'ora."TSLTZ"', 'ora."INTERVALYM"', 'ora."TSLTZ"', format(
      'ora.utc_seconds(ora.with_months(ora.wall($1), %s $2::int8),
         ora.session_zone())::ora."TSLTZ"', symbol));
    CALL ora.define_operator(symbol, stem, 'ora."INTERVALDS"', 'ora."INTERVALDS"',
      'ora."INTERVALDS"', format('($1::numeric %s $2::numeric)::ora."INTERVALDS"', symbol));
    CALL ora.define_operator(symbol, stem, 'ora."INTERVALYM"', 'ora."INTERVALYM"',
      'ora."INTERVALYM"', format('($1::int8 %s $2::int8)::ora."INTERVALYM"', symbol));
  END LOOP;
  FOREACH type_name IN ARRAY ARRAY['ora."DATE"', 'ora."TIMESTAMP"', 'ora."TSTZ"', 'ora."TSLTZ"']
  LOOP
    CALL ora.define_operator('+', 'plus', 'numeric', type_name, 'ora."DATE"',
      '$2 OPERATOR("SYS".+) $1');
    CALL ora.define_operator('+', 'plus', 'ora."INTERVALDS"', type_name, type_name,
      '$2 OPERATOR("SYS".+) $1');
    CALL ora.define_operator('+', 'plus', 'ora."INTERVALYM"', type_name, type_name,
      '$2 OPERATOR("SYS".+) $1');
  END LOOP;
END $$;

CALL ora.define_operator('-', 'minus', 'ora."DATE"', 'ora."DATE"', 'numeric',
  'ora.divide($1::numeric - $2::numeric, 86400)');
CALL ora.define_operator('-', 'minus', 'ora."TIMESTAMP"', 'ora."TIMESTAMP"', 'ora."INTERVALDS"',
  '($1::numeric - $2::numeric)::ora."INTERVALDS"');
CALL ora.define_operator('-', 'minus', 'ora."TSLTZ"', 'ora."TSLTZ"', 'ora."INTERVALDS"',
  '($1::numeric - $2::numeric)::ora."INTERVALDS"');
CALL ora.define_operator('-', 'minus', 'ora."TSTZ"', 'ora."TSTZ"', 'ora."INTERVALDS"',
  '(($1).u - ($2).u)::ora."INTERVALDS"');
CALL ora.define_operator('-', 'negative', NULL, 'ora."INTERVALDS"', 'ora."INTERVALDS"',
  '(- $1::numeric)::ora."INTERVALDS"');
CALL ora.define_operator('-', 'negative', NULL, 'ora."INTERVALYM"', 'ora."INTERVALYM"',
  '(- $1::int8)::ora."INTERVALYM"');
CALL ora.define_operator('*', 'times', 'ora."INTERVALDS"', 'numeric', 'ora."INTERVALDS"',
  'pg_catalog.round($1::numeric * $2, 9)::ora."INTERVALDS"');
CALL ora.define_operator('*', 'times', 'numeric', 'ora."INTERVALDS"', 'ora."INTERVALDS"',
  'pg_catalog.round($1 * $2::numeric, 9)::ora."INTERVALDS"');
CALL ora.define_operator('/', 'by', 'ora."INTERVALDS"', 'numeric', 'ora."INTERVALDS"',
  'pg_catalog.round(ora.divide($1::numeric, $2), 9)::ora."INTERVALDS"');
CALL ora.define_operator('*', 'times', 'ora."INTERVALYM"', 'numeric', 'ora."INTERVALYM"',
  'pg_catalog.trunc($1::int8 * $2)::int8::ora."INTERVALYM"');
CALL ora.define_operator('*', 'times', 'numeric', 'ora."INTERVALYM"', 'ora."INTERVALYM"',
  'pg_catalog.trunc($1 * $2::int8)::int8::ora."INTERVALYM"');
CALL ora.define_operator('/', 'by', 'ora."INTERVALYM"', 'numeric', 'ora."INTERVALYM"',
  'pg_catalog.trunc(ora.divide($1::int8, $2))::int8::ora."INTERVALYM"');

-- (a - b) DAY TO SECOND: of dates it is a number of days, of timestamps an interval already.
CREATE FUNCTION ora.day_to_second(days numeric) RETURNS ora."INTERVALDS"
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN pg_catalog.round(days * 86400, 9)::ora."INTERVALDS";
CREATE FUNCTION ora.day_to_second(span ora."INTERVALDS") RETURNS ora."INTERVALDS"
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN span;
CREATE FUNCTION ora.year_to_month(span ora."INTERVALYM") RETURNS ora."INTERVALYM"
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN span;

-- ------------------------------------------------------------------ comparison with text

-- Text is converted to the type of the other side (SQL Language Reference, "Implicit Data
-- Conversion").
DO $$
DECLARE
  pair text[];
  symbol text[];
BEGIN
  FOREACH pair SLICE 1 IN ARRAY ARRAY[
    ['numeric', 'number_of'], ['float4', 'float_of'], ['float8', 'double_of'],
    ['ora."DATE"', 'date_of'], ['ora."TIMESTAMP"', 'timestamp_of'], ['ora."TSTZ"', 'zoned_of'],
    ['ora."TSLTZ"', 'local_of'], ['ora."INTERVALDS"', 'day_interval_of'],
    ['ora."INTERVALYM"', 'month_interval_of'], ['ora."ROWID"', 'rowid_of'], ['bytea', 'raw_of']]
  LOOP
    FOREACH symbol SLICE 1 IN ARRAY ARRAY[
      ['=', 'eq'], ['<>', 'ne'], ['<', 'lt'], ['<=', 'le'], ['>', 'gt'], ['>=', 'ge']]
    LOOP
      CALL ora.define_operator(symbol[1], symbol[2], 'text', pair[1], 'boolean',
        format('ora.%s($1) %s $2', pair[2], symbol[1]));
      CALL ora.define_operator(symbol[1], symbol[2], pair[1], 'text', 'boolean',
        format('$1 %s ora.%s($2)', symbol[1], pair[2]));
    END LOOP;
  END LOOP;
END $$;

-- CHAR against VARCHAR2: blanks at the end count (SQL Language Reference, "Nonpadded Comparison
-- Semantics"). PostgreSQL would compare both as CHAR. The operators join the families of text, so
-- that indexes and row comparisons know them; no join hashes or merges CHAR with VARCHAR2.
DO $$
DECLARE
  pair text[];
  functions constant text[] := ARRAY['text_lt', 'text_le', 'texteq', 'text_ge', 'text_gt', 'textne'];
  operators constant text[] := ARRAY['<', '<=', '=', '>=', '>', '<>'];
  commutators constant text[] := ARRAY['>', '>=', '=', '<=', '<', '<>'];
  negators constant text[] := ARRAY['>=', '>', '<>', '<', '<=', '='];
  joins constant text[] := ARRAY['scalarlt', 'scalarle', 'eq', 'scalarge', 'scalargt', 'neq'];
  name text;
BEGIN
  FOREACH pair SLICE 1 IN ARRAY ARRAY[
    ['varchar', 'varchar'], ['varchar', 'bpchar'], ['bpchar', 'varchar']]
  LOOP
    FOR i IN 1 .. 6 LOOP
      name := format('%s_%s_%s', pair[1], pair[2], joins[i]);
      EXECUTE format(
        'CREATE FUNCTION ora.%1$I(%2$s, %3$s) RETURNS boolean LANGUAGE internal
           IMMUTABLE STRICT PARALLEL SAFE LEAKPROOF AS %4$L;
         CREATE OPERATOR "SYS".%5$s (LEFTARG = %2$s, RIGHTARG = %3$s, FUNCTION = ora.%1$I,
           COMMUTATOR = OPERATOR("SYS".%6$s), NEGATOR = OPERATOR("SYS".%7$s),
           RESTRICT = %8$ssel, JOIN = %8$sjoinsel %9$s)',
        name, pair[1], pair[2], functions[i], operators[i], commutators[i], negators[i], joins[i],
        CASE WHEN i = 3 AND pair[1] = pair[2] THEN ', HASHES, MERGES' ELSE '' END);
    END LOOP;
    EXECUTE format(
      'ALTER OPERATOR FAMILY text_ops USING btree ADD
         OPERATOR 1 "SYS".< (%1$s, %2$s), OPERATOR 2 "SYS".<= (%1$s, %2$s),
         OPERATOR 3 "SYS".= (%1$s, %2$s), OPERATOR 4 "SYS".>= (%1$s, %2$s),
         OPERATOR 5 "SYS".> (%1$s, %2$s), FUNCTION 1 (%1$s, %2$s) bttextcmp(text, text)',
      pair[1], pair[2]);
  END LOOP;
END $$;
ALTER OPERATOR FAMILY text_ops USING btree ADD
  FUNCTION 1 (text, varchar) bttextcmp(text, text),
  FUNCTION 1 (text, bpchar) bttextcmp(text, text);
ALTER OPERATOR FAMILY text_ops USING hash ADD
  OPERATOR 1 "SYS".= (varchar, varchar),
  FUNCTION 1 (varchar, varchar) hashtext(text),
  FUNCTION 2 (varchar, varchar) hashtextextended(text, int8);

-- LOBs are compared with DBMS_LOB.COMPARE only.
CREATE FUNCTION ora.refuse_lob_comparison() RETURNS boolean
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  PERFORM ora.raise_error(932, 'inconsistent datatypes: expected - got CLOB');
  RETURN NULL;
END $$;

DO $$
DECLARE
  lob text;
  symbol text[];
BEGIN
  FOREACH lob IN ARRAY ARRAY['ora."CLOB"', 'ora."NCLOB"'] LOOP
    FOREACH symbol SLICE 1 IN ARRAY ARRAY[
      ['=', 'eq'], ['<>', 'ne'], ['<', 'lt'], ['<=', 'le'], ['>', 'gt'], ['>=', 'ge']]
    LOOP
      CALL ora.define_operator(
        symbol[1], symbol[2], lob, 'text', 'boolean', 'ora.refuse_lob_comparison()');
      CALL ora.define_operator(
        symbol[1], symbol[2], 'text', lob, 'boolean', 'ora.refuse_lob_comparison()');
      CALL ora.define_operator(
        symbol[1], symbol[2], lob, lob, 'boolean', 'ora.refuse_lob_comparison()');
    END LOOP;
  END LOOP;
END $$;

DROP PROCEDURE ora.define_operator(text, text, text, text, text, text);
