"""A Django site on the database of the program under test: what it takes for a password, and its links."""

import json
import sys

import django
from django.conf import settings

database, secret_key, command, *arguments = sys.argv[1:]
settings.configure(
    SECRET_KEY=secret_key,
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": database}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
    TIME_ZONE="UTC",
    USE_TZ=True,
)
django.setup()

from django.contrib.auth import password_validation as validation  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.contrib.auth.tokens import default_token_generator as tokens  # noqa: E402
from django.core.exceptions import ValidationError  # noqa: E402
from django.utils.encoding import force_bytes  # noqa: E402
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode  # noqa: E402


def make(username):
    """What a link to reset the password holds, as `PasswordResetForm` makes it."""
    user = User.objects.get(username=username)
    print(urlsafe_base64_encode(force_bytes(user.pk)), tokens.make_token(user))


def check(uid, token):
    """Whose link it is, as `PasswordResetConfirmView` reads it."""
    user = User.objects.get(pk=urlsafe_base64_decode(uid).decode())
    print(user.username if tokens.check_token(user, token) else "nobody")


def opens(username, password):
    print(User.objects.get(username=username).check_password(password))


def validate():
    """Of every case on the input, what each validator says."""
    makers = {
        "similarity": lambda attributes, most: validation.UserAttributeSimilarityValidator(attributes, most),
        "length": lambda least: validation.MinimumLengthValidator(least),
        "common": lambda: validation.CommonPasswordValidator(),
        "numeric": lambda: validation.NumericPasswordValidator(),
    }
    for case in json.load(sys.stdin):
        validators = [makers[name](*options) for name, *options in case["validators"]]
        user = User(**case["user"])
        try:
            validation.validate_password(case["password"], user, validators)
            found = []
        except ValidationError as error:
            found = [[one.code, one.messages[0]] for one in error.error_list]
        helped = validation.password_validators_help_texts(validators)
        print(json.dumps({"found": found, "helped": helped}))


{"make": make, "check": check, "opens": opens, "validate": validate}[command](*arguments)
