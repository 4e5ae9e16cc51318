from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Profile")


@_attrs_define
class Profile:
    """A user as they see themselves.

    Attributes:
        groups (list[str]): The names of their groups, in order.
        id (int): The key.
        is_active (bool): An inactive user cannot log in.
        is_staff (bool): May they be in where staff is?
        is_superuser (bool): Do they hold every permission?
        permissions (list[str]): The permissions they hold, directly and through groups, in order.
        username (str): The unique name.
    """

    groups: list[str]
    id: int
    is_active: bool
    is_staff: bool
    is_superuser: bool
    permissions: list[str]
    username: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        groups = self.groups

        id = self.id

        is_active = self.is_active

        is_staff = self.is_staff

        is_superuser = self.is_superuser

        permissions = self.permissions

        username = self.username

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "groups": groups,
                "id": id,
                "is_active": is_active,
                "is_staff": is_staff,
                "is_superuser": is_superuser,
                "permissions": permissions,
                "username": username,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        groups = cast(list[str], d.pop("groups"))

        id = d.pop("id")

        is_active = d.pop("is_active")

        is_staff = d.pop("is_staff")

        is_superuser = d.pop("is_superuser")

        permissions = cast(list[str], d.pop("permissions"))

        username = d.pop("username")

        profile = cls(
            groups=groups,
            id=id,
            is_active=is_active,
            is_staff=is_staff,
            is_superuser=is_superuser,
            permissions=permissions,
            username=username,
        )

        profile.additional_properties = d
        return profile

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
