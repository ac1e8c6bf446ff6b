-- Copies of BENCH.T_00000 with its keys and comments, and the facts of each as CREATE TABLE would
-- have written them. Thousands of tables in a few statements, so that a benchmark can begin soon.

CREATE SCHEMA bench_loader;

CREATE FUNCTION bench_loader.table_name(number int) RETURNS text
LANGUAGE sql IMMUTABLE
RETURN 'T_' || lpad(number::text, greatest(5, length(number::text)), '0');

-- Each hundred tables refer to the first of them: PostgreSQL rebuilds what it knows of a table with
-- every key that refers to it.
CREATE FUNCTION bench_loader.copy_tables(first int, last int) RETURNS void
LANGUAGE plpgsql SET client_min_messages = 'error' AS $$
DECLARE
    name text;
    parent text;
BEGIN
    FOR number IN first .. last LOOP
        name := bench_loader.table_name(number);
        parent := bench_loader.table_name(number - number % 100);
        EXECUTE format('CREATE TABLE "BENCH".%I (LIKE "BENCH"."T_00000" INCLUDING DEFAULTS'
            ' INCLUDING COMMENTS, CONSTRAINT %I PRIMARY KEY ("ID"), CONSTRAINT %I UNIQUE ("CODE"))',
            name, name || '_PK', name || '_UK');
        EXECUTE format('ALTER TABLE "BENCH".%I ADD CONSTRAINT %I FOREIGN KEY ("PARENT_ID")'
            ' REFERENCES "BENCH".%I ("ID")', name, name || '_FK', parent);
        EXECUTE format('COMMENT ON TABLE "BENCH".%I IS %L', name, 'Table number ' || number);
        EXECUTE format('ALTER TABLE "BENCH".%I OWNER TO "BENCH"', name);
    END LOOP;
END
$$;

CREATE FUNCTION bench_loader.record_copies() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    pattern oid := '"BENCH"."T_00000"'::regclass;
BEGIN
    CREATE TEMPORARY TABLE copies ON COMMIT DROP AS
    SELECT c.oid AS relid, c.relname::text AS name FROM pg_class c
    WHERE c.relnamespace = '"BENCH"'::regnamespace AND c.relkind = 'r'
        AND NOT EXISTS (SELECT FROM ora.table_facts f WHERE f.relid = c.oid);
    -- LIKE copies the names of NOT NULL constraints, and Oracle has each once in a schema.
    UPDATE pg_constraint k SET conname = 'SYS_C00' || nextval('ora.generated_name')::text
    FROM copies c WHERE c.relid = k.conrelid AND k.contype = 'n';
    -- No two columns share their comment, so that nobody gains by keeping equal texts once.
    UPDATE pg_description d SET description = d.description || ' of ' || c.name
    FROM copies c
    WHERE c.relid = d.objoid AND d.classoid = 'pg_class'::regclass AND d.objsubid > 0;
    INSERT INTO ora.table_facts (relid, object_type, tablespace)
    SELECT relid, 'TABLE', 'USERS' FROM copies;
    INSERT INTO ora.table_facts (relid, object_type, parent)
    SELECT i.indexrelid, 'INDEX', i.indrelid FROM pg_index i JOIN copies c ON c.relid = i.indrelid;
    INSERT INTO ora.column_facts
    SELECT (jsonb_populate_record(f, jsonb_build_object('relid', c.relid))).*
    FROM copies c CROSS JOIN ora.column_facts f WHERE f.relid = pattern;
    INSERT INTO ora.constraint_facts (conoid, relid, search_condition, generated)
    SELECT k.oid, k.conrelid, CASE k.contype WHEN 'n' THEN format('%I IS NOT NULL', a.attname) END,
        k.contype = 'n'
    FROM copies c
    JOIN pg_constraint k ON k.conrelid = c.relid
    LEFT JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
    WHERE k.contype <> 'n' OR a.attname <> 'ID';
END
$$;
