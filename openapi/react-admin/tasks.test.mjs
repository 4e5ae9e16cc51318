// Against a running program with TRAILING_SLASHES: `TRACKER_URL=http://127.0.0.1:3000/api npm test`.
import assert from "node:assert/strict";
import { test } from "node:test";
import drfProvider from "ra-data-drf";
import { fetchUtils } from "react-admin";

const address = process.env.TRACKER_URL;
if (!address) throw new Error("TRACKER_URL does not say where the tracker answers");

async function logIn(username) {
  const body = JSON.stringify({ username, password: "tracks" });
  const { json } = await fetchUtils.fetchJson(`${address}/auth/token`, { method: "POST", body });
  return json.token;
}

function providerOf(token) {
  // guide: react-admin
  const httpClient = (url, options = {}) =>
    fetchUtils.fetchJson(url, { ...options, user: { authenticated: true, token: `Token ${token}` } });
  const dataProvider = drfProvider(address, httpClient);
  // end
  return dataProvider;
}

const alice = providerOf(await logIn("alice"));
const { json: alicesProfile } = await fetchUtils.fetchJson(`${address}/auth/me`, {
  user: { authenticated: true, token: `Token ${await logIn("alice")}` },
});
const { data: project } = await alice("CREATE", "projects", { data: { organization_id: 1, name: "Admin" } });

const pagination = { page: 1, perPage: 25 };
const sort = { field: "id", order: "ASC" };

// in the titles of one run, so that the next does not find them
const run = `run${Date.now()}`;
const titled = (word) => ({ search: `${run} ${word}` });
const titles = ({ data }) => data.map((task) => task.title.replace(`${run} `, ""));

async function make(title, more = {}) {
  const data = { project_id: project.id, title: `${run} ${title}`, ...more };
  const { data: made } = await alice("CREATE", "tasks", { data });
  const { data: whole } = await alice("GET_ONE", "tasks", { id: made.id });
  return whole;
}

test("creates, and reads one and many", async () => {
  const one = await make("One", { due: "2026-05-01", estimate: "1.50", labels: ["a"] });
  assert.deepEqual(one, {
    id: one.id,
    project_id: project.id,
    title: `${run} One`,
    assignee_id: null,
    status: "open",
    due: "2026-05-01",
    private: false,
    estimate: "1.50",
    labels: ["a"],
    version: 1,
  });
  const two = await make("Two");
  assert.deepEqual(await alice("GET_MANY", "tasks", { ids: [two.id, one.id] }), { data: [two, one] });
});

test("lists, sorts, filters and pages", async () => {
  for (const [title, status] of [["Listed b", "open"], ["Listed a", "closed"], ["Listed c", "open"]]) {
    await make(title, { status });
  }
  const list = (params) => alice("GET_LIST", "tasks", { pagination, sort, filter: titled("listed"), ...params });
  assert.deepEqual(titles(await list({})), ["Listed b", "Listed a", "Listed c"]);
  assert.deepEqual(titles(await list({ sort: { field: "title", order: "ASC" } })), ["Listed a", "Listed b", "Listed c"]);
  assert.deepEqual(titles(await list({ sort: { field: "title", order: "DESC" } })), ["Listed c", "Listed b", "Listed a"]);
  const open = await list({ filter: { ...titled("listed"), status: "open" } });
  assert.deepEqual([titles(open), open.total], [["Listed b", "Listed c"], 2]);
  const either = await list({ filter: { ...titled("listed"), status__in: ["open", "closed"] } });
  assert.equal(either.total, 3, "an array is sent as a parameter for each value");
  const second = await list({ pagination: { page: 2, perPage: 2 } });
  assert.deepEqual([titles(second), second.total], [["Listed c"], 3]);
});

test("lists what refers to a row", async () => {
  await make("Assigned", { assignee_id: alicesProfile.id });
  await make("Not assigned");
  const params = { target: "assignee_id", id: alicesProfile.id, pagination, sort, filter: titled("assigned") };
  const found = await alice("GET_MANY_REFERENCE", "tasks", params);
  assert.deepEqual([titles(found), found.total], [["Assigned"], 1]);
});

test("updates one and many", async () => {
  const before = await make("Before");
  // a form sends the whole row, what only the server writes included
  const params = { id: before.id, data: { ...before, title: "After", status: "doing" }, previousData: before };
  const { data: after } = await alice("UPDATE", "tasks", params);
  assert.deepEqual(after, { ...before, title: "After", status: "doing", version: 2 });

  const others = [await make("Many 1"), await make("Many 2")];
  const ids = others.map((task) => task.id);
  const { data: many } = await alice("UPDATE_MANY", "tasks", { ids, data: { title: "Many", status: "closed" } });
  assert.deepEqual(many.map((task) => [task.id, task.title, task.status]), ids.map((id) => [id, "Many", "closed"]));
});

test("deletes one and many", async () => {
  const rows = [await make("Gone 1"), await make("Gone 2"), await make("Gone 3")];
  const [first, ...others] = rows;
  const { data } = await alice("DELETE", "tasks", { id: first.id, previousData: first });
  assert.deepEqual(data, first);
  await alice("DELETE_MANY", "tasks", { ids: others.map((task) => task.id) });
  const left = await alice("GET_LIST", "tasks", { pagination, sort, filter: titled("gone") });
  assert.deepEqual(left, { data: [], total: 0 });
  await assert.rejects(alice("GET_ONE", "tasks", { id: first.id }), { status: 404 });
});

test("wrong input is an error that says what is wrong", async () => {
  const blank = await alice("CREATE", "tasks", { data: { project_id: project.id, title: "" } }).catch((error) => error);
  assert.deepEqual([blank.status, blank.body.errors], [400, { title: ["This field may not be blank."] }]);
  const task = await make("Right");
  const wrong = { id: task.id, data: { ...task, status: "forgotten" }, previousData: task };
  const choice = await alice("UPDATE", "tasks", wrong).catch((error) => error);
  assert.deepEqual([choice.status, Object.keys(choice.body.errors)], [400, ["status"]]);
  const unknown = { pagination, sort, filter: { colour: "red" } };
  await assert.rejects(alice("GET_LIST", "tasks", unknown), { status: 400 });
  const behind = { pagination: { page: 9, perPage: 25 }, sort, filter: titled("right") };
  await assert.rejects(alice("GET_LIST", "tasks", behind), { status: 404 });
  assert.deepEqual((await alice("GET_ONE", "tasks", { id: task.id })).data, task, "nothing was written");
});

test("shows what its user may see", async () => {
  const task = await make("Hidden", { private: true });
  const dave = providerOf(await logIn("dave"));
  await assert.rejects(dave("GET_ONE", "tasks", { id: task.id }), { status: 404 });
  const carol = providerOf(await logIn("carol"));
  const filter = titled("hidden");
  assert.deepEqual(await carol("GET_LIST", "tasks", { pagination, sort, filter }), { data: [], total: 0 });
  const shown = await make("Not hers");
  await assert.rejects(carol("DELETE", "tasks", { id: shown.id, previousData: shown }), { status: 403 });
  await assert.rejects(providerOf("none")("GET_LIST", "tasks", { pagination, sort, filter }), { status: 401 });
});
