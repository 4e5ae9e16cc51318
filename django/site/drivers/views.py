"""The routes of cars, trips and services."""

import os

from rest_framework import viewsets
from rest_framework.filters import OrderingFilter
from rest_framework.pagination import PageNumberPagination
from rest_framework.throttling import ScopedRateThrottle

from .models import Car, Service, Trip
from .permissions import parse
from .serializers import CarSerializer, ServiceSerializer, TripSerializer


class DefaultPermissions:
    """The expression that holds where a viewset says nothing; tests ask under many."""

    expression = os.environ.get("DEFAULT_PERMISSIONS", "ModelPermissions")

    def get_permissions(self):
        return [parse(DefaultPermissions.expression)()]


class OwnedViewSet(viewsets.ModelViewSet):
    def perform_create(self, serializer):
        """The caller's, where a body does not say whose."""
        user = self.request.user
        serializer.save(**{} if "owner" in serializer.validated_data or user.is_anonymous else {"owner": user})


class CarViewSet(OwnedViewSet):
    queryset = Car.objects.order_by("id")
    serializer_class = CarSerializer

    def get_permissions(self):
        return [parse("ModelPermissions & IsOwnerOrReadOnly")()]


class TripViewSet(DefaultPermissions, OwnedViewSet):
    queryset = Trip.objects.order_by("id")
    serializer_class = TripSerializer


class Pages(PageNumberPagination):
    page_size = 3
    page_size_query_param = "page_size"
    max_page_size = 100


class ServiceViewSet(viewsets.ModelViewSet):
    permission_classes = [parse("IsAuthenticated & (ReadOnly | ModelPermissions)")]
    pagination_class = Pages
    filter_backends = [OrderingFilter]
    ordering_fields = ["id", "at", "cost", "paid", "reference"]
    throttle_scope = "services-deleted"
    queryset = Service.objects.order_by("id")
    serializer_class = ServiceSerializer

    def get_throttles(self):
        return [ScopedRateThrottle()] if self.action == "destroy" else []
