"""As `startproject` makes them, with DRF and django-guardian; the database and the key come from the environment."""

import os
from urllib.parse import parse_qs, unquote, urlsplit


def database(url):
    """`DATABASE_URL` in the form that the Rust program takes, as Django names the same thing."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": unquote(parts.netloc + parts.path),
            # one writer is let in, from the start, and others wait; nothing here need outlive the machine
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA synchronous=OFF"},
        }
    at = {
        "NAME": unquote(parts.path.strip("/")),
        "USER": parts.username,
        "PASSWORD": parts.password or "",
        "HOST": parts.hostname,
        "PORT": parts.port,
    }
    if parts.scheme in ("postgres", "postgresql"):
        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return {"ENGINE": "django.db.backends.postgresql", "OPTIONS": options, **at}
    import pymysql

    # the driver that needs no compiler, under the name that Django asks for
    pymysql.install_as_MySQLdb()
    return {"ENGINE": "django.db.backends.mysql", "OPTIONS": {"charset": "utf8mb4"}, **at}


SECRET_KEY = os.environ["SECRET_KEY"]
DATABASES = {"default": {**database(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": None}}
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "garage.urls"
WSGI_APPLICATION = "garage.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "static/"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "rest_framework",
    "rest_framework.authtoken",
    "guardian",
    "drivers",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]

# hashes that cost no time: tests log in often
PASSWORD_HASHERS = ["drivers.hashers.Quick"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.BasicAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_THROTTLE_RATES": {"services-deleted": "10/day"},
}
