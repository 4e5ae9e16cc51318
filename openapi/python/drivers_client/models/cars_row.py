from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="CarsRow")


@_attrs_define
class CarsRow:
    """A car. A new one is not published; only the action below publishes one.

    Attributes:
        id (int): Its key.
        name (str): What it is called.
        owner_id (int | None): Whose it is; the caller's, when a new one leaves it out.
        permissions (list[str]): What the caller may do with this row.
        published (bool): Is it shown to buyers?
    """

    id: int
    name: str
    owner_id: int | None
    permissions: list[str]
    published: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        owner_id: int | None
        owner_id = self.owner_id

        permissions = self.permissions

        published = self.published

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "owner_id": owner_id,
                "permissions": permissions,
                "published": published,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        def _parse_owner_id(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        owner_id = _parse_owner_id(d.pop("owner_id"))

        permissions = cast(list[str], d.pop("permissions"))

        published = d.pop("published")

        cars_row = cls(
            id=id,
            name=name,
            owner_id=owner_id,
            permissions=permissions,
            published=published,
        )

        cars_row.additional_properties = d
        return cars_row

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
