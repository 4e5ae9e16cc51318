"""People, whatever the site's users are: Django's own, or the members of a club."""

from datetime import date

from django.contrib.auth import get_user_model

User = get_user_model()
BY_ADDRESS = User.USERNAME_FIELD == "email"


def called(name):
    """What somebody of this name logs in with."""
    return f"{name}@example.com" if BY_ADDRESS else name


def make(name, password=None, superuser=False, **fields):
    own = {"country": "DE", "born": date(2000, 1, 1)} if BY_ADDRESS else {}
    make = User.objects.create_superuser if superuser else User.objects.create_user
    return make(called(name), password=password, **own, **fields)


def get(name):
    return User.objects.get_by_natural_key(called(name))
