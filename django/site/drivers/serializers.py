"""What the API shows and takes."""

from django.contrib.auth import get_user_model
from rest_framework import serializers

from .models import Car, Service, Trip


class OwnedSerializer(serializers.ModelSerializer):
    owner_id = serializers.PrimaryKeyRelatedField(
        source="owner", queryset=get_user_model().objects.all(), allow_null=True, required=False
    )


class CarSerializer(OwnedSerializer):
    class Meta:
        model = Car
        fields = ["id", "name", "owner_id", "published"]
        read_only_fields = ["published"]


class TripSerializer(OwnedSerializer):
    class Meta:
        model = Trip
        fields = ["id", "title", "owner_id"]


class ServiceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Service
        fields = ["id", "at", "cost", "paid", "reference"]
