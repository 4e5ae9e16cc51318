from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="MadeToken")


@_attrs_define
class MadeToken:
    """A token that was just made.

    Attributes:
        created (datetime.datetime): When it was made.
        id (int): By which it is revoked.
        name (str): What its user calls it.
        token (str): To send as `Authorization: Token …`. It is told now, and never again.
        ceiling (list[str] | None | Unset): The permissions it allows; all that its user has where it is null.
        expires_at (datetime.datetime | None | Unset): From when on it is nobody's; never where it is null.
    """

    created: datetime.datetime
    id: int
    name: str
    token: str
    ceiling: list[str] | None | Unset = UNSET
    expires_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        created = self.created.isoformat()

        id = self.id

        name = self.name

        token = self.token

        ceiling: list[str] | None | Unset
        if isinstance(self.ceiling, Unset):
            ceiling = UNSET
        elif isinstance(self.ceiling, list):
            ceiling = self.ceiling

        else:
            ceiling = self.ceiling

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        elif isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "created": created,
                "id": id,
                "name": name,
                "token": token,
            }
        )
        if ceiling is not UNSET:
            field_dict["ceiling"] = ceiling
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        created = datetime.datetime.fromisoformat(d.pop("created"))

        id = d.pop("id")

        name = d.pop("name")

        token = d.pop("token")

        def _parse_ceiling(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                ceiling_type_0 = cast(list[str], data)

                return ceiling_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        ceiling = _parse_ceiling(d.pop("ceiling", UNSET))

        def _parse_expires_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        made_token = cls(
            created=created,
            id=id,
            name=name,
            token=token,
            ceiling=ceiling,
            expires_at=expires_at,
        )

        made_token.additional_properties = d
        return made_token

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
