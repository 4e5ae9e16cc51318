import createClient, { type Client } from "openapi-fetch";
import type { components } from "./drivers.js";

/** The body of every error; it is the same in every document. */
export type Problem = components["schemas"]["Problem"];

/** A client of the API at this address, `http://127.0.0.1:3000/api`; with a token, as its owner. */
export function connect<Paths extends {}>(address: string, token?: string): Client<Paths> {
  return createClient<Paths>({
    baseUrl: address,
    ...(token === undefined ? {} : { headers: { Authorization: `Token ${token}` } }),
  });
}

/** What the server answered instead of rows. */
export class Refused extends Error {
  override readonly name: string = "Refused";

  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

type Answer<Paths, P extends keyof Paths> = Paths[P] extends {
  get: { responses: { 200: { content: { "application/json": infer Body } } } };
}
  ? Body
  : never;

interface Cut {
  next: string | null;
  results: unknown[];
}

/** The paths that answer a page of rows. */
export type List<Paths> = {
  [P in keyof Paths]: [Answer<Paths, P>] extends [never] ? never : Answer<Paths, P> extends Cut ? P : never;
}[keyof Paths];

/** What a list is asked with: its path's variables, and its query. */
export type Parameters<Paths, P extends List<Paths>> = Paths[P] extends { get: { parameters: infer All } }
  ? Pick<All, keyof All & ("path" | "query")>
  : never;

/** They may be left out where the path has no variables. */
type Asked<All> = {} extends All ? [parameters?: All] : [parameters: All];

/** A page of a list, and one of its rows. */
export type Page<Paths, P extends List<Paths>> = Answer<Paths, P> & Cut;
export type Row<Paths, P extends List<Paths>> = Answer<Paths, P> extends { results: (infer R)[] } ? R : never;

/** Every page of a list, one request for each. */
export async function* pages<Paths extends {}, P extends List<Paths>>(
  client: Client<Paths>,
  path: P,
  ...[parameters]: Asked<Parameters<Paths, P>>
): AsyncGenerator<Page<Paths, P>> {
  // the types of one path do not carry over to a path that is not known yet
  const get = client.GET as unknown as (
    path: P,
    init: { params: { query?: object } },
  ) => Promise<{ data?: Page<Paths, P>; error?: Problem }>;
  let params: { query?: object } | undefined = parameters ?? {};
  while (params) {
    const { data, error } = await get(path, { params });
    if (!data) throw error ? new Refused(error) : new Error(`${String(path)} answered nothing`);
    yield data;
    // whatever the pages are cut by: the link says how to ask for the next one
    params = data.next ? { ...params, query: queryOf(data.next) } : undefined;
  }
}

/** Every row of a list, page by page. */
export async function* rows<Paths extends {}, P extends List<Paths>>(
  client: Client<Paths>,
  path: P,
  ...parameters: Asked<Parameters<Paths, P>>
): AsyncGenerator<Row<Paths, P>> {
  for await (const page of pages(client, path, ...parameters)) yield* page.results as Row<Paths, P>[];
}

/** May the caller do this with the row? As the server said when it sent the row. */
export function can<Name extends string>(row: { permissions: readonly Name[] }, action: NoInfer<Name>): boolean {
  return row.permissions.includes(action);
}

function queryOf(link: string): object {
  return Object.fromEntries(new URLSearchParams(link.split("?")[1]));
}
