"""django-guardian's own tests, with the library for its grants."""

import pkgutil
from importlib import metadata

from guardian import core, managers, shortcuts, utils
from guardian.ctypes import get_content_type
from guardian.exceptions import ObjectNotPersisted
from guardian.shortcuts import _compute_codenames_and_ctype, _compute_queryset
from guardian.testapp import tests as own_tests
from guardian.utils import get_group_obj_perms_model, get_identity, get_user_obj_perms_model

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError

import model_backend
from everywhere import replace
from library import Refused, key, library, missing
from library import group as named_group
from library import user as named_user


# it makes 12,000 grants by guardian's own functions, and times queries over them
LEFT_OUT = ["test_indexes."]


def tests():
    names = [module.name for module in pkgutil.iter_modules(own_tests.__path__)]
    return [f"{own_tests.__name__}.{name}" for name in names if name.startswith("test_")]


def version():
    return f"django-guardian {metadata.version('django-guardian')}"


def with_tables(cursor):
    # the library finds users by a column `id`
    cursor.execute("ALTER TABLE testapp_customuser ADD COLUMN id integer GENERATED ALWAYS AS (custom_id) STORED")


def answer():
    model_backend.answer()
    checker = core.ObjectPermissionChecker
    for method in (has_perm, get_perms, get_user_perms, get_group_perms, prefetch_perms):
        setattr(checker, method.__name__, method)
    manager = managers.BaseObjectPermissionManager
    for method in (assign_perm, bulk_assign_perm, assign_perm_to_many):
        setattr(manager, method.__name__, method)
    for method in (remove_perm, bulk_remove_perm, remove_perm_from_many):
        setattr(manager, method.__name__, method)
    for function in (
        get_perms_for_model,
        get_users_with_perms,
        get_groups_with_perms,
        get_objects_for_user,
        get_objects_for_group,
    ):
        replace(getattr(shortcuts, function.__name__), function)
    replace(utils.clean_orphan_obj_perms, clean_orphan_obj_perms)


# How models and rows are named.


def model(of, user_model=None, group_model=None):
    """A model: its content type, its table, and where grants on its rows are."""
    ctype = get_content_type(of)
    tables = [user_model or get_user_obj_perms_model(of), group_model or get_group_obj_perms_model(of)]
    generic = [get_user_obj_perms_model(None), get_group_obj_perms_model(None)]
    return {
        "content_type": f"{ctype.app_label}.{ctype.model}",
        "table": of._meta.concrete_model._meta.db_table,
        "own": [None if table.objects.is_generic() else table._meta.db_table for table in tables],
        "generic": [table._meta.db_table for table in generic],
    }


def rows(of, user_model=None, group_model=None):
    """Rows of one model, of which there is at least one."""
    return {"model": model(of[0], user_model, group_model), "keys": [key(row.pk) for row in of]}


def row(of):
    return rows([of])


def holder(who):
    return named_user(who) if isinstance(who, get_user_model()) else named_group(who)


def label(perm, of):
    """A permission on a model, of which guardian has dropped the app by now; a codename may have dots of its own."""
    if isinstance(perm, Permission):
        return f"{perm.content_type.app_label}.{perm.codename}"
    return f"{get_content_type(of).app_label}.{perm}"


# The checker. Its answers are kept by the one that the library has for it.


def of_checker(self):
    """The library's checker for this one. The user's flags cannot change under it there: with others it is another."""
    who = holder(self.user or self.group)
    known = self.__dict__.setdefault("_known_to_library", {})
    flags = repr(who)
    if flags not in known:
        known[flags] = library.ask("new_checker", who=who)
    return known[flags]


def has_perm(self, perm, obj):
    if obj.pk is None:
        return bool(self.user and self.user.is_active and self.user.is_superuser)
    return library.ask("checker.has_perm", checker=of_checker(self), perm=perm, rows=row(obj))


def get_perms(self, obj):
    # what is not saved is no row to the library
    if obj.pk is None:
        return []
    return sorted(library.ask("checker.perms", checker=of_checker(self), rows=row(obj)))


def prefetch_perms(self, objects):
    objects = list(objects)
    if objects:
        library.ask("checker.prefetch", checker=of_checker(self), rows=rows(objects))
    # what is known is the library's to know: guardian's tests count it
    self._obj_perms_cache.update({self.get_local_cache_key(row): None for row in objects})
    return True


def codenames(obj, names):
    """As guardian gives them: a query for codenames."""
    named = Permission.objects.filter(content_type=get_content_type(obj), codename__in=names)
    return named.values_list("codename", flat=True)


def get_user_perms(self, obj):
    if obj.pk is None:
        return codenames(obj, [])
    return codenames(obj, library.ask("user_perms", who=holder(self.user), rows=row(obj)))


def get_group_perms(self, obj):
    if obj.pk is None:
        return codenames(obj, [])
    return codenames(obj, library.ask("group_perms", who=holder(self.user or self.group), rows=row(obj)))


# Granting, by the managers that guardian's shortcuts call once they have sorted out their arguments.


def rows_of_manager(self, objects):
    own = {f"{self.user_or_group_field}_model": self.model}
    return rows(objects, **own)


def granted(self, perm, who, objects):
    """The rows that a grant made: guardian gives them back."""
    ctype = get_content_type(objects[0])
    codename = perm.codename if isinstance(perm, Permission) else perm
    found = self.filter(permission__content_type=ctype, permission__codename=codename)
    found = found.filter(**{f"{self.user_or_group_field}__in": who})
    if self.is_generic():
        return list(found.filter(content_type=ctype, object_pk__in=[str(row.pk) for row in objects]))
    return list(found.filter(content_object__in=objects))


def assign(self, perm, who, objects):
    who, objects = list(who), list(objects)
    if not who or not objects:
        return []
    if any(row.pk is None for row in objects):
        raise ObjectNotPersisted("what is not saved is no row")
    named = label(perm, objects[0])
    try:
        library.ask("assign", perm=named, to=[holder(of) for of in who], rows=rows_of_manager(self, objects))
    except Refused as refused:
        if isinstance(perm, Permission):
            raise ValidationError(str(refused)) from refused
        if missing(refused, "permission"):
            raise Permission.DoesNotExist(str(refused)) from refused
        raise
    return granted(self, perm, who, objects)


def remove(self, perm, who, objects):
    who, objects = list(who), list(objects)
    if not who or not objects:
        return 0, {}
    if any(row.pk is None for row in objects):
        raise ObjectNotPersisted("what is not saved is no row")
    named = label(perm, objects[0])
    removed = library.ask("remove", perm=named, to=[holder(of) for of in who], rows=rows_of_manager(self, objects))
    return removed, {self.model._meta.label: removed} if removed else {}


def assign_perm(self, perm, user_or_group, obj):
    if getattr(obj, "pk", None) is None:
        raise ObjectNotPersisted("what is not saved is no row")
    return assign(self, perm, [user_or_group], [obj])[0]


def bulk_assign_perm(self, perm, user_or_group, queryset, ignore_conflicts=False):
    return assign(self, perm, [user_or_group], queryset)


def assign_perm_to_many(self, perm, users_or_groups, obj, ignore_conflicts=False):
    return assign(self, perm, users_or_groups, [obj])


def remove_perm(self, perm, user_or_group, obj):
    if getattr(obj, "pk", None) is None:
        raise ObjectNotPersisted("what is not saved is no row")
    return remove(self, perm, [user_or_group], [obj])


def bulk_remove_perm(self, perm, user_or_group, queryset):
    return remove(self, perm, [user_or_group], queryset)


def remove_perm_from_many(self, perm, users_or_groups, obj):
    return remove(self, perm, users_or_groups, [obj])


# The shortcuts that ask.


def get_perms_for_model(cls):
    of = apps.get_model(cls) if isinstance(cls, str) else cls
    ctype = get_content_type(of)
    named = library.ask("permissions_of_model", model=model(of))
    return Permission.objects.filter(content_type=ctype, codename__in=named)


def get_users_with_perms(
    obj, attach_perms=False, with_superusers=False, with_group_users=True, only_with_perms_in=None
):
    found = library.ask(
        "users_with_perms",
        rows=row(obj),
        with_superusers=with_superusers,
        with_group_users=with_group_users,
        only=only_with_perms_in,
    )
    users = get_user_model().objects.filter(pk__in=[who["id"] for who in found])
    if not attach_perms:
        return users
    named = {who["id"]: sorted(who["codenames"]) for who in found}
    return {who: named[who.pk] for who in users}


def get_groups_with_perms(obj, attach_perms=False, only_with_perms_in=None):
    found = library.ask("groups_with_perms", rows=row(obj), only=only_with_perms_in)
    groups = Group.objects.filter(pk__in=[who["id"] for who in found])
    if not attach_perms:
        return groups
    named = {who["id"]: sorted(who["codenames"]) for who in found}
    return {who: named[who.pk] for who in groups}


def get_objects_for_user(
    user,
    perms,
    klass=None,
    use_groups=True,
    any_perm=False,
    with_superuser=True,
    accept_global_perms=True,
):
    names, queryset = arguments(perms, klass)
    options = {
        "use_groups": use_groups,
        "any_perm": any_perm,
        "with_superuser": with_superuser,
        "accept_global_perms": accept_global_perms,
    }
    found = library.ask("objects_for_user", who=named_user(user), perms=names, model=model(queryset.model), **options)
    return queryset.filter(pk__in=found)


def get_objects_for_group(group, perms, klass=None, any_perm=False, accept_global_perms=True):
    names, queryset = arguments(perms, klass)
    options = {"any_perm": any_perm, "accept_global_perms": accept_global_perms}
    _, group = get_identity(group)
    found = library.ask("objects_for_group", who=holder(group), perms=names, model=model(queryset.model), **options)
    return queryset.filter(pk__in=found)


def arguments(perms, klass):
    """The codenames and the query that guardian takes its arguments for; a model is a type to the library."""
    ctype, names = _compute_codenames_and_ctype(perms)
    ctype, queryset = _compute_queryset(ctype, klass)
    return sorted(label(name, queryset.model) for name in names), queryset


def clean_orphan_obj_perms(batch_size=None, max_batches=None, max_duration_secs=None, skip_batches=0):
    return library.ask("clean_orphans", batch_size=batch_size, max_batches=max_batches)
