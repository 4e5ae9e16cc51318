"""What Django's own tests ask of permissions, in its backend and in its admin, with the library for what users hold."""

import django

import model_backend

AUTH = [
    "test_auth_backends",
    "test_context_processors",
    "test_decorators",
    "test_mixins",
    "test_models.UserWithPermTestCase",
    "test_models.AnonymousUserTests",
    "test_models.PermissionTests",
]
# the classes of which some test asks: that a superuser may, Django says before it asks a backend
ADMIN = [
    "test_actions.AdminActionsPermissionTests",
    "test_autocomplete_view.AutocompleteJsonViewTests",
    "test_nav_sidebar.AdminSidebarTests",
    "tests.AdminCustomTemplateTests",
    "tests.AdminKeepChangeListFiltersTests",
    "tests.AdminSiteFinalCatchAllPatternTests",
    "tests.AdminViewBasicTest",
    "tests.AdminViewDeletedObjectsTest",
    "tests.AdminViewLogoutTests",
    "tests.AdminViewPermissionsTest",
    "tests.AdminViewProxyModelPermissionsTests",
    "tests.AdminViewsNoUrlTest",
    "tests.CustomModelAdminTest",
    "tests.NamespacedAdminKeepChangeListFiltersTests",
    "tests.SecureViewTests",
]
LEFT_OUT = []


def tests():
    return [f"auth_tests.{name}" for name in AUTH] + [f"admin_views.{name}" for name in ADMIN]


def version():
    return f"django {django.get_version()}"


def answer():
    model_backend.answer()
