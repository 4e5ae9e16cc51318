"""A car, its serializer and its viewset, with a count and without."""

from django.conf import settings
from django.db import models, transaction
from django.urls import include, path
from rest_framework import pagination, permissions, response, routers, serializers, viewsets


class Car(models.Model):
    name = models.CharField(max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True)
    published = models.BooleanField(default=False)

    class Meta:
        app_label = "drivers"
        managed = False


class CarSerializer(serializers.ModelSerializer):
    class Meta:
        model = Car
        fields = ["id", "name", "published"]
        read_only_fields = ["published"]


class ModelPermissions(permissions.DjangoModelPermissions):
    """Reading asks for `view` as well."""

    perms_map = {**permissions.DjangoModelPermissions.perms_map, "GET": ["%(app_label)s.view_%(model_name)s"]}


class IsOwnerOrReadOnly(permissions.BasePermission):
    def has_object_permission(self, request, view, obj):
        return request.method in permissions.SAFE_METHODS or obj.owner_id == request.user.pk


class Uncounted(pagination.LimitOffsetPagination):
    """One row more than asked for tells whether there is another page."""

    def paginate_queryset(self, queryset, request, view=None):
        self.limit, self.offset = self.get_limit(request), self.get_offset(request)
        rows = list(queryset[self.offset : self.offset + self.limit + 1])
        self.more = len(rows) > self.limit
        return rows[: self.limit]

    def get_paginated_response(self, data):
        return response.Response({"more": self.more, "results": data})


class Cars(viewsets.ModelViewSet):
    queryset = Car.objects.order_by("id")
    serializer_class = CarSerializer
    permission_classes = [ModelPermissions & IsOwnerOrReadOnly]
    pagination_class = pagination.LimitOffsetPagination

    def get_queryset(self):
        # as by hand: what is written is locked first
        return super().get_queryset().select_for_update() if self.action == "partial_update" else super().get_queryset()

    def perform_create(self, serializer):
        serializer.save(owner=self.request.user)

    @transaction.atomic
    def partial_update(self, request, *args, **kwargs):
        return super().partial_update(request, *args, **kwargs)


class UncountedCars(Cars):
    pagination_class = Uncounted


router = routers.SimpleRouter(trailing_slash=False)
router.register("cars", Cars, basename="car")
router.register("uncounted", UncountedCars, basename="uncounted")
urlpatterns = [path("api/", include(router.urls))]
