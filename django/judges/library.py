"""What asks Refrain, and how Django's users, groups and rows are named to it."""

import json
import sys
import uuid


class Refused(Exception):
    """The library's error: its kind, its words, and what was looked for where nothing was found."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.kind = error["kind"]
        self.looked_for = error.get("looked_for")


class Library:
    """The process that started this one."""

    def __init__(self):
        self.asked = 0

    def connect(self):
        # what tests print must not be taken for questions
        self.questions, sys.stdout = sys.stdout, sys.stderr

    def ask(self, what, **about):
        from django.contrib.auth import get_user_model

        self.asked += 1
        print(json.dumps({"ask": what, "users": users(get_user_model()), **about}), file=self.questions, flush=True)
        line = sys.stdin.readline()
        if not line:
            sys.exit("who started the suite is gone")
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["ok"]

    def end(self, report):
        print(json.dumps({"end": report}), file=self.questions, flush=True)


library = Library()


# what a model of users may be without
OF_ABSTRACT_USER = ["first_name", "last_name", "email", "is_staff", "date_joined"]


def users(model):
    """A model of users: what the library is told of a site's AUTH_USER_MODEL."""
    meta = model._meta
    columns = {field.column for field in meta.concrete_fields}
    return {
        "app": meta.app_label,
        "model": meta.object_name,
        "key": "uuid" if meta.pk.get_internal_type() == "UUIDField" else "integer",
        "username": model.USERNAME_FIELD,
        "lacking": [name for name in OF_ABSTRACT_USER if name not in columns],
    }


def user(of):
    """A user, with the flags that this very object has: tests change them and save nothing."""
    if of.is_anonymous or of.pk is None:
        return {"user": None}
    flags = {"is_active": of.is_active, "is_superuser": getattr(of, "is_superuser", False)}
    return {"user": key(of.pk), "users": users(of._meta.model), **flags}


def value(of):
    """The library's own value for this very user object, with what it learnt of them: Django's keeps that too. With other
    flags it is another."""
    named = user(of)
    kept = getattr(of, "_wrapped", of).__dict__.setdefault("_known_to_library", {})
    flags = named.get("is_active"), named.get("is_superuser")
    if flags not in kept:
        kept[flags] = library.ask("new_user", who=named)
    return kept[flags]


def group(of):
    return {"group": of.pk}


def key(of):
    """A key in JSON."""
    return str(of) if isinstance(of, uuid.UUID) else of


def missing(refused, *kinds):
    """Was one of these looked for, and not found?"""
    return refused.kind == "unknown" and refused.looked_for in kinds
