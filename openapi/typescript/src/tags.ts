import { type Drivers, type Problem, Refused, type paths } from "./index.js";

/** The paths of rows that can be changed in part. */
export type RowPath = {
  [P in keyof paths]: [Changes<P>] extends [never] ? never : P;
}[keyof paths];

type Shown<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer Row } } } };
}
  ? Row & { id: number }
  : never;

type Changes<P extends keyof paths> = paths[P] extends {
  patch: { requestBody: { content: { "application/json": infer Changes } } };
}
  ? Changes
  : never;

/** Somebody else has written the row since it was read: nothing was changed. */
export class ChangedMeanwhile extends Refused {}

/** The tag that each row was read with. */
const tags = new WeakMap<object, string>();

/** Reads a row, and keeps the tag that it came with. */
export function read<P extends RowPath>(drivers: Drivers, path: P, id: number): Promise<Shown<P>> {
  return ask<P>(drivers.GET, path, { params: { path: { id } } });
}

/** Changes a row that was read, or written, by these functions, if it is still what it was then. */
export function update<P extends RowPath>(
  drivers: Drivers,
  path: P,
  row: Shown<P>,
  changes: NoInfer<Changes<P>>,
): Promise<Shown<P>> {
  return ask<P>(drivers.PATCH, path, { params: { path: { id: row.id }, header: expecting(row) }, body: changes });
}

/** Deletes a row, likewise. */
export async function destroy<P extends RowPath>(drivers: Drivers, path: P, row: Shown<P>): Promise<void> {
  await ask<P>(drivers.DELETE, path, { params: { path: { id: row.id }, header: expecting(row) } });
}

function expecting(row: object): object {
  const tag = tags.get(row);
  return tag === undefined ? {} : { "If-Match": tag };
}

async function ask<P extends RowPath>(method: unknown, path: P, init: object): Promise<Shown<P>> {
  // the types of one path do not carry over to a path that is not known yet
  const call = method as (path: P, init: object) => Promise<{ data?: Shown<P>; error?: Problem; response: Response }>;
  const { data, error, response } = await call(path, init);
  if (error) throw response.status === 412 ? new ChangedMeanwhile(error) : new Refused(error);
  const tag = response.headers.get("ETag");
  if (data && tag) tags.set(data, tag);
  return data as Shown<P>;
}
