// Against a running program: `TRACKER_URL=http://127.0.0.1:3000/api npm test`.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "openapi-fetch";
import { type Problem, Refused, connect, pages, rows } from "../src/client.js";
import { ChangedMeanwhile, destroy, read, update } from "../src/tags.js";
import type { components, paths } from "../src/tracker.js";

type Tracker = Client<paths>;
type Task = components["schemas"]["Task"];

const address = process.env["TRACKER_URL"] ?? "";
if (!address) throw new Error("TRACKER_URL does not say where the tracker answers");

/** What was answered; a problem is thrown. */
function answered<Body>(answer: { data?: Body; error?: Problem }): Body {
  if (answer.error) throw new Refused(answer.error);
  if (answer.data === undefined) throw new Error("nothing was answered");
  return answer.data;
}

async function logIn(username: string): Promise<Tracker> {
  const body = { username, password: "tracks" };
  const { token } = answered(await connect<paths>(address).POST("/auth/token", { body }));
  return connect<paths>(address, token);
}

async function keyOf(tracker: Tracker): Promise<number> {
  return answered(await tracker.GET("/auth/me")).id;
}

/** A project of the only organization that somebody sees. */
async function projectOf(tracker: Tracker, name: string): Promise<number> {
  const { results } = answered(await tracker.GET("/organizations"));
  const [organization] = results;
  assert.ok(organization);
  const body = { organization_id: organization.id, name };
  return answered(await tracker.POST("/projects", { body })).id;
}

async function taskOf(tracker: Tracker, project_id: number, task: { title: string; due?: string }): Promise<Task> {
  const params = { path: { project_id } };
  return answered(await tracker.POST("/projects/{project_id}/tasks", { params, body: task }));
}

async function titles(found: AsyncIterable<Task>): Promise<string[]> {
  const all = [];
  for await (const task of found) all.push(task.title);
  return all;
}

/** The problem that a call is refused with. */
async function refused(call: Promise<unknown>): Promise<Problem> {
  const error: unknown = await call.catch((error: unknown) => error);
  assert.ok(error instanceof Refused, String(error));
  return error.problem;
}

test("what the guide shows", async () => {
  // guide: typescript-tracker
  const login = await connect<paths>(address).POST("/auth/token", {
    body: { username: "alice", password: "tracks" },
  });
  if (login.error) throw new Refused(login.error);
  const tracker = connect<paths>(address, login.data.token);

  for await (const { id, name } of rows(tracker, "/organizations")) {
    console.log(id, name); // 1 Acme
  }
  const made = await tracker.POST("/organizations/{organization_id}/projects", {
    params: { path: { organization_id: 1 } },
    body: { name: "Boat", budget: "2500.00" },
  });
  if (made.error) throw new Refused(made.error);
  const project_id = made.data.id;

  const wishes = ["Sails", "Mast", "Rope"].map((title) => ({ title, due: "2026-12-01" }));
  await tracker.POST("/projects/{project_id}/tasks/bulk", { params: { path: { project_id } }, body: wishes });

  const soon = rows(tracker, "/projects/{project_id}/tasks", {
    path: { project_id },
    query: { status__in: ["open", "doing"], due__lte: "2026-12-31", ordering: "-title" },
  });
  for await (const task of soon) console.log(task.title, task.status); // Sails open, Rope open, Mast open
  // end
  assert.deepEqual(await titles(rows(tracker, "/projects/{project_id}/tasks", { path: { project_id } })), [
    "Sails",
    "Mast",
    "Rope",
  ]);
  assert.equal(made.data.budget, "2500.00");
});

test("tasks are filtered, searched, ordered, and paged by number", async () => {
  const alice = await logIn("alice");
  const project_id = await projectOf(alice, "Filters");
  const path = { project_id };
  const made: Task[] = [];
  for (const [title, due] of [
    ["Saw wood", "2026-03-01"],
    ["Buy nails", "2026-02-01"],
    ["Buy wood", "2026-01-01"],
  ] as const) {
    made.push(await taskOf(alice, project_id, { title, due }));
  }
  const [saw, nails] = made;
  assert.ok(saw && nails);
  await update(alice, "/tasks/{id}", saw, { status: "doing" });
  await update(alice, "/tasks/{id}", nails, { status: "closed", assignee_id: await keyOf(alice) });

  type Query = NonNullable<paths["/projects/{project_id}/tasks"]["get"]["parameters"]["query"]>;
  const questions: [Query, string[]][] = [
    [{}, ["Saw wood", "Buy nails", "Buy wood"]],
    [{ status: "doing" }, ["Saw wood"]],
    [{ status__in: ["closed"] }, ["Buy nails"]],
    [{ status__in: ["open", "doing"] }, ["Saw wood", "Buy wood"]],
    [{ due__gte: "2026-02-01" }, ["Saw wood", "Buy nails"]],
    [{ due__gte: "2026-01-15", due__lte: "2026-02-15" }, ["Buy nails"]],
    [{ assignee_id__isnull: true }, ["Saw wood", "Buy wood"]],
    [{ assignee_id: await keyOf(alice) }, ["Buy nails"]],
    [{ search: "WOOD buy" }, ["Buy wood"]],
    [{ ordering: "due" }, ["Buy wood", "Buy nails", "Saw wood"]],
    [{ ordering: "-title", search: "wood" }, ["Saw wood", "Buy wood"]],
  ];
  for (const [query, expected] of questions) {
    const found = await titles(rows(alice, "/projects/{project_id}/tasks", { path, query }));
    assert.deepEqual(found, expected, JSON.stringify(query));
    // with arrays in the links to other pages too
    const byOne = { path, query: { ...query, page_size: 1 } };
    assert.deepEqual(await titles(rows(alice, "/projects/{project_id}/tasks", byOne)), expected);
  }

  const query = { page: 2, page_size: 2 };
  const second = answered(await alice.GET("/projects/{project_id}/tasks", { params: { path, query } }));
  assert.equal(second.count, 3);
  assert.equal(second.next, null);
  assert.deepEqual(second.results.map((task) => task.title), ["Buy wood"]);
  const behind = await alice.GET("/projects/{project_id}/tasks", { params: { path, query: { page: 3, page_size: 2 } } });
  assert.equal(behind.error?.detail, "Invalid page.");
});

test("comments are read by cursors to the end", async () => {
  const alice = await logIn("alice");
  const bob = await logIn("bob");
  const task = await taskOf(alice, await projectOf(alice, "Comments"), { title: "Talk" });
  const path = { task_id: task.id };
  const said = ["one", "two", "three", "four", "five"];
  for (const [at, body] of said.entries()) {
    const who = at % 2 ? bob : alice;
    answered(await who.POST("/tasks/{task_id}/comments", { params: { path }, body: { body } }));
  }
  const seen: string[] = [];
  const sizes: number[] = [];
  for await (const page of pages(bob, "/tasks/{task_id}/comments", { path, query: { page_size: 2 } })) {
    sizes.push(page.results.length);
    seen.push(...page.results.map((comment) => comment.body));
    // what is said meanwhile stands before what was read: nothing is shown twice
    if (sizes.length === 1) answered(await bob.POST("/comments", { body: { task_id: task.id, body: "meanwhile" } }));
  }
  assert.deepEqual([seen, sizes], [[...said].reverse(), [2, 2, 1]]);

  const { results } = answered(await bob.GET("/tasks/{task_id}/comments", { params: { path } }));
  const alices = results.find((comment) => comment.body === "one");
  assert.ok(alices);
  const problem = await refused(update(bob, "/comments/{id}", alices, { body: "no" }));
  assert.equal(problem.code, "permission_denied", "authors change theirs");
});

test("a budget is there for admins and for nobody else", async () => {
  const alice = await logIn("alice");
  const bob = await logIn("bob");
  const { results } = answered(await alice.GET("/organizations"));
  const [organization] = results;
  assert.ok(organization);
  const body = { organization_id: organization.id, name: "Budget", budget: "10.50" };
  const made = answered(await alice.POST("/projects", { body }));
  assert.equal(made.budget, "10.50");

  const seen = await read(bob, "/projects/{id}", made.id);
  assert.deepEqual(seen, { id: made.id, organization_id: organization.id, name: "Budget", archived: false });
  const problem = await refused(update(bob, "/projects/{id}", seen, { budget: "11.00" }));
  assert.equal(problem.status, 403);
});

test("a task is changed only if it is what was read", async () => {
  const alice = await logIn("alice");
  const made = await taskOf(alice, await projectOf(alice, "Tags"), { title: "Read" });
  const hers = await read(alice, "/tasks/{id}", made.id);
  const another = await logIn("root");
  const theirs = await read(another, "/tasks/{id}", made.id);
  const written = await update(another, "/tasks/{id}", theirs, { title: "Changed by somebody else" });
  assert.equal(written.version, hers.version + 1);

  for (const write of [
    () => update(alice, "/tasks/{id}", hers, { status: "closed" }),
    () => destroy(alice, "/tasks/{id}", hers),
  ]) {
    const error: unknown = await write().catch((error: unknown) => error);
    assert.ok(error instanceof ChangedMeanwhile, String(error));
    assert.equal(error.problem.code, "precondition_failed");
  }
  const again = await read(alice, "/tasks/{id}", made.id);
  assert.deepEqual([again.title, again.status], ["Changed by somebody else", "open"]);
  const closed = await update(alice, "/tasks/{id}", again, { status: "closed" });
  await destroy(alice, "/tasks/{id}", closed);
  assert.equal((await refused(read(alice, "/tasks/{id}", made.id))).code, "not_found");
});

test("tasks are assigned, closed together, exported, and projects shared", async () => {
  const alice = await logIn("alice");
  const bob = await logIn("bob");
  const dave = await logIn("dave");
  const project_id = await projectOf(alice, "Actions");
  const tasks = [];
  for (const title of ["First, of all", "Second"]) tasks.push(await taskOf(alice, project_id, { title }));
  const [first] = tasks;
  assert.ok(first);

  const params = { path: { id: first.id } };
  const given = answered(await alice.POST("/tasks/{id}/assign", { params, body: { user_id: await keyOf(bob) } }));
  assert.equal(given.assignee_id, await keyOf(bob));
  const stranger = await alice.POST("/tasks/{id}/assign", { params, body: { user_id: await keyOf(dave) } });
  assert.deepEqual(stranger.error?.errors, { user_id: ["This is no member of the organization."] });

  const ids = tasks.map((task) => task.id);
  const closing = await bob.POST("/tasks/close", { body: { ids } });
  assert.equal(closing.error?.status, 403, "all of them or none: bob is in charge of the first alone");
  assert.equal((await read(bob, "/tasks/{id}", first.id)).status, "open");
  const closed = answered(await alice.POST("/tasks/close", { body: { ids } }));
  assert.deepEqual(closed.map((task) => task.status), ["closed", "closed"]);

  const unseen = { params: { path: { project_id } } };
  assert.equal((await dave.GET("/projects/{project_id}/tasks", unseen)).response.status, 404);
  answered(await alice.POST("/projects/{id}/share", { params: { path: { id: project_id } }, body: { username: "dave" } }));
  assert.equal(answered(await dave.GET("/projects/{project_id}/tasks", unseen)).count, 2);

  const { data: table, response } = await dave.GET("/tasks/export", { parseAs: "text" });
  assert.match(response.headers.get("Content-Type") ?? "", /^text\/csv/);
  const [names, ...lines] = table?.trimEnd().split("\n") ?? [];
  assert.equal(names, "id,project_id,title,assignee_id,status,due,estimate");
  // what was shared by an earlier run stands before
  assert.deepEqual(lines.slice(-2), [
    `${first.id},${project_id},"First, of all",${given.assignee_id},closed,,`,
    `${ids[1]},${project_id},Second,,closed,,`,
  ]);
});

test("what is refused is a typed problem", async () => {
  const alice = await logIn("alice");
  const nobody = await connect<paths>(address).GET("/tasks");
  assert.equal(nobody.error?.code, "not_authenticated");

  const project_id = await projectOf(alice, "Refused");
  const blank = await alice.POST("/tasks", { body: { project_id, title: "", estimate: "-1" } });
  assert.equal(blank.data, undefined);
  assert.deepEqual(blank.error?.errors, {
    title: ["This field may not be blank."],
    estimate: ["Ensure this value is greater than or equal to 0."],
  });
  const tasks = [{ title: "Right" }, { title: "" }];
  const bulk = await alice.POST("/projects/{project_id}/tasks/bulk", { params: { path: { project_id } }, body: tasks });
  assert.deepEqual(Object.keys(bulk.error?.errors ?? {}), ["1.title"]);
  const none = rows(alice, "/projects/{project_id}/tasks", { path: { project_id } });
  assert.deepEqual(await titles(none), [], "nothing was written");

  const date = "yesterday";
  const problem = await refused(rows(alice, "/tasks", { query: { due__gte: date } }).next());
  assert.deepEqual([problem.status, Object.keys(problem.errors ?? {})], [400, ["due__gte"]]);
});

/** Never called: the compiler holds these to be mistakes. */
export async function whatDoesNotCompile(tracker: Tracker): Promise<void> {
  // @ts-expect-error a task has no such status
  rows(tracker, "/tasks", { query: { status__in: ["open", "forgotten"] } });
  // @ts-expect-error it is not filtered by its title
  rows(tracker, "/tasks", { query: { title: "Read" } });
  // @ts-expect-error the path has a variable
  rows(tracker, "/projects/{project_id}/tasks");
  // @ts-expect-error and no other one
  rows(tracker, "/projects/{project_id}/tasks", { path: { id: 1 } });
  // @ts-expect-error a row below another one has two
  await read(tracker, "/projects/{project_id}/tasks/{id}", 1);
  const task = await read(tracker, "/tasks/{id}", 1);
  // @ts-expect-error the version is the server's to count
  await update(tracker, "/tasks/{id}", task, { version: 2 });
  // @ts-expect-error a task stays in its project
  await update(tracker, "/tasks/{id}", task, { project_id: 2 });
  // @ts-expect-error a budget is not there for everybody
  const budget: string | null = (await read(tracker, "/projects/{id}", 1)).budget;
  void budget;
}
