"""The database as text, for tests that hold two states of it beside each other."""

import re

OWN = ("seaql_migrations", "refrain_made_tables", "refrain_token", "sqlite_sequence", "sqlite_stat1")


def describe(connection):
    """Tables, columns, constraints and indexes, without what Refrain and sea-orm keep for themselves."""
    return sorted(DESCRIBES[connection.vendor](connection))


def every_row(connection, tables=None):
    """The rows of each table as they are stored, in an order of their own."""
    found = {}
    with connection.cursor() as cursor:
        for table in tables or tables_of(connection):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found[table] = sorted(repr(row) for row in cursor.fetchall())
    return found


def tables_of(connection):
    return sorted(name for name in connection.introspection.table_names() if name not in OWN)


def first_column(connection, sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def sqlite(connection):
    of = "sql IS NOT NULL AND tbl_name NOT LIKE 'sqlite~_%' ESCAPE '~'"
    return first_column(connection, f"SELECT sql FROM sqlite_master WHERE {of} AND tbl_name NOT IN {OWN}")


def postgresql(connection):
    columns = f"""SELECT concat_ws(' ', table_name, ordinal_position, column_name, data_type,
        character_maximum_length, numeric_precision, numeric_scale, is_nullable, is_identity, column_default)
        FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT IN {OWN}"""
    constraints = f"""SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text NOT IN {OWN}"""
    indexes = f"SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT IN {OWN}"
    return [line for sql in (columns, constraints, indexes) for line in first_column(connection, sql)]


def mysql(connection):
    lines = []
    with connection.cursor() as cursor:
        for table in tables_of(connection):
            cursor.execute(f"SHOW CREATE TABLE {connection.ops.quote_name(table)}")
            # the number that the next row would get is no part of the table
            lines.append(re.sub(r" AUTO_INCREMENT=\d+", "", cursor.fetchone()[1]))
    return lines


DESCRIBES = {"sqlite": sqlite, "postgresql": postgresql, "mysql": mysql}
