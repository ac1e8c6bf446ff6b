-- TO_NUMBER and its kin with DEFAULT ... ON CONVERSION ERROR.
-- Source: SQL Language Reference, TO_NUMBER, TO_DATE, TO_TIMESTAMP, TO_TIMESTAMP_TZ.

SET LOCAL search_path = pg_catalog, ora;

DO $do$
DECLARE
    item text[];
BEGIN
    FOREACH item SLICE 1 IN ARRAY ARRAY[['to_number', 'numeric'], ['to_date', 'ora."DATE"'],
        ['to_timestamp', 'ora."TIMESTAMP"'], ['to_timestamp_tz', 'ora."TSTZ"']]
    LOOP
        EXECUTE format($f$
            CREATE FUNCTION ora.%1$s_or(input text, fallback text, mask text DEFAULT NULL)
            RETURNS %2$s LANGUAGE plpgsql STABLE SET search_path = pg_catalog, ora AS $b$
            BEGIN
                RETURN CASE WHEN mask IS NULL THEN "SYS".%1$s(input) ELSE "SYS".%1$s(input, mask) END;
            EXCEPTION WHEN OTHERS THEN
                RETURN CASE WHEN mask IS NULL THEN "SYS".%1$s(fallback)
                    ELSE "SYS".%1$s(fallback, mask) END;
            END
            $b$ $f$, item[1], item[2]);
    END LOOP;
END
$do$;
