-- Types made by CREATE TYPE, nested tables, and what their values are.
--
-- Each type is a domain over ora."OBJECT", whose values say which type they are of: JSON text of the
-- type's id and of the attributes or elements in PostgreSQL's text. Written by
-- `engine.ddl.object_types`. Source: Object-Relational Developer's Guide.

CALL ora.define_opaque_type('OBJECT', 'an object');
COMMENT ON TYPE ora."OBJECT" IS 'An object or collection: JSON with the id of its type.';

CREATE TABLE ora.type_facts (
    type_id oid PRIMARY KEY DEFAULT nextval('ora.directory_ids')::oid,
    owner text NOT NULL,
    name text NOT NULL,
    collection text,                       -- TABLE or VARYING ARRAY; NULL for an object
    upper_bound int,
    type_oid bytea NOT NULL DEFAULT decode(replace(gen_random_uuid()::text, '-', ''), 'hex'),
    created timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_ddl timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (owner, name)
);

-- The attributes of objects; of a collection the element, without a name.
CREATE TABLE ora.type_attributes (
    type_id oid NOT NULL REFERENCES ora.type_facts ON DELETE CASCADE,
    position int NOT NULL,
    name text,
    type_code int2 NOT NULL,
    data_type text NOT NULL,
    data_length int NOT NULL,
    data_precision int,
    data_scale int,
    char_length int NOT NULL,
    char_used text,
    charset_form int2 NOT NULL,
    data_type_owner text,
    pg_type text NOT NULL,
    PRIMARY KEY (type_id, position)
);

-- The table that stores a nested table column.
CREATE TABLE ora.nested_facts (
    relid oid PRIMARY KEY,
    parent oid NOT NULL,
    attnum int2 NOT NULL,
    locator boolean NOT NULL
);
GRANT SELECT ON ora.type_facts, ora.type_attributes, ora.nested_facts TO PUBLIC;

CREATE FUNCTION ora.object_type(value ora."OBJECT") RETURNS oid
LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, ora
RETURN (convert_from(value::bytea, 'UTF8')::json ->> 'type')::oid;

CREATE FUNCTION ora.is_of_type(value ora."OBJECT", type_id oid, type_name text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, ora AS $$
BEGIN
  IF ora.object_type(value) <> type_id THEN
    PERFORM ora.raise_error(932,
      format('inconsistent datatypes: expected %s got another type', type_name));
  END IF;
  RETURN true;
END $$;

CREATE FUNCTION ora.object_value(type_id oid, texts text[]) RETURNS ora."OBJECT"
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, ora
RETURN convert_to(json_build_object('type', type_id::text, 'values', to_json(texts))::text,
  'UTF8')::ora."OBJECT";

CREATE FUNCTION ora.value_text(value anyelement) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, ora
AS $$ SELECT CASE WHEN value IS DISTINCT FROM NULL THEN array_to_string(ARRAY[value], '') END $$;
COMMENT ON FUNCTION ora.value_text(anyelement) IS 'A value as its type writes it, without a cast.';

-- The attributes of an object type, each followed by its own: Oracle stores each in a hidden column.
CREATE FUNCTION ora.stored_attributes(type_owner text, type_name text)
RETURNS TABLE (ordinal bigint, path text, attribute ora.type_attributes)
LANGUAGE sql STABLE ROWS 5 SET search_path = pg_catalog, ora AS $$
  WITH RECURSIVE parts AS (
    SELECT ARRAY[a.position] AS place, format('"%s"', a.name) AS path, a AS attribute
    FROM ora.type_facts t JOIN ora.type_attributes a ON a.type_id = t.type_id
    WHERE t.owner = type_owner AND t.name = type_name AND t.collection IS NULL
    UNION ALL
    SELECT p.place || a.position, format('%s."%s"', p.path, a.name), a
    FROM parts p
    JOIN ora.type_facts t ON t.owner = (p.attribute).data_type_owner
      AND t.name = (p.attribute).data_type AND t.collection IS NULL
    JOIN ora.type_attributes a ON a.type_id = t.type_id
  )
  SELECT row_number() OVER (ORDER BY place), path, attribute FROM parts
$$;

CREATE FUNCTION ora.storage_columns(type_owner text, type_name text) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, ora
RETURN CASE WHEN type_name = 'XMLTYPE' AND type_owner IN ('SYS', 'PUBLIC') THEN 1
  WHEN EXISTS (SELECT FROM ora.type_facts t
    WHERE t.owner = type_owner AND t.name = type_name AND t.collection = 'TABLE') THEN 1
  ELSE (SELECT count(*) FROM ora.stored_attributes(type_owner, type_name)) END;
COMMENT ON FUNCTION ora.storage_columns(text, text)
  IS 'How many hidden columns a column of a type is stored in.';
