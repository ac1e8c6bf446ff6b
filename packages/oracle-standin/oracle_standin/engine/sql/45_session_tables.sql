-- Rows of global temporary tables.
--
-- The definition is an ordinary table that all sessions see and that takes no rows. A session that
-- uses it gets a temporary table of its own with the same columns, constraints and indexes, named
-- after the definition's name and oid. Source: SQL Language Reference, CREATE TABLE.

CREATE FUNCTION ora.session_table_name(definition oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora
RETURN (SELECT left(c.relname::text, 40) || '$' || c.oid::text FROM pg_class c WHERE c.oid = definition);

CREATE FUNCTION ora.session_index_name(definition oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora
RETURN (SELECT left(c.relname::text, 40) || '$' || c.oid::text FROM pg_class c WHERE c.oid = definition);

CREATE FUNCTION ora.name_session_indexes(definition oid, copy oid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
  found record;
BEGIN
  FOR found IN
    SELECT c.indexrelid::regclass AS index, ora.session_index_name(d.indexrelid) AS name
    FROM pg_index d JOIN pg_index c ON c.indrelid = copy AND c.indkey = d.indkey
      AND c.indisunique = d.indisunique AND (c.indpred IS NULL) = (d.indpred IS NULL)
      AND ora.key_columns(c.indexrelid) = ora.key_columns(d.indexrelid)
    WHERE d.indrelid = definition
  LOOP
    EXECUTE format('ALTER INDEX %s RENAME TO %I', found.index, found.name);
  END LOOP;
END $$;
COMMENT ON FUNCTION ora.name_session_indexes(oid, oid) IS
  'Names the indexes of a session table after those of the definition: errors name keys.';

CREATE FUNCTION ora.session_table(definition oid, INOUT session_name text DEFAULT NULL,
  OUT session_oid oid)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
DECLARE
  until_commit bool;
BEGIN
  session_name := ora.session_table_name(definition);
  SELECT c.oid INTO session_oid FROM pg_class c
  WHERE c.relnamespace = pg_my_temp_schema() AND c.relname = session_name;
  IF session_oid IS NULL THEN
    SELECT f.duration IS DISTINCT FROM 'SYS$SESSION' INTO until_commit
    FROM ora.table_facts f WHERE f.relid = definition;
    EXECUTE format('CREATE TEMPORARY TABLE %I (LIKE %s INCLUDING ALL) ON COMMIT %s ROWS',
      session_name, definition::regclass, CASE WHEN until_commit THEN 'DELETE' ELSE 'PRESERVE' END);
    EXECUTE format('GRANT ALL ON pg_temp.%I TO PUBLIC', session_name);
    PERFORM ora.name_session_indexes(definition, to_regclass(format('pg_temp.%I', session_name))::oid);
    -- LIKE copies no triggers; the one that fits values belongs to the columns.
    IF to_regproc('ora.fit$' || definition::text) IS NOT NULL THEN
      EXECUTE format('CREATE TRIGGER ora$fit BEFORE INSERT OR UPDATE ON pg_temp.%I FOR EACH ROW'
        ' EXECUTE FUNCTION ora.%I()', session_name, 'fit$' || definition::text);
    END IF;
    session_oid := to_regclass(format('pg_temp.%I', session_name))::oid;
  END IF;
END $$;
COMMENT ON FUNCTION ora.session_table(oid, text) IS
  'The table with this session''s rows of a global temporary table, made when it is first used.';
