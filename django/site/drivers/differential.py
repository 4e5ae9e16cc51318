"""Worlds of users, grants and rows that nobody meant, and what requests leave of them."""

import random

from django.contrib.auth import login
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, transaction
from django.http import HttpRequest
from guardian.models import GroupObjectPermission, UserObjectPermission
from rest_framework.authtoken.models import Token

from . import differences
from .models import Trip
from .people import BY_ADDRESS, called, get, make
from .views import DefaultPermissions, TripViewSet

PEOPLE = {
    "root": {"is_superuser": True, "is_staff": True},
    "sudo": {"is_superuser": True},
    "staff": {"is_staff": True},
    "anna": {},
    "ben": {},
    "cleo": {},
    "nobody": {},
    "gone": {"is_active": False},
    "lost": {"is_active": False, "is_superuser": True},
}
PASSWORD = "wheels"
# above what any database counts up to by itself: a new row never takes one of these
FIRST = 1_000_001
ROWS = range(FIRST, FIRST + 6)
KINDS = (UserObjectPermission, "user_id"), (GroupObjectPermission, "group_id")

world = {}


@transaction.atomic
def people():
    """Everybody there is, once: keys, tokens, and sessions with their secrets."""
    told = {}
    for name, flags in PEOPLE.items():
        user = make(name, PASSWORD, **flags)
        request = HttpRequest()
        request.session = SessionStore()
        login(request, user, backend="django.contrib.auth.backends.ModelBackend")
        request.session.save()
        told[name] = {
            "id": str(user.pk) if BY_ADDRESS else user.pk,
            "login": called(name),
            "token": Token.objects.create(user=user).key,
            "session": request.session.session_key,
            "secret": request.META["CSRF_COOKIE"],
        }
    for name in ("Drivers", "Guests"):
        Group.objects.create(name=name)
    return told


@transaction.atomic
def arrange(seed, expression):
    """Others hold other permissions, and own other rows; all of it by chance."""
    chance = random.Random(seed)
    DefaultPermissions.expression = expression
    labels = list(Permission.objects.filter(content_type__app_label="drivers", content_type__model="trip"))
    elsewhere = list(Permission.objects.filter(content_type__app_label="drivers", content_type__model="car"))
    people, groups = {name: get(name) for name in PEOPLE}, list(Group.objects.all())
    users = list(people.values())
    density = chance.choice([0.1, 0.25, 0.5])

    def some(of, density=density):
        return [one for one in of if chance.random() < density]

    for name, user in people.items():
        user.user_permissions.set([] if name == "nobody" else some(labels) + some(elsewhere, 0.1))
        user.groups.set([] if name == "nobody" else some(groups))
    for group in groups:
        group.permissions.set(some(labels))
    type_of_trips = ContentType.objects.get_for_model(Trip)
    grants = [[], []]
    for place, (holders, (kind, column)) in enumerate(zip((users, groups), KINDS)):
        for holder in holders:
            for row in ROWS:
                for label in some(labels, 0.15):
                    # one in ten is of a form that is no key
                    key = str(row) if chance.random() < 0.9 else chance.choice([f"0{row}", f"{row} ", f"+{row}"])
                    grants[place].append(
                        {"permission": label, "content_type": type_of_trips, "object_pk": key, column: holder.pk}
                    )
    owners = [user.pk for user in users] + [None, None]
    world["trips"] = [{"pk": row, "title": f"trip {row}", "owner_id": chance.choice(owners)} for row in ROWS]
    world["grants"] = grants
    restore()
    world["left"] = there_is()


@transaction.atomic
def restore():
    Trip.objects.all().delete()
    Trip.objects.bulk_create([Trip(**values) for values in world["trips"]])
    for (kind, _), grants in zip(KINDS, world["grants"]):
        kind.objects.all().delete()
        kind.objects.bulk_create([kind(**values) for values in grants])


def there_is():
    """Trips and grants; a row that is new has no key to compare."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, title, owner_id FROM drivers_trip")
        trips = sorted(repr((pk if pk in ROWS else "new", title, owner)) for pk, title, owner in cursor.fetchall())
        grants = []
        for kind, column in KINDS:
            cursor.execute(f"SELECT permission_id, object_pk, {column} FROM {kind._meta.db_table}")
            grants.append(sorted(repr(row) for row in cursor.fetchall()))
    return {"trips": trips, "grants": grants}


def left():
    """What the last request has left, if anything else than there was, which then is there again."""
    found = there_is()
    if found == world["left"]:
        return None
    restore()
    return found


def question(ask, as_here, **request):
    """An answer of DRF as it comes, or with what differs on purpose; and what it leaves."""
    differences.TOLD.clear()
    VIEWSETS["now"] = differences.Trips if as_here else TripViewSet
    answer = ask(**request)
    answer["left"] = left() if request["method"] not in differences.VIEWING else None
    answer["differs"] = sorted(differences.TOLD)
    return answer


def shown(ask, as_here, **request):
    """The rows that are shown one by one."""
    VIEWSETS["now"] = differences.Trips if as_here else TripViewSet
    differences.TOLD.clear()
    found = [row for row in ROWS if ask(**{**request, "path": f"/api/trips/{row}/"})["status"] == 200]
    return {"rows": found, "differs": sorted(differences.TOLD)}


VIEWSETS = {"now": TripViewSet}


def switched(methods):
    """A view that is the one viewset or the other, as the question says."""
    views = {viewset: viewset.as_view(methods) for viewset in (TripViewSet, differences.Trips)}
    view = lambda request, **kwargs: views[VIEWSETS["now"]](request, **kwargs)  # noqa: E731
    view.csrf_exempt = True
    return view
