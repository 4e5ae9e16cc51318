CREATE OR REPLACE FUNCTION "refrain_tell_identity"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_in text;
    columns text;
    users text[];
    one text;
BEGIN
    IF TG_NARGS = 0 OR TG_OP = 'TRUNCATE' THEN
        PERFORM pg_notify('refrain_identity', '');
        RETURN NULL;
    END IF;
    IF TG_OP = 'INSERT' THEN
        found_in := format('SELECT %I AS key FROM rows_after', TG_ARGV[0]);
    ELSIF TG_OP = 'DELETE' THEN
        found_in := format('SELECT %I AS key FROM rows_before', TG_ARGV[0]);
    ELSIF TG_NARGS = 1 THEN
        found_in := format('SELECT %1$I AS key FROM rows_before UNION SELECT %1$I FROM rows_after', TG_ARGV[0]);
    ELSE
        SELECT string_agg(quote_ident(named), ', ') INTO columns FROM unnest(TG_ARGV) named;
        found_in := format('SELECT %1$I AS key FROM ((SELECT %2$s FROM rows_before EXCEPT SELECT %2$s FROM rows_after) '
            'UNION ALL (SELECT %2$s FROM rows_after EXCEPT SELECT %2$s FROM rows_before)) other', TG_ARGV[0], columns);
    END IF;
    BEGIN
        EXECUTE format('SELECT array_agg(key::text) FROM (SELECT DISTINCT key FROM (%s) changed LIMIT 101) few', found_in)
            INTO users;
    EXCEPTION WHEN undefined_column THEN
        users := '{""}';
    END;
    IF cardinality(users) > 100 THEN
        users := '{""}';
    END IF;
    FOREACH one IN ARRAY coalesce(users, '{}') LOOP
        PERFORM pg_notify('refrain_identity', one);
    END LOOP;
    RETURN NULL;
END
$$;
