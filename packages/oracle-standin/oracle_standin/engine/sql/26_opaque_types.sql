-- Types whose values are moved and shown, and nothing else: no comparison, no conversion to text.
--
-- Without these functions PostgreSQL would write a value's own text into any text column.

CREATE PROCEDURE ora.define_opaque_type(type_name text, oracle_name text)
LANGUAGE plpgsql AS $$
DECLARE
  target text;
BEGIN
  EXECUTE format(
    'CREATE TYPE ora.%2$I;
     CREATE FUNCTION ora.%1$s_in(cstring) RETURNS ora.%2$I LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''byteain'';
     CREATE FUNCTION ora.%1$s_out(ora.%2$I) RETURNS cstring LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''byteaout'';
     CREATE FUNCTION ora.%1$s_recv(internal) RETURNS ora.%2$I LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''bytearecv'';
     CREATE FUNCTION ora.%1$s_send(ora.%2$I) RETURNS bytea LANGUAGE internal
       IMMUTABLE STRICT PARALLEL SAFE AS ''byteasend'';
     CREATE TYPE ora.%2$I (INPUT = ora.%1$s_in, OUTPUT = ora.%1$s_out, RECEIVE = ora.%1$s_recv,
       SEND = ora.%1$s_send, LIKE = bytea, CATEGORY = ''U'');
     CREATE CAST (bytea AS ora.%2$I) WITHOUT FUNCTION;
     CREATE CAST (ora.%2$I AS bytea) WITHOUT FUNCTION;
     CREATE FUNCTION ora.text_of(value ora.%2$I) RETURNS text LANGUAGE sql IMMUTABLE
       RETURN ora.raise_error(932, %3$L, NULL::text);
     CREATE CAST (ora.%2$I AS text) WITH FUNCTION ora.text_of(ora.%2$I) AS ASSIGNMENT',
    lower(type_name), type_name,
    'inconsistent datatypes: expected - got ' || oracle_name);
  FOREACH target IN ARRAY ARRAY['varchar', 'bpchar'] LOOP
    EXECUTE format(
      'CREATE FUNCTION ora.%1$s_of(value ora.%2$I) RETURNS %1$s LANGUAGE sql IMMUTABLE
         RETURN ora.text_of(value);
       CREATE CAST (ora.%2$I AS %1$s) WITH FUNCTION ora.%1$s_of(ora.%2$I) AS ASSIGNMENT',
      target, type_name);
  END LOOP;
END $$;

CALL ora.define_opaque_type('BFILE', 'FILE');
COMMENT ON TYPE ora."BFILE" IS
  'BFILE: the names of directory and file, each in UTF-8 after its length in two bytes.';
CALL ora.define_opaque_type('SDO_GEOMETRY', 'MDSYS.SDO_GEOMETRY');
COMMENT ON TYPE ora."SDO_GEOMETRY" IS 'SDO_GEOMETRY: nothing makes a value of it.';

-- The directory need not exist: Oracle looks for it when the file is read.
CREATE FUNCTION "SYS".bfilename(directory text, file text) RETURNS ora."BFILE"
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN directory IS NULL OR file IS NULL
  THEN ora.raise_error(3001,
    'unimplemented feature: BFILENAME of NULL is not in this stand-in', NULL::ora."BFILE")
  ELSE (int2send(octet_length(directory)::int2) OPERATOR(pg_catalog.||)
    convert_to(directory, 'UTF8') OPERATOR(pg_catalog.||)
    int2send(octet_length(file)::int2) OPERATOR(pg_catalog.||)
    convert_to(file, 'UTF8'))::ora."BFILE" END;
