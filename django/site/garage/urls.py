"""The admin, the API, and the route that gives out tokens."""

from django.contrib import admin
from django.urls import include, path
from rest_framework.authtoken.views import obtain_auth_token
from rest_framework.routers import SimpleRouter

from drivers.views import CarViewSet, ServiceViewSet, TripViewSet

router = SimpleRouter()
router.register("cars", CarViewSet)
router.register("trips", TripViewSet)
router.register("services", ServiceViewSet)

urlpatterns = [
    path("admin/", admin.site.urls),
    path("api/auth/token/", obtain_auth_token),
    path("api/", include(router.urls)),
]
