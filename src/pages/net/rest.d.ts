// Which answer a request gets, by its method and its address: read from what api.d.ts says of the
// server's routes. An address is given as it is asked for, without `/api/v1`, as a text or as a
// template, so that `/conversations/${id}/events?limit=50` is known to be answered with a page of
// events. Only for those who check the pages.

import type { paths } from "../api.d.ts";

type Verb = "get" | "post" | "put" | "patch" | "delete";

/** An address without what stands behind its question mark. */
type Plain<Path extends string> = Path extends `${infer Begin}?${string}` ? Begin : Path;

type Steps<Path extends string> = Path extends `${infer Step}/${infer Rest}`
  ? [Step, ...Steps<Rest>] : [Path];

/** Whether these steps are those of a route, in which `{id}` stands for anything. */
type Fits<Given, Known> = Given extends [infer One, ...infer Rest]
  ? Known extends [infer Step, ...infer Others]
    ? Step extends `{${string}}` ? Fits<Rest, Others>
      : One extends Step ? Fits<Rest, Others> : false
    : false
  : Known extends [] ? true : false;

/** The route that an address leads to; never: there is none. */
type Route<Method extends Verb, Path extends string> = {
  [Known in keyof paths & string]: paths[Known] extends { [one in Method]: object }
    ? Fits<Steps<`/api/v1${Plain<Path>}`>, Steps<Known>> extends true ? Known : never
    : never;
}[keyof paths & string];

type Operation<Method extends Verb, Path extends string> =
  Route<Method, Path> extends infer Known extends keyof paths ? paths[Known][Method] : never;

/** What is in a body, if it is JSON. */
type Json<Body> = Body extends { content: { "application/json": infer Content } } ? Content
  : undefined;

type Answers<One> = One extends { responses: infer All } ? All[keyof All & (200 | 201 | 202 | 204)]
  : never;

/** What a request is answered with, if it goes well. */
export type Answer<Method extends Verb, Path extends string> =
  Json<Answers<Operation<Method, Path>>>;

type Asked<One> = One extends { requestBody?: infer Body } ? NonNullable<Body> : never;

/** What a request carries. */
export type Body<Method extends Verb, Path extends string> = Json<Asked<Operation<Method, Path>>>;

type Content<Method extends Verb, Path extends string> =
  [Route<Method, Path>] extends [never] ? [there_is_no_such_route: never]
    : [Asked<Operation<Method, Path>>] extends [never] ? [body?: Record<string, never>]
      : [body: Body<Method, Path>];

/** Asks for something by one method. */
export type Ask<Method extends Verb> = <const Path extends string>(path: Path,
  ...content: Content<Method, Path>) => Promise<Answer<Method, Path>>;
