CREATE FUNCTION "refrain_tell_identity"() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found_in text;
    users text[];
    one text;
BEGIN
    IF TG_NARGS = 0 OR TG_OP = 'TRUNCATE' THEN
        PERFORM pg_notify('refrain_identity', '');
        RETURN NULL;
    END IF;
    found_in := CASE TG_OP
        WHEN 'INSERT' THEN format('SELECT %I AS key FROM rows_after', TG_ARGV[0])
        WHEN 'DELETE' THEN format('SELECT %I AS key FROM rows_before', TG_ARGV[0])
        ELSE format('SELECT %1$I AS key FROM rows_before UNION SELECT %1$I FROM rows_after', TG_ARGV[0])
    END;
    EXECUTE format('SELECT array_agg(key::text) FROM (SELECT DISTINCT key FROM (%s) changed LIMIT 101) few', found_in)
        INTO users;
    IF cardinality(users) > 100 THEN
        users := '{""}';
    END IF;
    FOREACH one IN ARRAY coalesce(users, '{}') LOOP
        PERFORM pg_notify('refrain_identity', one);
    END LOOP;
    RETURN NULL;
END
$$;
