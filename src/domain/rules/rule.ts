/** What a rule is: facts and a request in, a refusal, a part of the verdict, or nothing out. Pure. */

import type { Catalog, Role } from "../catalog.ts";
import type { ParsedCommand } from "../command.ts";
import type { Extends } from "../extension.ts";
import type { Principal } from "../ids.ts";
import type { Profile, Standing } from "../person.ts";
import type { Rulebook } from "../policy-rule.ts";
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
  role: Role;
  verdict: Verdict;
  /** Null where nobody need approve. */
  approvers: ApproverFacts | null;
  /** Through which user group or user id they may take it in an emergency. */
  glass?: Principal | null;
  /** Who asks for the requester. */
  asker?: Profile | undefined;
}
export type RequesterRule = (facts: RequesterFacts, request: AccessRequest) => Refusal | null;

/** What a verdict is about. */
export type JudgedTerms = Pick<AccessRequest, "role" | "duration"> & {
  /** Of the grant that it adds time to. */
  extends?: Pick<Extends, "from" | "until"> | undefined;
};

/** What is known of whoever asks. */
export interface AskerFacts {
  standing: Standing;
  /** Null: it is not known. */
  isAmong(principals: readonly Principal[]): boolean | null;
  /** Null where it is counted elsewhere: with the making of the request. */
  history: AskerHistory | null;
}

export interface AskerHistory {
  /** Live grants and open requests; when the next of them ends, where that is known. */
  open: number;
  nextEndsAt?: number | undefined;
  /** Requests of the last hour; when one more is free, where that is known. */
  lastHour: number;
  againAt?: number | undefined;
}

export type Outcome = "deny" | "unknown" | "approve" | "ask";

/** What one line of the policy says of a request; `pass` leaves it to the others. */
export interface Part {
  line: string;
  says: Outcome | "pass";
  /** For operators, in English. */
  because: string;
  /** The rule of the catalog that says it. */
  rule?: string;
  /** Where it denies. */
  refusal?: Refusal;
}

export type PolicyLine = (asked: Asked) => Part | readonly Part[];

/** What the catalog says of a request. */
export interface Verdict {
  outcome: Outcome;
  /** The part that decides. */
  by: Part;
  parts: readonly Part[];
}

export interface Asked {
  book: Rulebook;
  role: Role;
  terms: JudgedTerms;
  facts: AskerFacts;
}

/** What was looked up about whoever clicked. */
export interface ReviewFacts {
  profile: Profile;
  qualified: Principal | null;
  deciding: Deciding;
}
export type ReviewRule = (facts: ReviewFacts, request: AccessRequest) => Refusal | null;
