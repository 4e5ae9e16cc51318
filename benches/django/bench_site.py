"""The routes in Django REST framework, over the tables that are there."""

import os
from urllib.parse import parse_qs, unquote, urlsplit

import django
from django.conf import settings

url = urlsplit(os.environ["DATABASE_URL"])
if url.scheme == "sqlite":
    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": unquote(url.netloc + url.path),
        # one writer is let in, from the start
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
else:
    database = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(url.path.strip("/")),
        "USER": url.username,
        "PASSWORD": url.password or "",
        "HOST": url.hostname,
        "PORT": url.port,
        "OPTIONS": {name: values[0] for name, values in parse_qs(url.query).items()},
    }

settings.configure(
    ALLOWED_HOSTS=["*"],
    ANONYMOUS_USER_NAME=None,
    AUTHENTICATION_BACKENDS=[
        "django.contrib.auth.backends.ModelBackend",
        "guardian.backends.ObjectPermissionBackend",
    ],
    # a connection is kept by the thread that opened it
    DATABASES={"default": {**database, "CONN_MAX_AGE": None}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "rest_framework",
        "rest_framework.authtoken",
        "guardian",
    ],
    # says how long an answer is; the others have nothing to do here
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    },
    ROOT_URLCONF="bench_urls",
    SECRET_KEY="only for a bench",
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402

application = get_wsgi_application()
