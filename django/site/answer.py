"""Runs what tests ask of this site, a line of JSON each, in one process: starting Django takes a second.

Requests go through Django's own handler with all of its middleware, as a server would hand them over.
"""

import io
import json
import os
import sys
import traceback

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "garage.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402


def manage(arguments):
    """What a command of `manage.py` prints; it ends with an error as it would there."""
    out = io.StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=out, no_color=True)
    except SystemExit as ended:
        if ended.code:
            raise RuntimeError(f"{arguments} ends with {ended.code}: {out.getvalue()}") from ended
    return out.getvalue()


def ask(method, path, headers=None, body=None, content_type="application/json", **_):
    """A request and its answer."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    response = client.generic(method, path, body or "", content_type, headers=headers or {})
    return {
        "status": response.status_code,
        "headers": dict(response.headers.items()),
        "cookies": {name: morsel.value for name, morsel in response.cookies.items()},
        "body": response.content.decode(),
    }


def shell(code):
    """Runs code as `manage.py shell` would; what it calls `result` is told."""
    names = {}
    exec(code, names)
    return names.get("result")


def schema():
    """All there is in the database but rows, as lines; what only Refrain and sea-orm keep is left out."""
    from drivers.schema import describe

    return describe(connection)


def rows(tables=None):
    """Every row of every table, or of some, as text."""
    from drivers.schema import every_row

    return every_row(connection, tables)


def differential(name, **arguments):
    """The functions of `drivers/differential.py`, over its own routes."""
    from drivers import differential

    functions = {"people": differential.people, "arrange": differential.arrange, "left": differential.left}
    if name in functions:
        return functions[name](**arguments)
    asking = {"question": differential.question, "shown": differential.shown}[name]
    settings.ROOT_URLCONF = "garage.differential_urls"
    return asking(ask, **arguments)


COMMANDS = {
    "ask": ask,
    "differential": differential,
    "manage": manage,
    "rows": rows,
    "schema": schema,
    "shell": shell,
}


def main():
    answers, sys.stdout = sys.stdout, sys.stderr
    print(json.dumps({"version": django.get_version()}), file=answers, flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = {"ok": COMMANDS[question.pop("do")](**question)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), file=answers, flush=True)


main()
