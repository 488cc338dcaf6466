/** What a rule is: facts and a request in, a refusal or nothing out. Pure. */

import type { Catalog, Role } from "../catalog.ts";
import type { ParsedCommand } from "../command.ts";
import type { Principal } from "../ids.ts";
import type { Profile } from "../person.ts";
import type { AskingRefusal, Deciding, Refusal } from "../refusal.ts";
import type { AccessRequest } from "../request.ts";

export type AskRule = (command: ParsedCommand, roles: Catalog) => AskingRefusal | null;

/** How many could approve, other than the requester. */
export interface ApproverFacts {
  needed: number;
  /** No more than are needed are counted. */
  able: number;
  /** Who may approve, and is not in the channel where it is asked. */
  outside: number;
  channel: string;
}

/** What was looked up about the requester. */
export interface RequesterFacts {
  profile: Profile;
  role: Role;
  mayAsk: boolean;
  /** Null where nobody need approve. */
  approvers: ApproverFacts | null;
  /** Through which user group or user id they may take it in an emergency. */
  glass?: Principal | null;
  /** Who asks for the requester. */
  asker?: Profile | undefined;
}
export type RequesterRule = (facts: RequesterFacts, request: AccessRequest) => Refusal | null;

/** What was looked up about whoever clicked. */
export interface ReviewFacts {
  profile: Profile;
  qualified: Principal | null;
  deciding: Deciding;
}
export type ReviewRule = (facts: ReviewFacts, request: AccessRequest) => Refusal | null;
