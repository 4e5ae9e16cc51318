import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type { components, paths } from "./schema.js";

export type Schemas = components["schemas"];
export type Problem = Schemas["Problem"];
export type Drivers = Client<paths>;

/** A client of the API at this address, `http://127.0.0.1:3000/api`; with a token, as its owner. */
export function connect(address: string, token?: string): Drivers {
  return createClient<paths>({
    baseUrl: address,
    ...(token === undefined ? {} : { headers: { Authorization: `Token ${token}` } }),
  });
}

/** What the server answered instead of rows. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

type Answer<P extends keyof paths> = paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

interface Cut {
  next: string | null;
  results: unknown[];
}

/** The paths that answer a page of rows. */
export type List = {
  [P in keyof paths]: [Answer<P>] extends [never] ? never : Answer<P> extends Cut ? P : never;
}[keyof paths];

/** What the query of a list can be. */
export type Query<P extends List> = NonNullable<paths[P]["get"]["parameters"]["query"]>;

/** A page of a list, and one of its rows. */
export type Page<P extends List> = Answer<P> & Cut;
export type Row<P extends List> = Answer<P> extends { results: (infer R)[] } ? R : never;

/** Every page of a list, one request for each. */
export async function* pages<P extends List>(drivers: Drivers, path: P, query?: Query<P>): AsyncGenerator<Page<P>> {
  // the types of one path do not carry over to a path that is not known yet
  const get = drivers.GET as (path: P, init: object) => Promise<{ data?: Page<P>; error?: Problem }>;
  let wanted: object | undefined = query ?? {};
  while (wanted) {
    const { data, error } = await get(path, { params: { query: wanted } });
    if (!data) throw error ? new Refused(error) : new Error(`${path} answered nothing`);
    yield data;
    // whatever the pages are cut by: the link says how to ask for the next one
    wanted = data.next ? queryOf(data.next) : undefined;
  }
}

/** Every row of a list, page by page. */
export async function* rows<P extends List>(drivers: Drivers, path: P, query?: Query<P>): AsyncGenerator<Row<P>> {
  for await (const page of pages(drivers, path, query)) yield* page.results as Row<P>[];
}

/** May the caller do this with the row? As the server said when it sent the row. */
export function can<Name extends string>(row: { permissions: readonly Name[] }, action: NoInfer<Name>): boolean {
  return row.permissions.includes(action);
}

function queryOf(link: string): object {
  const query: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(link.split("?")[1])) query[name] = value;
  return query;
}
