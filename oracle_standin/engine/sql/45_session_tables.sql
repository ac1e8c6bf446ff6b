-- Rows of global temporary tables.
--
-- The definition is an ordinary table that all sessions see and that takes no rows. A session that
-- uses it gets a temporary table of its own with the same columns, constraints and indexes, named
-- after the definition's name and oid. Source: SQL Language Reference, CREATE TABLE.

CREATE FUNCTION ora.session_table_name(definition oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora
RETURN (SELECT left(c.relname::text, 40) || '$' || c.oid::text FROM pg_class c WHERE c.oid = definition);

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
