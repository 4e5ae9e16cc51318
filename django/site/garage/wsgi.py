"""The site as a server takes it: `gunicorn garage.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "garage.settings")

application = get_wsgi_application()
