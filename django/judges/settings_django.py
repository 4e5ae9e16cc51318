"""The settings that Django's own tests run under, with the apps of those that are run here, over the test's database."""

import os
import sys
from pathlib import Path

TESTS = next(Path(os.environ["REFRAIN_SOURCES"]).glob("[dD]jango-*")) / "tests"
sys.path.insert(0, str(TESTS))
# some tests of Django's behave otherwise elsewhere
os.environ["RUNNING_DJANGOS_TEST_SUITE"] = "true"

import runtests  # noqa: E402

from common_settings import *  # noqa: E402, F403

INSTALLED_APPS = [*runtests.ALWAYS_INSTALLED_APPS, "auth_tests", "admin_views"]
MIDDLEWARE = runtests.ALWAYS_MIDDLEWARE
ROOT_URLCONF = "urls"
SECRET_KEY = "django_tests_secret_key"
SITE_ID = 1
LANGUAGE_CODE = "en"
STATIC_URL = "static/"
STATIC_ROOT = TESTS / "static"
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [runtests.TEMPLATE_DIR],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
SILENCED_SYSTEM_CHECKS = ["fields.W342"]
