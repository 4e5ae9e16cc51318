"""The same site with users of its own: another table, uuids for keys, named by their address."""

from .settings import *  # noqa: F403
from .settings import INSTALLED_APPS

INSTALLED_APPS = ["club", *INSTALLED_APPS]
AUTH_USER_MODEL = "club.Member"
# what guardian's own does not fill
GUARDIAN_GET_INIT_ANONYMOUS_USER = "club.models.anonymous_member"
