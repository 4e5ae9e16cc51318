"""Members in the admin."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm

from .models import Member


class NewMemberForm(AdminUserCreationForm):
    class Meta:
        model = Member
        fields = ["email", "country", "born"]


class MemberForm(UserChangeForm):
    class Meta:
        model = Member
        fields = "__all__"


@admin.register(Member)
class MemberAdmin(UserAdmin):
    add_form = NewMemberForm
    form = MemberForm
    ordering = ["email"]
    list_display = ["email", "country", "is_staff"]
    search_fields = ["email"]
    fieldsets = [
        (None, {"fields": ["email", "password", "country", "born"]}),
        ("Permissions", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["email", "country", "born", "usable_password", "password1", "password2"]}),
    ]
