"""Answers questions about cars and the grants on them by guardian: one a line, with the nanoseconds it took."""

import json
import sys
import time

import bench_site  # noqa: F401 (settings)
from django.contrib.auth import get_user_model
from guardian.core import ObjectPermissionChecker
from guardian.shortcuts import get_objects_for_user

from bench_urls import Car


def visible(user, or_owner):
    # grants alone, as `ObjectPermissions` has it
    granted = get_objects_for_user(user, "drivers.view_car", Car, accept_global_perms=False)
    return granted | Car.objects.filter(owner=user) if or_owner else granted


def answer(user, asked):
    key = asked["car"]
    match asked["question"]:
        case "page":
            first = asked["offset"]
            return [car.pk for car in visible(user, asked["or_owner"]).order_by("pk")[first : first + asked["limit"]]]
        case "count":
            return [visible(user, asked["or_owner"]).count()]
        case "row":
            return [car.pk for car in visible(user, asked["or_owner"]).filter(pk=key)]
        case "has_perm":
            return [key] if ObjectPermissionChecker(user).has_perm("view_car", Car(pk=key)) else []


users = {}
for line in sys.stdin:
    asked = json.loads(line)
    user = asked["user"]
    if user not in users:
        users[user] = get_user_model().objects.get(pk=user)
    begun = time.perf_counter_ns()
    rows = answer(users[user], asked)
    took = time.perf_counter_ns() - begun
    print(json.dumps({"took": took, "rows": rows}), flush=True)
