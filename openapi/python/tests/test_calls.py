"""Against a running program: `DRIVERS_URL=http://127.0.0.1:3000/api python -m unittest discover tests`."""

import os
import unittest

from drivers_client import AuthenticatedClient, Client
from drivers_client.api.auth import (
    auth_me,
    auth_password,
    auth_password_reset,
    auth_register,
    auth_token,
    auth_tokens,
    auth_tokens_create,
    auth_tokens_destroy,
)
from drivers_client.api.cars import cars_create, cars_list
from drivers_client.models import (
    CarInput,
    CarsPage,
    CarsRow,
    Login,
    MadeToken,
    NewNamedToken,
    PasswordChange,
    Problem,
    Profile,
    RegistrationByMail,
    ResetRequest,
    Token,
)

ADDRESS = os.environ["DRIVERS_URL"]


def log_in(username: str) -> AuthenticatedClient:
    answer = auth_token.sync(client=Client(base_url=ADDRESS), body=Login(username=username, password="wheels"))
    assert isinstance(answer, Token), answer
    return AuthenticatedClient(base_url=ADDRESS, token=answer.token, prefix="Token")


class Calls(unittest.TestCase):
    def test_what_the_guide_shows(self) -> None:
        # guide: python
        login = Login(username="alice", password="wheels")
        token = auth_token.sync(client=Client(base_url=ADDRESS), body=login)
        assert isinstance(token, Token)
        drivers = AuthenticatedClient(base_url=ADDRESS, token=token.token, prefix="Token")

        match cars_create.sync(client=drivers, body=CarInput(name="Beetle")):
            case CarsRow() as car:
                print(car.id, "change" in car.permissions, "delete" in car.permissions)  # 1 True False
            case Problem() as problem:
                raise SystemExit(f"{problem.code}: {problem.detail}")

        page = cars_list.sync(client=drivers, ordering="-name", published=False)
        assert isinstance(page, CarsPage)
        print([car.name for car in page.results])
        # end
        self.assertEqual((car.name, car.permissions), ("Beetle", ["view", "change"]))
        self.assertIn("Beetle", [car.name for car in page.results])

    def test_a_refusal_is_a_typed_problem(self) -> None:
        bob = log_in("bob")
        answer = cars_create.sync_detailed(client=bob, body=CarInput(name="Mini"))
        self.assertEqual(answer.status_code, 403)
        assert isinstance(answer.parsed, Problem), answer
        self.assertEqual(answer.parsed.code, "permission_denied")
        self.assertEqual(answer.parsed.detail, "You do not have permission to perform this action.")

        invalid = cars_create.sync(client=log_in("alice"), body=CarInput(name=""))
        assert isinstance(invalid, Problem) and invalid.errors, invalid
        self.assertEqual(invalid.errors.to_dict(), {"name": ["This field may not be blank."]})

    def test_who_is_asking(self) -> None:
        me = auth_me.sync(client=log_in("bob"))
        assert isinstance(me, Profile), me
        self.assertEqual((me.username, me.permissions), ("bob", ["drivers.view_car"]))

    def test_accounts(self) -> None:
        nobody = Client(base_url=ADDRESS)
        erin = RegistrationByMail(username="erin", email="erin@example.com", password="four good wheels")
        self.assertEqual(auth_register.sync_detailed(client=nobody, body=erin).status_code, 202)
        asked = auth_password_reset.sync_detailed(client=nobody, body=ResetRequest(email="alice@demo.invalid"))
        self.assertEqual(asked.status_code, 202)
        root = log_in("root")
        change = PasswordChange(old_password="wheels", new_password="four good wheels")
        self.assertEqual(auth_password.sync_detailed(client=root, body=change).status_code, 204)
        again = auth_password.sync(client=root, body=change)
        assert isinstance(again, Problem) and again.errors, again
        self.assertEqual(list(again.errors.to_dict()), ["old_password"])

    def test_a_token_with_a_ceiling_does_no_more_than_it_allows(self) -> None:
        alice = log_in("alice")
        made = auth_tokens_create.sync(client=alice, body=NewNamedToken(name="reads", ceiling=["drivers.view_car"]))
        assert isinstance(made, MadeToken), made
        reads = AuthenticatedClient(base_url=ADDRESS, token=made.token, prefix="Token")
        self.assertIsInstance(cars_list.sync(client=reads), CarsPage)
        refused = cars_create.sync(client=reads, body=CarInput(name="Mini"))
        assert isinstance(refused, Problem), refused
        self.assertEqual(refused.code, "insufficient_scope")
        tokens = auth_tokens.sync(client=alice)
        assert isinstance(tokens, list), tokens
        self.assertIn(made.id, [token.id for token in tokens])
        self.assertEqual(auth_tokens_destroy.sync_detailed(made.id, client=alice).status_code, 204)


if __name__ == "__main__":
    unittest.main()
