"""The users of a site that has its own: named by their address, with what a club wants to know of everybody."""

from datetime import date
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from drivers.models import Car


class MemberManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        member = self.model(email=self.normalize_email(email), **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, **{"is_staff": True, "is_superuser": True, **fields})


class Member(AbstractBaseUser, PermissionsMixin):
    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    email = models.EmailField(unique=True)
    country = models.CharField(max_length=2)
    born = models.DateField()
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["country", "born"]

    objects = MemberManager()

    def __str__(self):
        return self.email


def anonymous_member(model):
    return model(email="AnonymousUser", country="", born=date(1970, 1, 1))


class SportsCar(Car):
    """A proxy: rows of cars under another name."""

    class Meta:
        proxy = True


class Truck(Car):
    """A child with a table of its own, beside that of cars."""

    payload = models.IntegerField()
