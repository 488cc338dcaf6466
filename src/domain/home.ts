/** The Home tab: all that concerns one person now, and which change of a record somebody can see there. Pure. */
import type { Allowance } from "./allowance.ts";
import { SECOND } from "./duration.ts";
import { openQuestion } from "./idle-due.ts";
import type { Principal, RequestId } from "./ids.ts";
import type { Lockdown } from "./lockdown.ts";
import type { PolicyFile } from "./policy-file.ts";
import type { Refusal } from "./refusal.ts";
import type { AccessRequest } from "./request.ts";
import { everToday } from "./today.ts";
import type { SeenUse } from "./use.ts";

export interface Home {
  /** What they hold, and what they asked for, also for somebody else. */
  own: readonly AccessRequest[];
  /** What waits for them, the first to close first. */
  requests: readonly AccessRequest[];
  reviews: readonly AccessRequest[];
  allowances: readonly Allowance[];
  /** Roles they may ask for and do not have open, in the catalog's order. */
  roles: readonly string[];
  /** For administrators: what everybody holds, the first to end first. */
  active: ActiveAtHome | null;
  lockdown: Lockdown | null;
  /** Of what they hold and what is active, where it is known. */
  uses: ReadonlyMap<RequestId, SeenUse>;
}

export interface ActiveAtHome {
  /** No more than there is room for. */
  shown: readonly AccessRequest[];
  /** Of those. */
  endable: ReadonlySet<RequestId>;
  total: number;
}

export const ACTIVE_AT_HOME = 10;

/** Why there is none. */
export interface NoHome {
  refusal: Refusal;
}

/** What lasts shorter is not worth a drawing, and what comes together is one. */
export const HOME_SETTLES_MS = 3 * SECOND;

/** The rest of a record is for its messages. */
export const isSeenAtHome = (before: AccessRequest | null, after: AccessRequest): boolean =>
  before === null || JSON.stringify(seen(before)) !== JSON.stringify(seen(after));

const seen = (r: AccessRequest) => [r.state, r.revision, "hidden" in r && r.hidden, openQuestion(r)];

/** Who sees there what others do: approvers, reviewers, administrators. */
export const decidersOf = ({ roles, admins }: Pick<PolicyFile, "roles" | "admins">): Principal[] => [
  ...new Set([
    ...admins,
    ...Object.values(roles).flatMap((role) => [
      ...(everToday(role) ?? []),
      ...(role.breakGlass?.review ?? []),
    ]),
  ]),
];
