-- Rows of partitioned tables stay in their partition unless ROW MOVEMENT is enabled.
-- Source: SQL Language Reference, CREATE TABLE, row_movement_clause.

SET LOCAL search_path = pg_catalog, ora;

CREATE FUNCTION ora.check_row_movement() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, ora AS $$
DECLARE
  stays boolean;
BEGIN
  EXECUTE format('SELECT %s FROM (SELECT ($1).*) AS changed', pg_get_partition_constraintdef(TG_RELID))
    INTO stays USING NEW;
  IF NOT coalesce(stays, false) AND NOT (
      SELECT f.row_movement FROM ora.table_facts f WHERE f.relid = pg_partition_root(TG_RELID)) THEN
    PERFORM ora.raise_error(14402, 'updating partition key column would cause a partition change');
  END IF;
  RETURN NEW;
END $$;
COMMENT ON FUNCTION ora.check_row_movement() IS
  'Keeps an update of the partition key from moving the row, on tables without ROW MOVEMENT.';
