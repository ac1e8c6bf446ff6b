-- SQL_REDO and SQL_UNDO.
--
-- Values of LOBs that Oracle keeps in the row come as an INSERT with an empty LOB and an UPDATE;
-- larger ones as the beginning of a PL/SQL block that selects the locator (SELECT_LOB_LOCATOR) and
-- the calls of DBMS_LOB.WRITE that follow (LOB_WRITE). Old values of LOBs and LONGs are not in the
-- redo. Source: Database Utilities, "Using LogMiner", "Examples of the Output for LOB Columns".
--
-- Only ora.redo_statements sets the search path: the others are called by it, for each row.

SET LOCAL search_path = pg_catalog, ora;

-- How much of a LOB Oracle keeps in the row: 3,964 bytes, of two-byte characters in a CLOB; of a BLOB
-- as much as a literal can hold.
CREATE FUNCTION ora.is_in_row(value text, kind text) RETURNS boolean
LANGUAGE sql IMMUTABLE
RETURN value IS NULL OR CASE kind WHEN 'CLOB' THEN length(value) <= 1982
    WHEN 'NCLOB' THEN length(value) <= 1982 WHEN 'BLOB' THEN length(value) <= 2 + 2 * 1982
    ELSE octet_length(value) <= 3964 END;

CREATE FUNCTION ora.redo_literals(
    t ora.redo_table, row_values text[], known_values text[] DEFAULT NULL,
    known_literals text[] DEFAULT NULL) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    literals text[] := row_values;
BEGIN
    FOR p IN 1 .. coalesce(array_length(row_values, 1), 0) LOOP
        IF row_values[p] IS NULL THEN
            literals[p] := 'NULL';
        ELSIF row_values[p] = known_values[p] THEN
            literals[p] := known_literals[p];
        ELSIF t.names[p] IS NULL OR t.large[p] AND NOT ora.is_in_row(row_values[p], t.kinds[p]) THEN
            literals[p] := NULL;
        ELSIF t.kinds[p] IN ('varchar', 'bpchar') AND NOT t.national[p] THEN
            literals[p] := '''' || replace(row_values[p], '''', '''''') || '''';
        ELSE
            literals[p] := ora.redo_literal(row_values[p], t.kinds[p], t.national[p]);
        END IF;
    END LOOP;
    RETURN literals;
END
$$;
COMMENT ON FUNCTION ora.redo_literals(ora.redo_table, text[], text[], text[]) IS
    'Values as SQL; NULL, the value, for what no literal can hold. Takes over what is known.';

CREATE FUNCTION ora.redo_where(t ora.redo_table, literals text[], places int[]) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    conditions text := '';
BEGIN
    FOR i IN 1 .. coalesce(array_length(places, 1), 0) LOOP
        conditions := conditions || CASE WHEN i = 1 THEN ' where "' ELSE ' and "' END
            || t.names[places[i]] || CASE WHEN literals[places[i]] = 'NULL' THEN '" IS NULL'
                ELSE '" = ' || literals[places[i]] END;
    END LOOP;
    RETURN conditions;
END
$$;

CREATE FUNCTION ora.redo_insert(t ora.redo_table, literals text[], with_lobs boolean) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    listed text := '';
    inserted text := '';
    separator text := '';
BEGIN
    FOR p IN 1 .. array_length(t.names, 1) LOOP
        CONTINUE WHEN t.names[p] IS NULL;
        listed := listed || separator || '"' || t.names[p] || '"';
        inserted := inserted || separator || CASE
            WHEN NOT t.large[p] THEN literals[p]
            WHEN NOT with_lobs OR literals[p] = 'NULL' THEN 'NULL'
            WHEN t.kinds[p] IN ('LONG', 'LONGRAW') THEN coalesce(literals[p], 'NULL')
            WHEN t.kinds[p] = 'BLOB' THEN 'EMPTY_BLOB()' ELSE 'EMPTY_CLOB()' END;
        separator := ',';
    END LOOP;
    RETURN 'insert into ' || t.place || '(' || listed || ') values (' || inserted || ')';
END
$$;

-- Returns NULL when nothing is to be set.
CREATE FUNCTION ora.redo_update(
    t ora.redo_table, literals text[], places int[], old_literals text[], known int[]) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    assigned text;
BEGIN
    FOR i IN 1 .. coalesce(array_length(places, 1), 0) LOOP
        assigned := coalesce(assigned || ', ', '') || '"' || t.names[places[i]] || '" = '
            || literals[places[i]];
    END LOOP;
    RETURN 'update ' || t.place || ' set ' || assigned || ora.redo_where(t, old_literals, known);
END
$$;

CREATE FUNCTION ora.changed_places(t ora.redo_table, before text[], after text[]) RETURNS int[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    places int[] := '{}';
BEGIN
    FOR p IN 1 .. array_length(t.names, 1) LOOP
        IF t.names[p] IS NOT NULL AND before[p] IS DISTINCT FROM after[p] THEN
            places := places || p;
        END IF;
    END LOOP;
    RETURN places;
END
$$;

CREATE FUNCTION ora.attnums_at(t ora.redo_table, places int[]) RETURNS int2[]
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    attnums int2[] := '{}';
BEGIN
    FOR i IN 1 .. coalesce(array_length(places, 1), 0) LOOP
        attnums := attnums || t.attnums[places[i]];
    END LOOP;
    RETURN attnums;
END
$$;

-- The places of the columns that the WHERE clause of an UPDATE names.
CREATE FUNCTION ora.known_places(t ora.redo_table, at_scn bigint, changed int[]) RETURNS int[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
    attnums int2[] := ora.attnums_at(t, changed);
    places int[] := '{}';
BEGIN
    attnums := attnums || ora.logged_columns(t.relid, at_scn, attnums);
    FOR p IN 1 .. array_length(t.names, 1) LOOP
        IF NOT t.large[p] AND t.names[p] IS NOT NULL AND t.attnums[p] = ANY (attnums) THEN
            places := places || p;
        END IF;
    END LOOP;
    RETURN places;
END
$$;

CREATE TYPE ora.redo_statement AS (
    operation text, sql_redo text, sql_undo text, status int, info text);

CREATE FUNCTION ora.unsupported(reason text) RETURNS ora.redo_statement
LANGUAGE sql IMMUTABLE
RETURN ROW('UNSUPPORTED', 'Unsupported', 'Unsupported', 2, reason)::ora.redo_statement;

-- Redo that changes no row of a table that the dictionary knows.
CREATE FUNCTION ora.other_statement(r ora.redo, t ora.redo_table) RETURNS ora.redo_statement
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF r.operation IN ('START', 'COMMIT', 'DDL') THEN
        RETURN ROW(r.operation, CASE r.operation WHEN 'START' THEN 'set transaction read write'
                WHEN 'COMMIT' THEN 'commit' ELSE r.statement END, NULL, 0,
            CASE r.operation WHEN 'DDL' THEN 'USER DDL (PlSql=0 RecDep=0)' END)::ora.redo_statement;
    ELSIF t.layout IS DISTINCT FROM r.layout THEN
        RETURN ROW(r.operation, NULL, NULL, 2, 'Dictionary Mismatch')::ora.redo_statement;
    ELSIF t.reason IS NOT NULL THEN
        RETURN ora.unsupported(t.reason);
    END IF;
    RETURN NULL;
END
$$;

-- How a value that is not kept in the row is written: the block's beginning, then its pieces.
CREATE FUNCTION ora.redo_of_lob(
    t ora.redo_table, place int, content text, conditions text) RETURNS SETOF ora.redo_statement
LANGUAGE plpgsql STABLE AS $$
DECLARE
    suffix text := CASE t.kinds[place] WHEN 'BLOB' THEN 'b' WHEN 'NCLOB' THEN 'nc' ELSE 'c' END;
    unit int := CASE suffix WHEN 'b' THEN 2 ELSE 1 END;
    whole text := CASE suffix WHEN 'b' THEN upper(substr(content, 3)) ELSE content END;
    piece text;
    amount int := 1000;
BEGIN
    RETURN NEXT ROW('SELECT_LOB_LOCATOR', E'DECLARE \n loc_c CLOB; \n buf_c VARCHAR2(6174); \n'
        || E' loc_b BLOB; \n buf_b RAW(6174); \n loc_nc NCLOB; \n buf_nc NVARCHAR2(6174); \nBEGIN\n'
        || format(' select "%s" into loc_%s from %s%s for update', t.names[place], suffix, t.place,
            conditions), NULL, 0, NULL)::ora.redo_statement;
    FOR start IN 0 .. (length(whole) - 1) / (amount * unit) LOOP
        piece := substr(whole, 1 + start * amount * unit, amount * unit);
        RETURN NEXT ROW('LOB_WRITE', format(
            E' buf_%1$s := %2$s; \n  dbms_lob.write(loc_%1$s, %3$s, %4$s, buf_%1$s);\nend', suffix,
            CASE suffix WHEN 'b' THEN 'HEXTORAW(' || ora.quoted(piece) || ')' ELSE ora.quoted(piece) END,
            length(piece) / unit, 1 + start * amount), NULL, 0, NULL)::ora.redo_statement;
    END LOOP;
END
$$;

CREATE FUNCTION ora.redo_of_update(r ora.redo, t ora.redo_table) RETURNS SETOF ora.redo_statement
LANGUAGE plpgsql STABLE AS $$
DECLARE
    is_insert boolean := r.operation = 'INSERT';
    after text[] := ora.redo_literals(t, r.after);
    before text[] := CASE WHEN is_insert THEN after ELSE ora.redo_literals(t, r.before, r.after, after) END;
    changed int[] := ora.changed_places(t, r.before, r.after);
    plain int[] := '{}';
    lobs int[] := '{}';
    large int[] := '{}';
    has_more boolean := false;
    known int[];
BEGIN
    FOR i IN 1 .. coalesce(array_length(changed, 1), 0) LOOP
        IF NOT t.large[changed[i]] THEN
            plain := plain || changed[i];
        ELSIF NOT is_insert AND t.kinds[changed[i]] LIKE 'LONG%' THEN
            has_more := true;
        ELSIF after[changed[i]] IS NULL THEN
            large := large || changed[i];
            has_more := has_more OR t.kinds[changed[i]] LIKE 'LONG%';
        ELSIF t.kinds[changed[i]] NOT LIKE 'LONG%'
            AND NOT (is_insert AND after[changed[i]] LIKE 'EMPTY%')
        THEN
            lobs := lobs || changed[i];
        END IF;
    END LOOP;
    IF is_insert THEN
        RETURN NEXT ROW('INSERT', ora.redo_insert(t, after, true),
            'delete from ' || t.place || ora.redo_where(t, after, t.plain), 0, NULL)::ora.redo_statement;
        plain := '{}';
    ELSIF changed = '{}' THEN
        plain := t.plain;  -- which columns the UPDATE has set is not known
    END IF;
    known := ora.known_places(t, r.scn, plain);
    IF plain || lobs <> '{}' THEN
        RETURN NEXT ROW('UPDATE', ora.redo_update(t, after, ora.sorted(plain || lobs), before, known),
            ora.redo_update(t, before, plain, after, known), 0, NULL)::ora.redo_statement;
    END IF;
    FOR i IN 1 .. coalesce(array_length(large, 1), 0) LOOP
        CONTINUE WHEN t.kinds[large[i]] LIKE 'LONG%';
        RETURN QUERY SELECT * FROM ora.redo_of_lob(t, large[i], r.after[large[i]],
            ora.redo_where(t, after, known));
    END LOOP;
    IF has_more THEN
        RETURN NEXT ora.unsupported('The redo of a large value is not in this stand-in');
    END IF;
END
$$;

CREATE FUNCTION ora.sorted(places int[]) RETURNS int[]
LANGUAGE sql IMMUTABLE RETURN ARRAY(SELECT p FROM unnest(places) AS p ORDER BY p);

-- The statements of one change, in their order.
CREATE FUNCTION ora.redo_statements(r ora.redo, t ora.redo_table) RETURNS SETOF ora.redo_statement
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ora AS $$
DECLARE
    other ora.redo_statement := ora.other_statement(r, t);
    literals text[];
BEGIN
    IF other.operation IS NOT NULL THEN
        RETURN NEXT other;
    ELSIF r.operation = 'DELETE' THEN
        literals := ora.redo_literals(t, r.before);
        RETURN NEXT ROW('DELETE', 'delete from ' || t.place || ora.redo_where(t, literals, t.plain),
            ora.redo_insert(t, literals, false), 0, NULL)::ora.redo_statement;
    ELSE
        RETURN QUERY SELECT * FROM ora.redo_of_update(r, t);
    END IF;
END
$$;

-- A column of VARCHAR2(4000) takes 4,000 bytes: what is longer goes on in the next row (CSF).
CREATE FUNCTION ora.first_bytes(content text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
DECLARE
    piece text := left(content, 4000);
BEGIN
    WHILE octet_length(piece) > 4000 LOOP
        piece := left(piece, length(piece) - (octet_length(piece) - 4000 + 3) / 4);
    END LOOP;
    RETURN piece;
END
$$;

CREATE FUNCTION ora.redo_pieces(sql_redo text, sql_undo text)
RETURNS TABLE (csf int, redo text, undo text)
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
BEGIN
    LOOP
        redo := ora.first_bytes(sql_redo);
        undo := ora.first_bytes(sql_undo);
        sql_redo := nullif(substr(sql_redo, length(redo) + 1), '');
        sql_undo := nullif(substr(sql_undo, length(undo) + 1), '');
        csf := CASE WHEN sql_redo IS NULL AND sql_undo IS NULL THEN 0 ELSE 1 END;
        RETURN NEXT;
        EXIT WHEN csf = 0;
    END LOOP;
END
$$;
