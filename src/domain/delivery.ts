/** How a holder gets a token: on a message in their DM, or at a click, in a view that is overwritten in time. Pure. */
import { z } from "zod";
import { MINUTE } from "./duration.ts";
import type { AccessRequest } from "./request.ts";

const Ms = z.number().int();

/** `dm`: it stands on the message that says it is there · `reveal`: each click on that message makes one, and shows it. */
export const Delivery = z.enum(["dm", "reveal"]);
export type Delivery = z.infer<typeof Delivery>;

/** An open view that may bear a token, of which generation, and since when. */
export const TokenView = z.object({ id: z.string(), generation: Ms, at: Ms });
export type TokenView = z.infer<typeof TokenView>;

export const Reveals = z.object({
  /** How often one was made to be shown, of all generations. */
  count: Ms,
  /** When; those of the last hour at least. */
  recent: z.array(Ms),
  views: z.array(TokenView),
});
export type Reveals = z.infer<typeof Reveals>;

/** So long a view bears a token. */
export const SHOWN_FOR_MS = 2 * MINUTE;
export const SHOWS_AN_HOUR = 10;

export const isRevealed = ({ delivery }: Pick<AccessRequest, "delivery">): boolean => delivery === "reveal";

const NONE: Reveals = { count: 0, recent: [], views: [] };
export const revealsOf = (r: AccessRequest): Reveals => ("reveals" in r && r.reveals) || NONE;

/** Nobody ever asked to see one. Of what was found on the hub nobody knows. */
export const isUnseen = (r: AccessRequest): boolean =>
  isRevealed(r) && "reveals" in r && r.reveals?.count === 0;

/** What it bears works no more, or is about to. */
export const isStale = (r: AccessRequest, { generation }: Pick<TokenView, "generation">): boolean =>
  r.state !== "active" || r.generation !== generation;

/** Some must be overwritten whatever the time. */
export const mustCover = (r: AccessRequest): boolean => revealsOf(r).views.some((view) => isStale(r, view));

export const viewsToCover = (r: AccessRequest, now: number): TokenView[] =>
  revealsOf(r).views.filter((view) => isStale(r, view) || now >= view.at + SHOWN_FOR_MS);
