/** Whom a new message of a request mentions. */
import { roleNamed } from "../../domain/catalog.ts";
import type { Principal } from "../../domain/ids.ts";
import { parties } from "../../domain/parties.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { type Formatter, mention } from "../messages/formatter.ts";
import type { Renderer } from "./renderer.ts";

/** Those asked; where nobody need approve its role by now, those who were. */
export function pingsFor(p: Renderer, r: AccessRequest, first: boolean): Principal[] {
  if (!first) return [];
  const isOver = roleNamed(p.ctx.roles, r.role)?.approval === "none";
  return othersOf(r, isOver ? r.approvers : p.ctx.pings(r.role));
}

/** One's own request pings nobody but the others. */
export const othersOf = (r: AccessRequest, all: readonly Principal[]): Principal[] =>
  all.filter((who) => parties(r).every(({ id }) => who !== id));

/** In the blocks alone: a notification names nobody by id. */
export const withPings = (sentence: string, pings: readonly Principal[], fmt: Formatter): string =>
  [sentence, ...(fmt.rich ? pings.map(mention) : [])].join(" ");
