/** The generations before a grant's own: each gave way to a new token, and goes from the hub. Pure. */
import { toldOutage } from "./outage.ts";
import type { AccessRequest, Former } from "./request.ts";

export const formerOf = (r: AccessRequest): readonly Former[] => ("former" in r && r.former) || [];

/** Those that are not proved gone. */
export const leaving = (r: AccessRequest): Former[] =>
  formerOf(r).filter(({ verification }) => verification === undefined);

/** Those of which their holder said that the token leaked. */
export const leaksOf = (r: AccessRequest): Former[] => formerOf(r).filter(({ why }) => why === "leaked");

/** Those of the others whose end should be confirmed by now, and is not. */
export const overdueOf = (r: AccessRequest): Former[] =>
  leaving(r).filter((one) => one.why !== "leaked" && toldOutage(asEnding(one)) !== undefined);

/** Of its trouble it must be told as soon as of a grant's that ends. */
export const asEnding = ({ outage }: Former) => ({ state: "ending", outage }) as const;
