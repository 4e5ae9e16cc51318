"""The routes of trips alone, answered by DRF as it is or as the program in Rust differs from it."""

from django.urls import path

from drivers.differential import switched

ROWS = {"get": "list", "post": "create"}
ROW = {"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"}

urlpatterns = [path("api/trips/", switched(ROWS)), path("api/trips/<pk>/", switched(ROW))]
