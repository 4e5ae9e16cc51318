import type { Client } from "openapi-fetch";
import { type Problem, Refused } from "./client.js";

/** The paths of rows that can be changed in part. */
export type RowPath<Paths> = {
  [P in keyof Paths]: [Changes<Paths, P>] extends [never] ? never : P;
}[keyof Paths];

type Shown<Paths, P extends keyof Paths> = Paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer Row extends { readonly id: number } } } } };
}
  ? Row
  : never;

type Changes<Paths, P extends keyof Paths> = Paths[P] extends {
  patch: { parameters: { path: infer Key }; requestBody: { content: { "application/json": infer Changes } } };
}
  ? // a row below another one has a path of its own as well
    keyof Key extends "id"
    ? Changes
    : never
  : never;

/** Somebody else has written the row since it was read: nothing was changed. */
export class ChangedMeanwhile extends Refused {
  override readonly name = "ChangedMeanwhile";
}

/** The tag that each row was read with. */
const tags = new WeakMap<object, string>();

/** Reads a row, and keeps the tag that it came with. */
export function read<Paths extends {}, P extends RowPath<Paths>>(
  client: Client<Paths>,
  path: P,
  id: number,
): Promise<Shown<Paths, P>> {
  return ask<Paths, P>(client.GET, path, { params: { path: { id } } });
}

/** Changes a row that was read, or written, by these functions, if it is still what it was then. */
export function update<Paths extends {}, P extends RowPath<Paths>>(
  client: Client<Paths>,
  path: P,
  row: Shown<Paths, P>,
  changes: NoInfer<Changes<Paths, P>>,
): Promise<Shown<Paths, P>> {
  const params = { path: { id: row.id }, header: expecting(row) };
  return ask<Paths, P>(client.PATCH, path, { params, body: changes });
}

/** Deletes a row, likewise. */
export async function destroy<Paths extends {}, P extends RowPath<Paths>>(
  client: Client<Paths>,
  path: P,
  row: Shown<Paths, P>,
): Promise<void> {
  await ask<Paths, P>(client.DELETE, path, { params: { path: { id: row.id }, header: expecting(row) } });
}

function expecting(row: object): object {
  const tag = tags.get(row);
  return tag === undefined ? {} : { "If-Match": tag };
}

async function ask<Paths, P extends keyof Paths>(method: unknown, path: P, init: object): Promise<Shown<Paths, P>> {
  // the types of one path do not carry over to a path that is not known yet
  type Shows = Shown<Paths, P>;
  const call = method as (path: P, init: object) => Promise<{ data?: Shows; error?: Problem; response: Response }>;
  const { data, error, response } = await call(path, init);
  if (error) throw response.status === 412 ? new ChangedMeanwhile(error) : new Refused(error);
  const tag = response.headers.get("ETag");
  if (data && tag) tags.set(data, tag);
  return data as Shows;
}
