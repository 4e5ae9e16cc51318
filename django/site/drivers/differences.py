"""The trips as the program in Rust answers about them where it differs on purpose: DRF with its decisions replaced.

Each replacement calls `differs` where it decides otherwise than DRF would, with the beginning of its line in
`docs/differences.md`. Nothing else may tell the two programs apart.
"""

import json

from django.contrib.auth import get_user_model
from django.db import connection
from django.http import Http404
from guardian.models import GroupObjectPermission, UserObjectPermission
from rest_framework import authentication, permissions, serializers
from rest_framework.request import clone_request
from rest_framework.response import Response

from .models import Trip
from .people import BY_ADDRESS
from .permissions import STOCK, parse
from .serializers import TripSerializer
from .views import DefaultPermissions, TripViewSet

VIEWING = ("GET", "HEAD")
READS = "| 6.21, 6.25 |"
GRANTS = "| 6.27–6.29 |"
HIDES = "| 6.32, 6.35 |"
JUDGES = "| 6.37 | creating"
TYPES = "| 7.14 | text is trimmed"
KEYS = "| 7.14 | that a row pointed at exists"
NO_CHANGE = "| – | `PATCH {}`"
CLEANS = "| 8.41 |"
TOKENS = "| 5.17 |"
# MariaDB's collations alone show this one
EXACTLY = "| 8.35 |"
RULES = [TOKENS, READS, GRANTS, HIDES, JUDGES, TYPES, KEYS, NO_CHANGE, CLEANS]

# SQLite does not say which of a row's keys it is
FIELD_OF_KEY = {"sqlite": "non_field_errors"}.get(connection.vendor, "owner_id")

TOLD = set()
differs = TOLD.add


class ModelPermissions(permissions.DjangoModelPermissions):
    def has_permission(self, request, view):
        allowed = super().has_permission(request, view)
        if allowed and request.method in VIEWING and not request.user.has_perm("drivers.view_trip"):
            differs(READS)
            return False
        return allowed


class ObjectPermissions(permissions.DjangoObjectPermissions):
    asked = {"GET": "view", "HEAD": "view", "POST": "add", "PUT": "change", "PATCH": "change", "DELETE": "delete"}

    def has_permission(self, request, view):
        # a new row has no grants
        allowed = request.user.is_authenticated and (
            request.method != "POST" or request.user.has_perm("drivers.add_trip")
        )
        if allowed != super().has_permission(request, view):
            differs(GRANTS)
        return allowed

    def has_object_permission(self, request, view, obj):
        asked = f"drivers.{self.asked[request.method]}_trip"
        allowed = request.user.has_perm(asked) if request.method == "POST" else request.user.has_perm(asked, obj)
        if allowed and request.method != "POST" and not names_exactly(request.user, asked, obj):
            differs(EXACTLY)
            allowed = False
        try:
            as_there = super().has_object_permission(request, view, obj)
        except Http404:
            as_there = None
        if allowed != as_there:
            differs(GRANTS)
        return allowed


def names_exactly(user, asked, obj):
    """Does a grant name this very key? MariaDB takes one with a space behind it for the same."""
    _, codename = asked.split(".")
    mine = UserObjectPermission.objects.filter(user=user), GroupObjectPermission.objects.filter(group__user=user)
    of_others = (grant.object_pk for grants in mine for grant in grants.filter(permission__codename=codename))
    return user.is_superuser or str(obj.pk) in of_others


CLASSES = {**STOCK, "ModelPermissions": ModelPermissions, "ObjectPermissions": ObjectPermissions}


class SessionAuthentication(authentication.SessionAuthentication):
    def enforce_csrf(self, request):
        # Django's own request: of a body that is JSON it reads no form
        if request.method == "POST" and not is_json(request):
            differs(TOKENS)
        super().enforce_csrf(request._request)


def is_json(request):
    try:
        json.loads(request._request.body)
    except ValueError:
        return False
    return request.content_type == "application/json"


class Text(serializers.CharField):
    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Number(serializers.IntegerField):
    def to_internal_value(self, data):
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Uuid(serializers.UUIDField):
    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictSerializer(TripSerializer):
    title = Text(max_length=100, trim_whitespace=False)
    owner_id = (
        Uuid(allow_null=True, required=False)
        if BY_ADDRESS
        else Number(allow_null=True, required=False, max_value=2**31 - 1, min_value=-(2**31))
    )


class Trips(TripViewSet):
    authentication_classes = [authentication.TokenAuthentication, authentication.BasicAuthentication, SessionAuthentication]
    serializer_class = StrictSerializer

    def get_permissions(self):
        return [parse(DefaultPermissions.expression, CLASSES)()]

    def admits(self, obj, request):
        """The whole meaning of the expression, for a request that may be another than the running one."""
        return all(
            one.has_permission(request, self) and one.has_object_permission(request, self, obj)
            for one in self.get_permissions()
        )

    def check_object_permissions(self, request, obj):
        if self.admits(obj, request):
            return
        if not self.admits(obj, clone_request(request, "GET")):
            differs(HIDES)
            raise Http404("No Trip matches the given query.")
        self.permission_denied(request)

    def is_valid(self, serializer):
        serializer.is_valid()
        there = TripSerializer(serializer.instance, data=self.request.data, partial=serializer.partial)
        there.is_valid()
        as_there = {**there.errors}
        if as_there.get("owner_id", [""])[0].startswith("Invalid pk"):
            # the database says so, at the end
            differs(KEYS)
            del as_there["owner_id"]
        title = str(self.request.data.get("title", ""))
        if serializer.errors != as_there or title != title.strip():
            differs(TYPES)
        serializer.is_valid(raise_exception=True)

    def judge(self, serializer, **more):
        """The row as the write leaves it, and then what it points at."""
        values = {**serializer.validated_data, **more}
        kept = {"title": getattr(serializer.instance, "title", None), "owner_id": getattr(serializer.instance, "owner_id", None)}
        row = Trip(pk=getattr(serializer.instance, "pk", None), **{**kept, **values})
        if not self.admits(row, self.request):
            differs(JUDGES)
            self.permission_denied(self.request)
        owner = values.get("owner_id")
        if owner is not None and not get_user_model().objects.filter(pk=owner).exists():
            differs(KEYS)
            raise serializers.ValidationError({FIELD_OF_KEY: ["Invalid pk - object does not exist."]})

    def create(self, request, *args, **kwargs):
        serializer = self.get_serializer(data=request.data)
        self.is_valid(serializer)
        user = request.user
        owner = {} if "owner_id" in serializer.validated_data or user.is_anonymous else {"owner_id": user.pk}
        self.judge(serializer, **owner)
        serializer.save(**owner)
        return self.answer(serializer, 201)

    def update(self, request, *args, partial=False, **kwargs):
        row = self.get_object()
        serializer = self.get_serializer(row, data=request.data, partial=partial)
        self.is_valid(serializer)
        if not serializer.validated_data and not self.admits(row, clone_request(request, "GET")):
            differs(NO_CHANGE)
            raise Http404("No Trip matches the given query.")
        self.judge(serializer)
        serializer.save()
        return self.answer(serializer, 200)

    def answer(self, serializer, status):
        return Response(serializer.data, status=status)

    def perform_destroy(self, instance):
        for kind in (UserObjectPermission, GroupObjectPermission):
            for grant in kind.objects.filter(content_type__model="trip", object_pk=str(instance.pk)):
                if grant.object_pk == str(instance.pk):
                    differs(CLEANS)
                    grant.delete()
        super().perform_destroy(instance)
