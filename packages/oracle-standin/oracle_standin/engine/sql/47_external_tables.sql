-- External tables: where their files are, and the rows that a statement reads.
--
-- A statement's rows lie in a table of ora_external while it runs. Source: Administrator's Guide,
-- "Managing External Tables".

CREATE SCHEMA ora_external;
GRANT USAGE ON SCHEMA ora_external TO PUBLIC;

CREATE TABLE ora.external_facts (
    relid oid PRIMARY KEY,
    driver text NOT NULL,                  -- ORACLE_LOADER
    directory text NOT NULL,               -- the default one
    access_parameters text NOT NULL,
    reject_limit text NOT NULL             -- a number or UNLIMITED
);
CREATE TABLE ora.external_locations (
    relid oid NOT NULL,
    position int NOT NULL,
    directory text NOT NULL,
    location text NOT NULL,
    PRIMARY KEY (relid, position)
);
GRANT SELECT ON ora.external_facts, ora.external_locations TO PUBLIC;

CREATE FUNCTION ora.load_external(stage text, target text, conversions text) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
    row_id tid;
    rejected int := 0;
BEGIN
    BEGIN
        EXECUTE format('INSERT INTO %s SELECT %s FROM %s s', target, conversions, stage);
        RETURN 0;
    EXCEPTION WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'OR000' THEN
        NULL;  -- some row is bad: find out which
    END;
    FOR row_id IN EXECUTE format('SELECT s.ctid FROM %s s ORDER BY s.ctid', stage) LOOP
        BEGIN
            EXECUTE format('INSERT INTO %s SELECT %s FROM %s s WHERE s.ctid = $1', target,
                conversions, stage) USING row_id;
        EXCEPTION WHEN data_exception OR integrity_constraint_violation OR SQLSTATE 'OR000' THEN
            rejected := rejected + 1;
        END;
    END LOOP;
    RETURN rejected;
END
$$;
COMMENT ON FUNCTION ora.load_external(text, text, text) IS
  'Converts rows of text and returns how many could not be.';
