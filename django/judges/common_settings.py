"""What every suite's settings have here: the test's database, tables without migrations, and hashes that cost no time."""

import os
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "site"))

from garage.settings import database  # noqa: E402


class NoMigrations(dict):
    """Every app's tables are made from its models."""

    def __contains__(self, app):
        return True

    def __getitem__(self, app):
        return None


DATABASES = {"default": database(os.environ["DATABASE_URL"])}
MIGRATION_MODULES = NoMigrations()
PASSWORD_HASHERS = ["drivers.hashers.Quick"]

__all__ = ["DATABASES", "MIGRATION_MODULES", "PASSWORD_HASHERS"]
