// Against a running program: `DRIVERS_URL=http://127.0.0.1:3000/api npm test`.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "openapi-fetch";
import { type Problem, Refused, can, connect, pages, rows } from "../src/client.js";
import type { paths } from "../src/drivers.js";
import { ChangedMeanwhile, destroy, read, update } from "../src/tags.js";

const address = process.env["DRIVERS_URL"];
if (!address) throw new Error("DRIVERS_URL does not say where the drivers answer");

async function logIn(username: string): Promise<Client<paths>> {
  const { data, error } = await connect<paths>(address!).POST("/auth/token", {
    body: { username, password: "wheels" },
  });
  if (error) throw new Refused(error);
  return connect<paths>(address!, data.token);
}

test("what the guide shows", async () => {
  // guide: typescript
  const { data: login } = await connect<paths>(address).POST("/auth/token", {
    body: { username: "alice", password: "wheels" },
  });
  const drivers = connect<paths>(address, login!.token);

  const { data: car, error } = await drivers.POST("/cars", { body: { name: "Beetle" } });
  if (error) throw new Error(`${error.code}: ${error.detail}`);
  console.log(car.id, can(car, "change"), can(car, "delete")); // 1 true false

  for await (const car of rows(drivers, "/cars", { query: { ordering: "-name", published: false } })) {
    console.log(car.name);
  }
  // end
  assert.deepEqual([can(car, "view"), can(car, "change"), can(car, "delete"), can(car, "publish")], [
    true,
    true,
    false,
    false,
  ]);
});

test("a refusal is a typed problem", async () => {
  const bob = await logIn("bob");
  const { data, error, response } = await bob.POST("/cars", { body: { name: "Mini" } });
  assert.equal(data, undefined);
  assert.equal(response.status, 403);
  const problem: Problem = error!;
  assert.equal(problem.code, "permission_denied");
  assert.equal(problem.detail, "You do not have permission to perform this action.");

  const alice = await logIn("alice");
  const invalid = await alice.POST("/cars", { body: { name: "" } });
  assert.deepEqual(invalid.error?.errors, { name: ["This field may not be blank."] });

  const nobody = await connect<paths>(address).GET("/cars");
  assert.equal(nobody.error?.code, "not_authenticated");
});

test("a list is read to its end, page by page", async () => {
  const alice = await logIn("alice");
  const made = ["a", "b", "c", "d", "e"].map((letter) => `${Date.now()} ${letter}`);
  for (const name of made) await alice.POST("/cars", { body: { name } });

  const bob = await logIn("bob");
  const sizes: number[] = [];
  for await (const page of pages(bob, "/cars", { query: { limit: 2 } })) sizes.push(page.results.length);
  assert.ok(sizes.length >= 3 && sizes.slice(0, -1).every((size) => size === 2), String(sizes));

  const seen: string[] = [];
  for await (const car of rows(bob, "/cars", { query: { limit: 2, ordering: "-name" } })) {
    assert.deepEqual(car.permissions, ["view"]);
    if (made.includes(car.name)) seen.push(car.name);
  }
  assert.deepEqual(seen, [...made].reverse());

  const carol = await logIn("carol");
  const refused = await rows(carol, "/cars").next().catch((error: unknown) => error);
  assert.ok(refused instanceof Refused && refused.problem.status === 403);
});

test("a row is changed only if it is what was read", async () => {
  const alice = await logIn("alice");
  const root = await logIn("root");
  const { data: made } = await alice.POST("/cars", { body: { name: "Mini" } });
  const id = made!.id;

  // guide: typescript-tags
  const car = await read(alice, "/cars/{id}", id);
  const renamed = await update(alice, "/cars/{id}", car, { name: "Maxi" });
  await update(alice, "/cars/{id}", renamed, { name: "Midi" });
  try {
    await update(alice, "/cars/{id}", car, { name: "what was read first is not what is there" });
  } catch (error) {
    if (!(error instanceof ChangedMeanwhile)) throw error;
    console.log(error.problem.detail); // The row is not as the request expects it. Read it again.
  }
  // end
  assert.equal((await read(alice, "/cars/{id}", id)).name, "Midi");
  const stale = await update(alice, "/cars/{id}", car, { name: "stale" }).catch((error: unknown) => error);
  assert.ok(stale instanceof ChangedMeanwhile && stale.problem.code === "precondition_failed");

  const hers = await read(root, "/cars/{id}", id);
  const owned = await update(root, "/cars/{id}", hers, { owner_id: null }).catch((error: unknown) => error);
  assert.ok(owned instanceof Refused && owned.problem.status === 403, "who may not write is told that");

  const { response } = await alice.GET("/cars/{id}", {
    params: { path: { id }, header: { "If-None-Match": "*" } },
  });
  assert.equal(response.status, 304);
  const refused = await destroy(alice, "/cars/{id}", car).catch((error: unknown) => error);
  assert.ok(refused instanceof Refused && refused.problem.status === 403, "alice may not delete cars");
});

test("accounts", async () => {
  const nobody = connect<paths>(address);
  const erin = { username: "erin", email: "erin@example.com", password: "four good wheels" };
  const registered = await nobody.POST("/auth/register", { body: erin });
  assert.equal(registered.response.status, 202);
  const asked = await nobody.POST("/auth/password/reset", { body: { email: "alice@demo.invalid" } });
  assert.equal(asked.response.status, 202);

  const root = await logIn("root");
  const change = { old_password: "wheels", new_password: "four good wheels" };
  const changed = await root.POST("/auth/password", { body: change });
  assert.equal(changed.response.status, 204);
  const again = await root.POST("/auth/password", { body: change });
  assert.deepEqual(Object.keys(again.error?.errors ?? {}), ["old_password"]);
});

test("a token with a ceiling does no more than it allows", async () => {
  const alice = await logIn("alice");
  const made = await alice.POST("/auth/tokens", { body: { name: "reads", ceiling: ["drivers.view_car"] } });
  if (made.error) throw new Refused(made.error);
  const reads = connect<paths>(address!, made.data.token);
  assert.equal((await reads.GET("/cars")).response.status, 200);
  assert.equal((await reads.POST("/cars", { body: { name: "Mini" } })).error?.code, "insufficient_scope");
  const { data: tokens } = await alice.GET("/auth/tokens");
  assert.ok(tokens!.some((token) => token.id === made.data.id && token.name === "reads"));
  const { response } = await alice.DELETE("/auth/tokens/{id}", { params: { path: { id: made.data.id } } });
  assert.equal(response.status, 204);
  assert.equal((await reads.GET("/cars")).error?.code, "authentication_failed");
});

/** Never called: the compiler holds these to be mistakes. */
export async function whatDoesNotCompile(drivers: Client<paths>): Promise<void> {
  // @ts-expect-error there is no such path
  await drivers.GET("/cats");
  // @ts-expect-error the name is missing
  await drivers.POST("/cars", { body: {} });
  // @ts-expect-error a list is no row
  await read(drivers, "/cars", 1);
  // @ts-expect-error cars have no colour
  await update(drivers, "/cars/{id}", await read(drivers, "/cars/{id}", 1), { colour: "red" });
  // @ts-expect-error only lists have pages
  rows(drivers, "/auth/me");
  // @ts-expect-error cars are not filtered by colour
  rows(drivers, "/cars", { query: { colour: "red" } });
  for await (const car of rows(drivers, "/cars")) {
    // @ts-expect-error nobody can do this with a car
    can(car, "paint");
    // @ts-expect-error a car has no such member
    car.colour;
  }
  for await (const trip of rows(drivers, "/trips")) {
    // @ts-expect-error trips do not tell
    can(trip, "change");
  }
}
