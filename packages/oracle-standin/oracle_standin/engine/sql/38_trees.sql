-- Hierarchical queries and recursive WITH: what stops a loop.
-- Source: SQL Language Reference, "Hierarchical Queries"; SELECT, subquery_factoring_clause.

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.tree_path(path int8[], number int8, checked boolean) RETURNS int8[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN checked AND array_position(path, number) IS NOT NULL
  THEN ora.raise_error(1436, 'CONNECT BY loop in user data', path) ELSE path || number END;
COMMENT ON FUNCTION ora.tree_path(int8[], int8, boolean) IS
  'The place of a row below another one; fails for one that is above itself, if that is checked.';

CREATE FUNCTION ora.no_cycle(found boolean) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN found THEN ora.raise_error(32044,
  'cycle detected while executing recursive WITH query', true) ELSE true END;
COMMENT ON FUNCTION ora.no_cycle(boolean) IS 'Fails for a row of a recursive query that closes a cycle.';

CREATE FUNCTION ora.open_type(value anyelement) RETURNS anyelement
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT value $$;
CREATE FUNCTION ora.open_type(value varchar) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN value;
CREATE FUNCTION ora.open_type(value bpchar) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN value;
COMMENT ON FUNCTION ora.open_type(anyelement) IS 'A value without the length or precision of its type.';
