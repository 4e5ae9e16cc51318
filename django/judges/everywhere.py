"""Puts one function in another's place, wherever it was imported by name."""

import sys


def replace(old, new):
    for module in list(sys.modules.values()):
        for name, value in list(getattr(module, "__dict__", {}).items()):
            if value is old:
                setattr(module, name, new)
