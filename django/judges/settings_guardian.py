"""The settings that django-guardian's own tests run under, over the test's database."""

import sys
import types

# what reads the database's address from the environment is not installed: the address is given below
environ = types.ModuleType("environ")
environ.Env = type("Env", (), {"db": lambda self, default: {}})
sys.modules["environ"] = environ

from guardian.testapp.testsettings import *  # noqa: E402, F403

from common_settings import *  # noqa: E402, F403
