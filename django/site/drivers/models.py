"""The models that this site shares with the program in Rust."""

from django.conf import settings
from django.db import models


class Car(models.Model):
    name = models.CharField(max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True)
    published = models.BooleanField(default=False)

    class Meta:
        permissions = [("publish_car", "Can publish car listing"), ("export_car", "Can export car data")]

    def __str__(self):
        return self.name


class Trip(models.Model):
    title = models.CharField(max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True)

    def __str__(self):
        return self.title


class Service(models.Model):
    """What was done to a car: a value of each kind that databases keep in ways of their own."""

    at = models.DateTimeField()
    cost = models.DecimalField(max_digits=10, decimal_places=2)
    paid = models.BooleanField(default=False)
    reference = models.UUIDField()

    def __str__(self):
        return str(self.reference)
