"""Contains all the data models used in inputs/outputs"""

from .car import Car
from .car_input import CarInput
from .cars_page import CarsPage
from .cars_row import CarsRow
from .login import Login
from .made_token import MadeToken
from .named_token import NamedToken
from .new_named_token import NewNamedToken
from .password_change import PasswordChange
from .patched_car_input import PatchedCarInput
from .patched_trip_input import PatchedTripInput
from .problem import Problem
from .problem_errors_type_0 import ProblemErrorsType0
from .profile import Profile
from .registration_by_mail import RegistrationByMail
from .registration_confirmation import RegistrationConfirmation
from .reset_confirmation import ResetConfirmation
from .reset_request import ResetRequest
from .token import Token
from .trip import Trip
from .trip_input import TripInput
from .trips_page import TripsPage

__all__ = (
    "Car",
    "CarInput",
    "CarsPage",
    "CarsRow",
    "Login",
    "MadeToken",
    "NamedToken",
    "NewNamedToken",
    "PasswordChange",
    "PatchedCarInput",
    "PatchedTripInput",
    "Problem",
    "ProblemErrorsType0",
    "Profile",
    "RegistrationByMail",
    "RegistrationConfirmation",
    "ResetConfirmation",
    "ResetRequest",
    "Token",
    "Trip",
    "TripInput",
    "TripsPage",
)
