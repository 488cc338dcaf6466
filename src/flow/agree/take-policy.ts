/** A changed configuration file is taken in while the bot runs: whole, or not at all; and people are told why not. */
import { SECOND } from "../../domain/duration.ts";
import { diffPolicies } from "../../domain/policy-diff.ts";
import { type Policy, partOf } from "../../domain/policy-file.ts";
import { mayGoUnapproved } from "../../domain/policy-rule.ts";
import type { PolicyRegister, Ports } from "../ports.ts";
import type { HoldFound, Holds } from "../support/holds.ts";
import type { LivePolicy } from "../support/live-policy.ts";
import { outdateHomes } from "../support/outdate-homes.ts";

/** What the file says now. */
export type FileFound = { text: string } & (
  | { mistakes: readonly string[]; policy?: never }
  /** `fixed`: settings that differ from those of the start, which a start alone takes in. */
  | { policy: Policy; fixed: readonly string[] }
);

export interface TakePolicy extends Pick<Ports, "clock" | "log"> {
  /** What it is called. */
  file: string;
  read(): FileFound;
  live: LivePolicy;
  register: Pick<PolicyRegister, "hold">;
  /** Why the hub does not let the bot give these roles. */
  refused(book: Pick<Policy, "roles" | "rules">): Promise<{ message: string; fix: string }[]>;
  holds: Pick<Holds, "report">;
  homes: Ports["homes"];
}

/** A file that is still being written may be valid as far as it goes, */
const SETTLED_MS = SECOND;
/** and more often is not. */
const HALF_WRITTEN_MS = 3 * SECOND;
/** A refusal of the hub may be over without a change of the file. */
const REFUSED_AGAIN_MS = 10 * SECOND;

/** Looks at the file; to be called every second or two. Throws StoreDown, StoreUnsure. */
export function createPolicyIntake(means: TakePolicy): () => Promise<void> {
  const { clock, read, holds, live } = means;
  let seen = { text: "", since: Number.NEGATIVE_INFINITY, again: 0, told: false };
  const tell = (found: HoldFound[]) => {
    // Another content is another mistake.
    if (!seen.told) holds.report("configuration", []);
    holds.report("configuration", found);
    seen.told = true;
  };
  return async () => {
    const found = read();
    const now = clock.now();
    if (found.text !== seen.text) seen = { text: found.text, since: now, again: now, told: false };
    if (now < Math.max(seen.again, seen.since + (found.policy ? SETTLED_MS : HALF_WRITTEN_MS))) return;
    if (!found.policy) tell([invalid(means.file, found.mistakes)]);
    else {
      const refusals = await refusalsOf(means, found.policy);
      if (refusals.length > 0) {
        seen.again = now + REFUSED_AGAIN_MS;
        return tell([refusedWhole(means.file, refusals)]);
      }
      if (found.policy.digest !== live.policy.digest) await take(means, found.policy);
      tell(found.fixed.length > 0 ? [needsRestart(means.file, found.fixed)] : []);
    }
    seen.again = Number.POSITIVE_INFINITY;
  };
}

/** Told to the others first, so that what they decide from then on holds under it too; and again, for it may have been told by turns. */
async function take({ live, register, log, homes }: TakePolicy, next: Policy): Promise<void> {
  const changes = diffPolicies(partOf(live.policy), partOf(next));
  const { digest: was } = live.policy;
  await register.hold(next);
  live.take(next);
  await register.hold(next);
  void outdateHomes({ homes });
  log.info({ took: next.digest, was, changes }, `took in a changed configuration: ${changes.length} changes`);
}

async function refusalsOf({ live, refused }: TakePolicy, next: Policy) {
  const { roles, rules } = next;
  const given = Object.entries(roles).filter(([name]) => givesMore(name, live.policy, next));
  return given.length > 0 ? refused({ roles: Object.fromEntries(given), rules }) : [];
}

/** The hub has not been asked about it yet. */
const givesMore = (name: string, was: Policy, now: Policy): boolean =>
  was.roles[name]?.clusterRole !== now.roles[name]?.clusterRole ||
  (mayGoUnapproved(name, now) &&
    !(mayGoUnapproved(name, was) && mayWrite(name, now) === mayWrite(name, was)));

const mayWrite = (name: string, { roles }: Policy): boolean => roles[name]?.autoApproveWrites === true;

const invalid = (file: string, [first = "", ...more]: readonly string[]): HoldFound => ({
  notice: true,
  cause: "configuration",
  message: `${file} is not valid, and the one before stays in force: ${first}${more.length > 0 ? `, and ${more.length} more` : ""}`,
  fix: "npm run doctor lists every mistake with its mend",
});

const refusedWhole = (file: string, refusals: readonly { message: string; fix: string }[]): HoldFound => ({
  notice: true,
  cause: "configuration",
  message: `${file} is not taken in, and the one before stays in force: ${refusals.map(({ message }) => message).join("; ")}`,
  fix: [...new Set(refusals.map(({ fix }) => fix))].join("; "),
});

const needsRestart = (file: string, settings: readonly string[]): HoldFound => ({
  notice: true,
  cause: "configuration restart",
  message: `${settings.join(", ")} changed in ${file}: that is taken in at the next start`,
  fix: "Restart each replica: kubectl rollout restart of the bot's Deployment, or docker compose restart karpor-access",
});
