-- Oracle's data types, as engine/contract.py describes them: comparison, indexes, min and max.
--
-- A type that stores a number of seconds is PostgreSQL's numeric under another name: its functions,
-- its typmod (30, n) and its rounding to n digits. A type that stores text or bytes is text or bytea
-- with an OID of its own, by which describing a result tells them apart.

-- bpchar to text keeps the trailing blanks, as CHAR to VARCHAR2 does in Oracle.
UPDATE pg_cast SET castfunc = 0, castmethod = 'b'
WHERE castsource = 'bpchar'::regtype AND casttarget IN ('text'::regtype, 'varchar'::regtype);

-- ------------------------------------------------------------------- comparison, for any type

CREATE PROCEDURE ora.define_comparison(
  type_name text, functions text[], compare text, hash text)
LANGUAGE plpgsql AS $$
DECLARE
  operators constant text[] := ARRAY['=', '<>', '<', '<=', '>', '>='];
  negators constant text[] := ARRAY['<>', '=', '>=', '>', '<=', '<'];
  commutators constant text[] := ARRAY['=', '<>', '>', '>=', '<', '<='];
  joins constant text[] := ARRAY['eq', 'neq', 'scalarlt', 'scalarle', 'scalargt', 'scalarge'];
  stem constant text := lower(type_name);
  i int;
BEGIN
  FOR i IN 1 .. 6 LOOP
    EXECUTE format(
      'CREATE FUNCTION ora.%1$s_%5$s(ora.%2$I, ora.%2$I) RETURNS bool LANGUAGE internal
         IMMUTABLE STRICT PARALLEL SAFE AS %3$L;
       CREATE OPERATOR ora.%4$s (LEFTARG = ora.%2$I, RIGHTARG = ora.%2$I,
         FUNCTION = ora.%1$s_%5$s, COMMUTATOR = OPERATOR(ora.%6$s), NEGATOR = OPERATOR(ora.%7$s),
         RESTRICT = %5$ssel, JOIN = %5$sjoinsel %8$s)',
      stem, type_name, functions[i], operators[i], joins[i], commutators[i], negators[i],
      CASE WHEN i = 1 THEN ', HASHES, MERGES' ELSE '' END);
  END LOOP;
  EXECUTE format(
    'CREATE FUNCTION ora.%1$s_compare(ora.%2$I, ora.%2$I) RETURNS int4 LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS %3$L;
     CREATE FUNCTION ora.%1$s_hash(ora.%2$I) RETURNS int4 LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS %4$L;
     CREATE OPERATOR CLASS ora.%1$s_btree DEFAULT FOR TYPE ora.%2$I USING btree AS
       OPERATOR 1 ora.<, OPERATOR 2 ora.<=, OPERATOR 3 ora.=, OPERATOR 4 ora.>=, OPERATOR 5 ora.>,
       FUNCTION 1 ora.%1$s_compare(ora.%2$I, ora.%2$I);
     CREATE OPERATOR CLASS ora.%1$s_hashed DEFAULT FOR TYPE ora.%2$I USING hash AS
       OPERATOR 1 ora.=, FUNCTION 1 ora.%1$s_hash(ora.%2$I)',
    stem, type_name, compare, hash);
END $$;

CREATE PROCEDURE ora.define_extremes(type_name text, smaller text, larger text)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'CREATE FUNCTION ora.%1$s_smaller(ora.%2$I, ora.%2$I) RETURNS ora.%2$I LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS %3$L;
     CREATE FUNCTION ora.%1$s_larger(ora.%2$I, ora.%2$I) RETURNS ora.%2$I LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS %4$L;
     CREATE AGGREGATE "SYS".min(ora.%2$I) (SFUNC = ora.%1$s_smaller, STYPE = ora.%2$I,
       COMBINEFUNC = ora.%1$s_smaller, SORTOP = OPERATOR(ora.<), PARALLEL = SAFE);
     CREATE AGGREGATE "SYS".max(ora.%2$I) (SFUNC = ora.%1$s_larger, STYPE = ora.%2$I,
       COMBINEFUNC = ora.%1$s_larger, SORTOP = OPERATOR(ora.>), PARALLEL = SAFE)',
    lower(type_name), type_name, smaller, larger);
END $$;

-- ----------------------------------------------------------------------------- time types

CREATE PROCEDURE ora.define_seconds_type(type_name text, category text)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'CREATE TYPE ora.%2$I;
     CREATE FUNCTION ora.%1$s_in(cstring, oid, int4) RETURNS ora.%2$I LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''numeric_in'';
     CREATE FUNCTION ora.%1$s_out(ora.%2$I) RETURNS cstring LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''numeric_out'';
     CREATE FUNCTION ora.%1$s_recv(internal, oid, int4) RETURNS ora.%2$I LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''numeric_recv'';
     CREATE FUNCTION ora.%1$s_send(ora.%2$I) RETURNS bytea LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''numeric_send'';
     CREATE TYPE ora.%2$I (INPUT = ora.%1$s_in, OUTPUT = ora.%1$s_out, RECEIVE = ora.%1$s_recv,
       SEND = ora.%1$s_send, TYPMOD_IN = numerictypmodin, TYPMOD_OUT = numerictypmodout,
       LIKE = numeric, CATEGORY = %3$L);
     CREATE FUNCTION ora.%1$s_fit(ora.%2$I, int4) RETURNS ora.%2$I LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''numeric'';
     CREATE CAST (ora.%2$I AS ora.%2$I) WITH FUNCTION ora.%1$s_fit AS IMPLICIT;
     CREATE CAST (ora.%2$I AS numeric) WITHOUT FUNCTION;
     CREATE CAST (numeric AS ora.%2$I) WITHOUT FUNCTION',
    lower(type_name), type_name, category);
  CALL ora.define_comparison(
    type_name,
    ARRAY['numeric_eq', 'numeric_ne', 'numeric_lt', 'numeric_le', 'numeric_gt', 'numeric_ge'],
    'numeric_cmp', 'hash_numeric');
  CALL ora.define_extremes(type_name, 'numeric_smaller', 'numeric_larger');
END $$;

CALL ora.define_seconds_type('DATE', 'D');
CALL ora.define_seconds_type('TIMESTAMP', 'D');
CALL ora.define_seconds_type('TSLTZ', 'D');
CALL ora.define_seconds_type('INTERVALDS', 'T');

COMMENT ON TYPE ora."DATE" IS 'DATE: whole wall-clock seconds since 1970-01-01 00:00:00.';
COMMENT ON TYPE ora."TIMESTAMP" IS 'TIMESTAMP: wall-clock seconds, up to 9 decimals.';
COMMENT ON TYPE ora."TSLTZ" IS 'TIMESTAMP WITH LOCAL TIME ZONE: UTC seconds.';
COMMENT ON TYPE ora."INTERVALDS" IS 'INTERVAL DAY TO SECOND: seconds.';

CREATE TYPE ora."INTERVALYM";
CREATE FUNCTION ora.intervalym_in(cstring) RETURNS ora."INTERVALYM"
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int8in';
CREATE FUNCTION ora.intervalym_out(ora."INTERVALYM") RETURNS cstring
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int8out';
CREATE FUNCTION ora.intervalym_recv(internal) RETURNS ora."INTERVALYM"
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int8recv';
CREATE FUNCTION ora.intervalym_send(ora."INTERVALYM") RETURNS bytea
LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int8send';
CREATE TYPE ora."INTERVALYM" (
  INPUT = ora.intervalym_in, OUTPUT = ora.intervalym_out, RECEIVE = ora.intervalym_recv,
  SEND = ora.intervalym_send, LIKE = int8, CATEGORY = 'T');
COMMENT ON TYPE ora."INTERVALYM" IS 'INTERVAL YEAR TO MONTH: months.';
CREATE CAST (ora."INTERVALYM" AS int8) WITHOUT FUNCTION;
CREATE CAST (int8 AS ora."INTERVALYM") WITHOUT FUNCTION;
CALL ora.define_comparison(
  'INTERVALYM', ARRAY['int8eq', 'int8ne', 'int8lt', 'int8le', 'int8gt', 'int8ge'],
  'btint8cmp', 'hashint8');
CALL ora.define_extremes('INTERVALYM', 'int8smaller', 'int8larger');

CREATE TYPE ora."TSTZ" AS (u numeric, z text);
COMMENT ON TYPE ora."TSTZ" IS
  'TIMESTAMP WITH TIME ZONE: u is UTC seconds, z the zone as written (+02:00 or a region).';

-- Two zoned values are equal when their instants are, whatever their zones.
CREATE FUNCTION ora.tstz_eq(a ora."TSTZ", b ora."TSTZ") RETURNS bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (a).u = (b).u;
CREATE FUNCTION ora.tstz_ne(a ora."TSTZ", b ora."TSTZ") RETURNS bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (a).u <> (b).u;
CREATE FUNCTION ora.tstz_lt(a ora."TSTZ", b ora."TSTZ") RETURNS bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (a).u < (b).u;
CREATE FUNCTION ora.tstz_le(a ora."TSTZ", b ora."TSTZ") RETURNS bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (a).u <= (b).u;
CREATE FUNCTION ora.tstz_gt(a ora."TSTZ", b ora."TSTZ") RETURNS bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (a).u > (b).u;
CREATE FUNCTION ora.tstz_ge(a ora."TSTZ", b ora."TSTZ") RETURNS bool
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN (a).u >= (b).u;
CREATE FUNCTION ora.tstz_compare(a ora."TSTZ", b ora."TSTZ") RETURNS int4
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN numeric_cmp((a).u, (b).u);
CREATE FUNCTION ora.tstz_hash(a ora."TSTZ") RETURNS int4
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN hash_numeric((a).u);
CREATE FUNCTION ora.tstz_smaller(a ora."TSTZ", b ora."TSTZ") RETURNS ora."TSTZ"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN CASE WHEN (b).u < (a).u THEN b ELSE a END;
CREATE FUNCTION ora.tstz_larger(a ora."TSTZ", b ora."TSTZ") RETURNS ora."TSTZ"
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN CASE WHEN (b).u > (a).u THEN b ELSE a END;

CREATE OPERATOR ora.= (
  LEFTARG = ora."TSTZ", RIGHTARG = ora."TSTZ", FUNCTION = ora.tstz_eq,
  COMMUTATOR = OPERATOR(ora.=), NEGATOR = OPERATOR(ora.<>), RESTRICT = eqsel, JOIN = eqjoinsel,
  HASHES, MERGES);
CREATE OPERATOR ora.<> (
  LEFTARG = ora."TSTZ", RIGHTARG = ora."TSTZ", FUNCTION = ora.tstz_ne,
  COMMUTATOR = OPERATOR(ora.<>), NEGATOR = OPERATOR(ora.=), RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR ora.< (
  LEFTARG = ora."TSTZ", RIGHTARG = ora."TSTZ", FUNCTION = ora.tstz_lt,
  COMMUTATOR = OPERATOR(ora.>), NEGATOR = OPERATOR(ora.>=),
  RESTRICT = scalarltsel, JOIN = scalarltjoinsel);
CREATE OPERATOR ora.<= (
  LEFTARG = ora."TSTZ", RIGHTARG = ora."TSTZ", FUNCTION = ora.tstz_le,
  COMMUTATOR = OPERATOR(ora.>=), NEGATOR = OPERATOR(ora.>),
  RESTRICT = scalarlesel, JOIN = scalarlejoinsel);
CREATE OPERATOR ora.> (
  LEFTARG = ora."TSTZ", RIGHTARG = ora."TSTZ", FUNCTION = ora.tstz_gt,
  COMMUTATOR = OPERATOR(ora.<), NEGATOR = OPERATOR(ora.<=),
  RESTRICT = scalargtsel, JOIN = scalargtjoinsel);
CREATE OPERATOR ora.>= (
  LEFTARG = ora."TSTZ", RIGHTARG = ora."TSTZ", FUNCTION = ora.tstz_ge,
  COMMUTATOR = OPERATOR(ora.<=), NEGATOR = OPERATOR(ora.<),
  RESTRICT = scalargesel, JOIN = scalargejoinsel);
CREATE OPERATOR CLASS ora.tstz_btree DEFAULT FOR TYPE ora."TSTZ" USING btree AS
  OPERATOR 1 ora.<, OPERATOR 2 ora.<=, OPERATOR 3 ora.=, OPERATOR 4 ora.>=, OPERATOR 5 ora.>,
  FUNCTION 1 ora.tstz_compare(ora."TSTZ", ora."TSTZ");
CREATE OPERATOR CLASS ora.tstz_hashed DEFAULT FOR TYPE ora."TSTZ" USING hash AS
  OPERATOR 1 ora.=, FUNCTION 1 ora.tstz_hash(ora."TSTZ");
CREATE AGGREGATE "SYS".min(ora."TSTZ") (
  SFUNC = ora.tstz_smaller, STYPE = ora."TSTZ", SORTOP = OPERATOR(ora.<));
CREATE AGGREGATE "SYS".max(ora."TSTZ") (
  SFUNC = ora.tstz_larger, STYPE = ora."TSTZ", SORTOP = OPERATOR(ora.>));

-- ------------------------------------------------------------------- text and byte types

CREATE PROCEDURE ora.define_varying_type(type_name text, base text, stem text, category text)
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format(
    'CREATE TYPE ora.%2$I;
     CREATE FUNCTION ora.%1$s_in(cstring) RETURNS ora.%2$I LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''%4$sin'';
     CREATE FUNCTION ora.%1$s_out(ora.%2$I) RETURNS cstring LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''%4$sout'';
     CREATE FUNCTION ora.%1$s_recv(internal) RETURNS ora.%2$I LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''%4$srecv'';
     CREATE FUNCTION ora.%1$s_send(ora.%2$I) RETURNS bytea LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''%4$ssend'';
     CREATE TYPE ora.%2$I (INPUT = ora.%1$s_in, OUTPUT = ora.%1$s_out, RECEIVE = ora.%1$s_recv,
       SEND = ora.%1$s_send, LIKE = %3$s, CATEGORY = %5$L, COLLATABLE = %6$s);
     CREATE CAST (ora.%2$I AS %3$s) WITHOUT FUNCTION AS IMPLICIT;
     CREATE CAST (%3$s AS ora.%2$I) WITHOUT FUNCTION AS ASSIGNMENT',
    lower(type_name), type_name, base, stem, category, CASE base WHEN 'text' THEN 'true' ELSE 'false' END);
END $$;

CALL ora.define_varying_type('CLOB', 'text', 'text', 'S');
CALL ora.define_varying_type('NCLOB', 'text', 'text', 'S');
CALL ora.define_varying_type('LONG', 'text', 'text', 'S');
CALL ora.define_varying_type('BLOB', 'bytea', 'bytea', 'U');
CALL ora.define_varying_type('CURSOR', 'text', 'text', 'U');
CALL ora.define_varying_type('LONGRAW', 'bytea', 'bytea', 'U');
CALL ora.define_varying_type('ROWID', 'bytea', 'bytea', 'U');
COMMENT ON TYPE ora."CURSOR" IS 'The rows of a CURSOR expression: records, each after its length.';
CREATE FUNCTION ora.cursor_entry(record text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN concat(octet_length(record)::text, ':', record);
COMMENT ON TYPE ora."ROWID" IS
  'ROWID: object number 4 bytes, file and block 4, row 2, big-endian; the order is physical.';

CALL ora.define_comparison(
  'ROWID', ARRAY['byteaeq', 'byteane', 'bytealt', 'byteale', 'byteagt', 'byteage'],
  'byteacmp', 'hashvarlena');
CALL ora.define_extremes('ROWID', 'bytea_smaller', 'bytea_larger');

DROP PROCEDURE ora.define_seconds_type(text, text);
DROP PROCEDURE ora.define_varying_type(text, text, text, text);
DROP PROCEDURE ora.define_extremes(text, text, text);
DROP PROCEDURE ora.define_comparison(text, text[], text, text);
