"""Permission expressions in the words that the program in Rust reads, over DRF's own classes.

What DRF does not have, `IsOwner` and the like, is written here as its guide writes such classes.
"""

from rest_framework import permissions


class IsSuperuser(permissions.BasePermission):
    def has_permission(self, request, view):
        return bool(request.user and request.user.is_superuser)


class ReadOnly(permissions.BasePermission):
    def has_permission(self, request, view):
        return request.method in permissions.SAFE_METHODS


class DenyAll(permissions.BasePermission):
    def has_permission(self, request, view):
        return False


class IsOwner(permissions.BasePermission):
    def has_permission(self, request, view):
        return bool(request.user and request.user.is_authenticated)

    def has_object_permission(self, request, view, obj):
        return request.user.pk is not None and obj.owner_id == request.user.pk


class IsOwnerOrReadOnly(IsOwner):
    def has_permission(self, request, view):
        return request.method in permissions.SAFE_METHODS or super().has_permission(request, view)

    def has_object_permission(self, request, view, obj):
        return request.method in permissions.SAFE_METHODS or super().has_object_permission(request, view, obj)


def HasPerm(label):
    class HeldPermission(permissions.BasePermission):
        def has_permission(self, request, view):
            return bool(request.user and request.user.has_perm(label))

    return HeldPermission


STOCK = {
    "AllowAny": permissions.AllowAny,
    "DenyAll": DenyAll,
    "HasPerm": HasPerm,
    "IsAdminUser": permissions.IsAdminUser,
    "IsAuthenticated": permissions.IsAuthenticated,
    "IsAuthenticatedOrReadOnly": permissions.IsAuthenticatedOrReadOnly,
    "IsOwner": IsOwner,
    "IsOwnerOrReadOnly": IsOwnerOrReadOnly,
    "IsSuperuser": IsSuperuser,
    "ModelPermissions": permissions.DjangoModelPermissions,
    "ModelPermissionsOrAnonReadOnly": permissions.DjangoModelPermissionsOrAnonReadOnly,
    "ObjectPermissions": permissions.DjangoObjectPermissions,
    "ReadOnly": ReadOnly,
}


def parse(expression, classes=STOCK):
    """An expression over classes; `&` and `|` are DRF's, and bind as they do in Rust."""
    return eval(expression, {"__builtins__": {}}, classes)
