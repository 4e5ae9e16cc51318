"""The settings that Django REST Framework's own tests run under, over the test's database."""

import os
import sys
import types
from pathlib import Path

sys.path.insert(0, str(next(Path(os.environ["REFRAIN_SOURCES"]).glob("djangorestframework-*"))))

# not installed: all that the tests of permissions want of it is one fixture, which is done by COUNTED_ANEW
pytest = types.ModuleType("pytest")
pytest.mark = types.SimpleNamespace(usefixtures=lambda *names: lambda test: test)
sys.modules["pytest"] = pytest

from common_settings import *  # noqa: E402, F403

SECRET_KEY = "not very secret in tests"
DEBUG_PROPAGATE_EXCEPTIONS = True
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
SITE_ID = 1
USE_I18N = True
STATIC_URL = "/static/"
ROOT_URLCONF = "tests.urls"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
MIDDLEWARE = [
    "django.middleware.common.CommonMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.sites",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "rest_framework.authtoken",
    "guardian",
    "tests.authentication",
    "tests.generic_relations",
    "tests.importable",
    "tests",
]
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
