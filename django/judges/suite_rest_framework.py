"""Django REST Framework's own tests of permissions, with the library's viewsets and classes in place of its views."""

from importlib import metadata

from rest_framework import permissions
from rest_framework.exceptions import ErrorDetail
from rest_framework.response import Response
from tests import test_permissions

from library import library

LEFT_OUT = []
COUNTED_ANEW = ["tests_basicmodel", "tests_basicpermmodel"]

# each view of a model by the classes it has, and whether it is of one row
VIEWS = {
    "root_view": ("ModelPermissions", "/basic"),
    "instance_view": ("ModelPermissions", "/basic/{pk}"),
    "get_queryset_list_view": ("ModelPermissions", "/basic"),
    "empty_list_view": ("ModelPermissions", "/basic"),
    "object_permissions_view": ("ModelPermissions & ObjectPermissions", "/guarded/{pk}"),
    "object_permissions_list_view": ("ModelPermissions & ObjectPermissions", "/guarded"),
    "get_queryset_object_permissions_view": ("ModelPermissions & ObjectPermissions", "/guarded/{pk}"),
    "denied_view": ("BasicPerm", "/basic/{pk}"),
    "denied_view_with_detail": ("BasicPermWithDetail", "/basic/{pk}"),
    "denied_object_view": ("BasicObjectPerm", "/basic/{pk}"),
    "denied_object_view_with_detail": ("BasicObjectPermWithDetail", "/basic/{pk}"),
}


def tests():
    return ["tests.test_permissions"]


def version():
    return f"djangorestframework {metadata.version('djangorestframework')}"


def answer():
    for name, (classes, path) in VIEWS.items():
        # DRF says that a row is there which may not be viewed, unless its class for Django's permissions says otherwise
        setattr(test_permissions, name, view(classes, path, reveals=name.startswith("denied_object")))
    for operator in (permissions.AND, permissions.OR, permissions.NOT):
        operator.has_permission = has_permission


def view(classes, path, reveals):
    def answered(request, pk=None):
        answer = library.ask(
            "http",
            permissions=classes,
            method=request.method,
            path="/api" + path.format(pk=pk),
            reveals=reveals,
            authorization=request.META.get("HTTP_AUTHORIZATION", ""),
            content_type=request.META.get("CONTENT_TYPE", ""),
            body=request.body.decode(),
        )
        return Response(shown(answer["body"]), answer["status"])

    return answered


def shown(body):
    """As DRF's tests look at it: a list without pages, and a refusal with its code."""
    if isinstance(body, dict) and "results" in body:
        return body["results"]
    if isinstance(body, dict) and "detail" in body:
        return {**body, "detail": ErrorDetail(body["detail"], body["code"])}
    return body


def has_permission(self, request, view):
    """May this user ask for what has these classes?"""
    answer = library.ask(
        "http", permissions=expression(self), method=request.method, path="/api/basic", **{"as": request.user.pk}
    )
    if answer["status"] not in (200, 401, 403):
        raise AssertionError(f"neither yes nor no: {answer}")
    return answer["status"] == 200


def expression(of):
    if isinstance(of, permissions.NOT):
        return f"!{expression(of.op1)}"
    sign = {permissions.AND: "&", permissions.OR: "|"}.get(type(of))
    return f"({expression(of.op1)} {sign} {expression(of.op2)})" if sign else type(of).__name__
