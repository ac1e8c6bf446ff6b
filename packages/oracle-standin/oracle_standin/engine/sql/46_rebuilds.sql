-- PostgreSQL rebuilds the constraints and indexes of a column whose type changes: they come back
-- under their names with other oids. What is known of them beyond PostgreSQL must follow.

CREATE FUNCTION ora.alter_keeping_facts(relation oid, statement text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
    constraints jsonb;
    indexes jsonb;
    expressions jsonb;
BEGIN
    SELECT jsonb_agg(to_jsonb(f) || jsonb_build_object('at', c.conrelid, 'name', c.conname))
    INTO constraints
    FROM ora.constraint_facts f JOIN pg_constraint c ON c.oid = f.conoid
    WHERE c.conrelid = relation OR c.confrelid = relation;
    SELECT jsonb_agg(to_jsonb(f) || jsonb_build_object('name', c.relname)) INTO indexes
    FROM ora.table_facts f JOIN pg_class c ON c.oid = f.relid
    JOIN pg_index x ON x.indexrelid = f.relid WHERE x.indrelid = relation;
    SELECT jsonb_agg(to_jsonb(e) || jsonb_build_object('name', c.relname)) INTO expressions
    FROM ora.index_expressions e JOIN pg_class c ON c.oid = e.relid
    JOIN pg_index x ON x.indexrelid = e.relid WHERE x.indrelid = relation;

    EXECUTE statement;

    INSERT INTO ora.constraint_facts
    SELECT r.* FROM jsonb_array_elements(constraints) AS item (fact)
    JOIN pg_constraint c
        ON c.conrelid = (item.fact ->> 'at')::oid AND c.conname = (item.fact ->> 'name')::name
    CROSS JOIN LATERAL jsonb_populate_record(
        NULL::ora.constraint_facts, item.fact || jsonb_build_object('conoid', c.oid)) AS r
    ON CONFLICT (conoid) DO NOTHING;
    INSERT INTO ora.table_facts
    SELECT r.* FROM jsonb_array_elements(indexes) AS item (fact)
    JOIN pg_index x ON x.indrelid = relation
    JOIN pg_class c ON c.oid = x.indexrelid AND c.relname = (item.fact ->> 'name')::name
    CROSS JOIN LATERAL jsonb_populate_record(
        NULL::ora.table_facts, item.fact || jsonb_build_object('relid', c.oid)) AS r
    ON CONFLICT (relid) DO NOTHING;
    INSERT INTO ora.index_expressions
    SELECT r.* FROM jsonb_array_elements(expressions) AS item (fact)
    JOIN pg_index x ON x.indrelid = relation
    JOIN pg_class c ON c.oid = x.indexrelid AND c.relname = (item.fact ->> 'name')::name
    CROSS JOIN LATERAL jsonb_populate_record(
        NULL::ora.index_expressions, item.fact || jsonb_build_object('relid', c.oid)) AS r
    ON CONFLICT (relid, position) DO NOTHING;
END
$$;
COMMENT ON FUNCTION ora.alter_keeping_facts(oid, text) IS
    'Runs an ALTER TABLE and gives the facts of rebuilt constraints and indexes to their new oids.';
