"""Cars, trips and services in the admin, with django-guardian's pages for grants on them."""

from django.contrib import admin
from guardian.admin import GuardedModelAdmin

from .models import Car, Service, Trip

admin.site.register([Car, Trip], GuardedModelAdmin)
admin.site.register(Service)
