"""Django's own backend, with the library for what users hold."""

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission

from library import library, value


def answer():
    for method in (
        has_perm,
        has_module_perms,
        get_user_permissions,
        get_group_permissions,
        get_all_permissions,
    ):
        setattr(ModelBackend, method.__name__, method)
        setattr(ModelBackend, f"a{method.__name__}", awaited(method))
    django_with_perm = ModelBackend.with_perm
    ModelBackend.with_perm = lambda self, *args, **options: with_perm(django_with_perm, self, *args, **options)


def awaited(method):
    async def twin(self, *args, **options):
        return method(self, *args, **options)

    return twin


def has_perm(self, user_obj, perm, obj=None):
    # a permission on a row is not this backend's to say
    return obj is None and library.ask("has_perm", user=value(user_obj), perm=perm)


def has_module_perms(self, user_obj, app_label):
    return library.ask("has_module_perms", user=value(user_obj), app=app_label)


def get_user_permissions(self, user_obj, obj=None):
    return permissions("user_permissions", user_obj, obj)


def get_group_permissions(self, user_obj, obj=None):
    return permissions("group_permissions", user_obj, obj)


def get_all_permissions(self, user_obj, obj=None):
    return permissions("all_permissions", user_obj, obj)


def permissions(which, user_obj, obj):
    return set(library.ask(which, user=value(user_obj))) if obj is None else set()


def with_perm(django_with_perm, self, perm, is_active=True, include_superusers=True, obj=None):
    label = f"{perm.content_type.app_label}.{perm.codename}" if isinstance(perm, Permission) else perm
    asks_for_the_active = (is_active, include_superusers, obj) == (True, True, None)
    if not asks_for_the_active or not isinstance(label, str) or label.count(".") != 1:
        # an argument that Django refuses, or of which the library has no counterpart
        return django_with_perm(self, perm, is_active, include_superusers, obj)
    return get_user_model().objects.filter(pk__in=library.ask("with_perm", perm=label))
