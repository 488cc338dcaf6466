/** Tells the other replicas what this one goes by, and people when the replicas do not come to agree. */
import { MINUTE } from "../../domain/duration.ts";
import { isReadable, type Policy } from "../../domain/policy-file.ts";
import type { PolicyRegister, Ports } from "../ports.ts";
import type { HoldFound, Holds } from "../support/holds.ts";

export interface AgreeOnPolicy extends Pick<Ports, "clock" | "policy"> {
  register: PolicyRegister;
  holds: Pick<Holds, "report">;
}

/** A file reaches the last replica a minute after the first. */
const APART_MS = 5 * MINUTE;

/** To be called often. Throws StoreDown, StoreUnsure. */
export function createAgreement({ clock, policy, register, holds }: AgreeOnPolicy): () => Promise<void> {
  let recorded = "";
  let since: number | undefined;
  return async () => {
    const others = await register.hold(policy);
    // Once they agree, at every look: whoever took another and put that on the trail may be gone, and Redis may be older.
    const isKnown = others.length > 0 && recorded === policy.digest;
    if (!isKnown && (await register.record(policy))) recorded = policy.digest;
    since = others.length === 0 ? undefined : (since ?? clock.now());
    const isLong = since !== undefined && clock.now() - since >= APART_MS;
    holds.report("policies", [
      ...(others.every(isReadable) ? [] : [UNREADABLE]),
      ...(isLong ? [apart(policy, others)] : []),
    ]);
  };
}

const UNREADABLE: HoldFound = {
  cause: "policy of another version",
  message: "a replica of another version goes by rules that this version cannot read",
  fix: "Bring every replica to one version; until then this one gives nothing that the other might refuse",
};

const apart = ({ digest }: Policy, others: readonly Policy[]): HoldFound => ({
  notice: true,
  cause: "policies differ",
  message: `for over 5 minutes replicas have gone by different files (${digest.slice(0, 8)} here, ${others.map((one) => one.digest.slice(0, 8)).join(" and ")} elsewhere): only what each of them allows is approved`,
  fix: "See which replica's /status tells of a file that is not valid, or does not have the new one",
});
