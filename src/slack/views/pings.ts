/** Whom a new message of a request mentions. */
import type { Principal } from "../../domain/ids.ts";
import { parties } from "../../domain/parties.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { type Formatter, mention } from "../messages/formatter.ts";
import type { Renderer } from "./renderer.ts";

/** Those asked. */
export const pingsFor = (p: Renderer, r: AccessRequest, first: boolean): Principal[] =>
  first ? othersOf(r, p.ctx.pings(r.role)) : [];

/** One's own request pings nobody but the others. */
export const othersOf = (r: AccessRequest, all: readonly Principal[]): Principal[] =>
  all.filter((who) => parties(r).every(({ id }) => who !== id));

/** In the blocks alone: a notification names nobody by id. */
export const withPings = (sentence: string, pings: readonly Principal[], fmt: Formatter): string =>
  [sentence, ...(fmt.rich ? pings.map(mention) : [])].join(" ");
