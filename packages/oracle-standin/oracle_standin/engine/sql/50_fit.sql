-- Row triggers that make a stored value what Oracle would store, where a type cannot.
--
-- FLOAT(b) keeps binary digits, TIMESTAMP WITH TIME ZONE a declared fraction, DEFAULT ON NULL a
-- default for an explicit NULL, GENERATED ALWAYS AS IDENTITY only its own numbers. One generated
-- trigger function a table, written anew when its columns change.

CREATE FUNCTION ora.round_significant(value numeric, digits int) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN value OPERATOR(pg_catalog.=) 0::numeric THEN 0::numeric
  ELSE pg_catalog.round(value, digits OPERATOR(pg_catalog.-) 1 OPERATOR(pg_catalog.-)
    pg_catalog.floor(pg_catalog.log(pg_catalog.abs(value)))::int) END;
COMMENT ON FUNCTION ora.round_significant(numeric, int)
  IS 'Rounds to a number of significant decimal digits.';

CREATE FUNCTION ora.leading_fits(days numeric, digits int) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
    IF pg_catalog.abs(days) OPERATOR(pg_catalog.>=) pg_catalog.power(10::numeric, digits) THEN
        PERFORM ora.raise_error(1873, 'the leading precision of the interval is too small');
    END IF;
    RETURN true;
END
$$;

-- The default of an identity column notes its number, so that the trigger knows it for its own.
CREATE FUNCTION ora.identity_number(sequence regclass) RETURNS numeric
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    number bigint := pg_catalog.nextval(sequence);
BEGIN
    PERFORM pg_catalog.set_config('ora.identity_' || sequence::oid::text, number::text, true);
    RETURN number;
END
$$;

CREATE FUNCTION ora.check_identity(number numeric, sequence oid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    name text := 'ora.identity_' || sequence::text;
BEGIN
    IF number IS NULL
       OR number::text IS DISTINCT FROM pg_catalog.current_setting(name, true) THEN
        PERFORM ora.raise_error(32795, 'cannot insert into a generated always identity column');
    END IF;
    PERFORM pg_catalog.set_config(name, '', true);
END
$$;

CREATE FUNCTION ora.qualified_default(default_oid oid) RETURNS text
LANGUAGE sql STABLE SET search_path = '' AS $$
    SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid)
    FROM pg_catalog.pg_attrdef d WHERE d.oid OPERATOR(pg_catalog.=) default_oid
$$;

CREATE FUNCTION ora.fit_statements(relation oid, event text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, ora AS $$
    SELECT string_agg(line, E'\n' ORDER BY rank, attnum) FROM (
        SELECT f.attnum, s.rank, s.line
        FROM ora.column_facts f
        JOIN pg_attribute a ON a.attrelid = f.relid AND a.attnum = f.attnum
        LEFT JOIN pg_attrdef d ON d.adrelid = f.relid AND d.adnum = f.attnum
        LEFT JOIN ora.identity_facts i ON i.relid = f.relid AND i.attnum = f.attnum
        CROSS JOIN LATERAL (VALUES
            (1, CASE WHEN event = 'INSERT' AND f.default_on_null AND d.oid IS NOT NULL THEN
                format('IF NEW.%1$I IS NULL THEN NEW.%1$I := %2$s; END IF;', a.attname,
                    ora.qualified_default(d.oid)) END),
            (2, CASE WHEN event = 'INSERT' AND f.identity = 'ALWAYS' THEN
                format('PERFORM ora.check_identity(NEW.%I, %s::oid);', a.attname, i.sequence) END),
            (3, CASE WHEN f.data_type = 'FLOAT' AND f.data_precision < 126 THEN
                format('NEW.%1$I := ora.round_significant(NEW.%1$I, %2$s);', a.attname,
                    ceil(f.data_precision * 0.30103)) END),
            (4, CASE WHEN f.type_code = 181 AND f.data_scale < 9 THEN
                format('IF NEW.%1$I IS NOT NULL THEN NEW.%1$I := ROW(pg_catalog.round('
                    '(NEW.%1$I).u, %2$s), (NEW.%1$I).z)::ora."TSTZ"; END IF;', a.attname,
                    f.data_scale) END)
        ) s (rank, line)
        WHERE f.relid = relation AND NOT f.unused AND s.line IS NOT NULL) lines
$$;

CREATE FUNCTION ora.drop_fit(relation oid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
BEGIN
    EXECUTE format('DROP FUNCTION IF EXISTS ora.%I() CASCADE', 'fit$' || relation::text);
    EXECUTE format('DROP TRIGGER IF EXISTS ora$identity ON %s', relation::regclass);
END
$$;
COMMENT ON FUNCTION ora.drop_fit(oid) IS 'Takes the row triggers off, before a column changes type.';

CREATE FUNCTION ora.refresh_fit(relation oid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
DECLARE
    table_name text := relation::regclass::text;
    function_name text := format('ora.%I', 'fit$' || relation::text);
    on_insert text := ora.fit_statements(relation, 'INSERT');
    on_update text := ora.fit_statements(relation, 'UPDATE');
    always text;
BEGIN
    PERFORM ora.drop_fit(relation);
    IF on_insert IS NOT NULL OR on_update IS NOT NULL THEN
        EXECUTE format('CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql AS %L', function_name,
            format(E'BEGIN\nIF TG_OP = ''INSERT'' THEN\n%s\nELSE\n%s\nEND IF;\nRETURN NEW;\nEND',
                coalesce(on_insert, 'NULL;'), coalesce(on_update, 'NULL;')));
        EXECUTE format('CREATE TRIGGER ora$fit BEFORE INSERT %s ON %s FOR EACH ROW'
            ' EXECUTE FUNCTION %s()', CASE WHEN on_update IS NOT NULL THEN 'OR UPDATE' END,
            table_name, function_name);
    END IF;
    SELECT string_agg(quote_ident(a.attname), ', ') INTO always
    FROM ora.column_facts f
    JOIN pg_attribute a ON a.attrelid = f.relid AND a.attnum = f.attnum
    WHERE f.relid = relation AND f.identity = 'ALWAYS';
    IF always IS NOT NULL THEN
        EXECUTE format('CREATE TRIGGER ora$identity BEFORE UPDATE OF %s ON %s FOR EACH ROW EXECUTE'
            ' FUNCTION ora.refuse(''32796'', ''cannot update a generated always identity column'')',
            always, table_name);
    END IF;
END
$$;

-- Refuses what a trigger was made for: code and message are its arguments.
CREATE FUNCTION ora.refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, ora AS $$
BEGIN
    PERFORM ora.raise_error(TG_ARGV[0]::int, TG_ARGV[1]);
    RETURN NULL;
END
$$;

-- The condition of a view whose text no longer works.
CREATE FUNCTION ora.invalid_view(view_name text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, ora AS $$
BEGIN
    PERFORM ora.raise_error(4063, format('view "%s" has errors', view_name));
    RETURN false;
END
$$;
