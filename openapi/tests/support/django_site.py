"""A Django site on the database of the program under test: who logged in, by its own rows."""

import sys

import django
from django.conf import settings

database, secret_key, command, *arguments = sys.argv[1:]
settings.configure(
    SECRET_KEY=secret_key,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    USE_TZ=True,
)
django.setup()

from django.contrib.auth import authenticate, get_user, login  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.http import HttpRequest  # noqa: E402
from django.middleware import csrf  # noqa: E402


def request(key=None):
    made = HttpRequest()
    made.session = SessionStore(key)
    return made


def log_in(username, password):
    """The key of a new session, and the token of its pages: the secret of the cookie, and one behind a mask."""
    made = request()
    login(made, authenticate(made, username=username, password=password))
    made.session["cart"] = {"é": [1, 2.50, None], "long": "x" * 300}
    made.session.save()
    print(made.session.session_key, made.META["CSRF_COOKIE"], csrf.get_token(made))


def who(key):
    """The user whom the middleware would find, when the session ends by itself, and what else is in it."""
    made = request(key)
    rest = {name: value for name, value in made.session.items() if not name.startswith("_auth")}
    print(get_user(made).username or "nobody", 0 < made.session.get_expiry_age() <= 1209600, rest)


def matches(secret, token):
    print(csrf._does_token_match(token, secret))


{"log_in": log_in, "who": who, "matches": matches}[command](*arguments)
