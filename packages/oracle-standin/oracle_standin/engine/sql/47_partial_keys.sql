-- Unique keys of several columns of which some are NULL.
--
-- Oracle compares the columns that are not NULL: a second row with the same ones is kept out, and
-- rows without any are free (SQL Language Reference, constraint, "Restrictions on Unique
-- Constraints"). To PostgreSQL each NULL is another value. So each such key has a guard: an index of
-- the rows that have some of the key's columns. Its condition names the columns and is what ties the
-- two together, since names and oids change. A guard has no facts: the dictionary does not show it.

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.key_columns(key oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog
RETURN (SELECT string_agg(pg_get_indexdef(x.indexrelid, k.position, true), ', ' ORDER BY k.position)
  FROM pg_index x CROSS JOIN generate_series(1, x.indnkeyatts) AS k (position)
  WHERE x.indexrelid = key);
COMMENT ON FUNCTION ora.key_columns(oid) IS 'The columns and expressions of an index.';

CREATE FUNCTION ora.guards(guard oid, key oid) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog
RETURN (SELECT strpos(pg_get_expr(x.indpred, x.indrelid, true),
    'num_nulls(' || ora.key_columns(key) || ')') > 0 FROM pg_index x WHERE x.indexrelid = guard);

CREATE VIEW ora.key_guards AS
SELECT x.indrelid, x.indexrelid AS guard, k.indexrelid AS key
FROM pg_index x
JOIN pg_class c ON c.oid = x.indexrelid AND starts_with(c.relname::text, 'ora$key$')
  AND c.relkind IN ('i', 'I')
LEFT JOIN pg_index k ON k.indrelid = x.indrelid AND k.indisunique AND k.indpred IS NULL
  AND ora.guards(x.indexrelid, k.indexrelid);
COMMENT ON VIEW ora.key_guards IS 'Guards and the keys they belong to, NULL for one that is left over.';

CREATE FUNCTION ora.key_text(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog
RETURN coalesce('=' || value, '');
COMMENT ON FUNCTION ora.key_text(text) IS
  'What a key that can wait compares: exclusion constraints can be deferred, but pass over NULL.';

CREATE FUNCTION ora.key_texts(key oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog
RETURN (SELECT string_agg(format('ora.key_text(%s) WITH OPERATOR(pg_catalog.=)',
      format(CASE a.atttypid WHEN 'numeric'::regtype THEN 'trim_scale(%s)::text'
        WHEN 'ora."TSTZ"'::regtype THEN 'trim_scale((%s).u)::text' ELSE '(%s)::text' END,
      pg_get_indexdef(key, a.attnum, true))), ', ' ORDER BY a.attnum)
  FROM pg_attribute a WHERE a.attrelid = key);

CREATE SEQUENCE ora.guard_number;

CREATE FUNCTION ora.guard_partial_keys(relation oid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
  found record;
  name text;
  partly text;
BEGIN
  FOR found IN
    SELECT x.indexrelid, ora.key_columns(x.indexrelid) AS columns, x.indnkeyatts AS width,
      coalesce(c.condeferrable, false) AS waits, coalesce(c.condeferred, false) AS deferred
    FROM pg_index x LEFT JOIN pg_constraint c ON c.conindid = x.indexrelid AND c.contype = 'u'
    WHERE x.indrelid = relation AND x.indisunique AND NOT x.indisprimary AND x.indnkeyatts > 1
      AND x.indpred IS NULL AND NOT EXISTS (SELECT FROM ora.key_guards g WHERE g.key = x.indexrelid)
  LOOP
    name := 'ora$key$' || nextval('ora.guard_number');
    partly := format('(num_nulls(%s) BETWEEN 1 AND %s)', found.columns, found.width - 1);
    IF found.waits THEN
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I EXCLUDE USING btree (%s) WHERE %s DEFERRABLE %s',
        relation::regclass, name,
        ora.key_texts(found.indexrelid),
        partly, CASE WHEN found.deferred THEN 'INITIALLY DEFERRED' ELSE '' END);
    ELSE
      EXECUTE format('CREATE UNIQUE INDEX %I ON %s (%s) NULLS NOT DISTINCT WHERE %s',
        name, relation::regclass, found.columns, partly);
    END IF;
  END LOOP;
END $$;
COMMENT ON FUNCTION ora.guard_partial_keys(oid) IS 'Gives each unique key of several columns a guard.';

CREATE FUNCTION ora.drop_left_guards() RETURNS event_trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
DECLARE
  found record;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_event_trigger_dropped_objects() o
      WHERE o.object_type = 'index' AND NOT starts_with(o.object_name, 'ora$key$')) THEN
    RETURN;
  END IF;
  FOR found IN
    SELECT g.indrelid::regclass AS at, g.guard::regclass AS guard, c.conname
    FROM ora.key_guards g LEFT JOIN pg_constraint c ON c.conindid = g.guard AND c.contype = 'x'
    WHERE g.key IS NULL
  LOOP
    IF found.conname IS NULL THEN
      EXECUTE format('DROP INDEX %s', found.guard);
    ELSE
      EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.at, found.conname);
    END IF;
  END LOOP;
END $$;
CREATE EVENT TRIGGER drop_left_guards ON sql_drop EXECUTE FUNCTION ora.drop_left_guards();

CREATE FUNCTION ora.constraints_to_set(schema text, name text, timing text) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ora AS $$
DECLARE
  found pg_constraint;
BEGIN
  SELECT c.* INTO found FROM pg_constraint c
  JOIN pg_namespace n ON n.oid = c.connamespace
    AND n.nspname = coalesce(schema, ora.setting('current_schema'))
  WHERE c.conname = name;
  IF found IS NULL THEN
    PERFORM ora.raise_error(2448, 'constraint does not exist');
  ELSIF NOT found.condeferrable AND timing = 'DEFERRED' THEN
    PERFORM ora.raise_error(2447, 'cannot defer a constraint that is not deferrable');
  ELSIF found.condeferrable THEN
    RETURN QUERY SELECT format('%I.%I', n.nspname, c.conname)
    FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
    WHERE c.oid = found.oid OR c.contype = 'x' AND c.conindid IN (
      SELECT g.guard FROM ora.key_guards g WHERE g.key = found.conindid AND found.contype = 'u');
  END IF;
END $$;
COMMENT ON FUNCTION ora.constraints_to_set(text, text, text) IS
  'The constraints of the engine that SET CONSTRAINT means.';

CREATE FUNCTION ora.violated_key(schema text, index_name text,
  OUT owner text, OUT name text, OUT table_name text, OUT columns text[])
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ora AS $$
DECLARE
  found oid;
BEGIN
  IF starts_with(schema, 'pg_temp_') THEN  -- as `ora.session_table` names them
    SELECT x.indexrelid INTO found FROM pg_index x
    WHERE ora.session_index_name(x.indexrelid) = index_name;
  ELSE
    found := to_regclass(format('%I.%I', schema, index_name))::oid;
  END IF;
  found := coalesce(pg_partition_root(found), found);
  found := coalesce((SELECT g.key FROM ora.key_guards g WHERE g.guard = found LIMIT 1), found);
  SELECT n.nspname::text, i.relname::text, t.relname::text, (SELECT array_agg(k.shown_name ORDER BY k.n)
    FROM ora.listed_index_columns k WHERE k.relid = x.indexrelid)
  INTO owner, name, table_name, columns
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
  JOIN pg_namespace n ON n.oid = t.relnamespace
  WHERE x.indexrelid = found;
END $$;
COMMENT ON FUNCTION ora.violated_key(text, text) IS
  'The key that an index of the engine stands for: of the whole table, not of a part or a guard.';
