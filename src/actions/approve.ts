/** approve: one approver's yes. The last that is needed leads to scheduled or granting, in the very commit. */

import type { Bot } from "../bot.ts";
import { commit } from "../life/commit.ts";
import { decideRefused, holdReasons } from "../life/decisions.ts";
import { type Judgement, judge, type LookUps, lookUpPatiently } from "../life/judge.ts";
import { assertMayApprove, countApprovals } from "../policy/approvers.ts";
import type { Passkey } from "../policy/passkeys.ts";
import type { Policy } from "../policy/policy.ts";
import { approvalRule } from "../policy/roles.ts";
import { challengeFor, challengeIn, statementFor } from "../policy/statement.ts";
import { verifyAssertion } from "../policy/webauthn.ts";
import type { RequestId, UserId } from "../request/ids.ts";
import type { Approval, Assertion, Request } from "../request/record.ts";
import { isPassing, Refused } from "../request/refused.ts";
import { grantedTime, grantOrSchedule, statedEnd } from "../request/transitions.ts";
import type { ReadRequest } from "../store/store.ts";
import { readRequest } from "./read.ts";

/** How an approver says yes. */
export interface Approving {
  /** A shorter time than was asked for, ms; null: the whole. */
  less: number | null;
  /** The answer of their passkey, if the role asks for one. */
  assertion?: Assertion;
}

/**
 * Commits the approval; the last one that is needed grants. Returns the request as it is then. Throws Refused where this
 * person may not, or the rules no longer allow it; StoreAway, SlackAway.
 */
export async function approveRequest(
  bot: Bot,
  id: RequestId,
  by: UserId,
  approving: Approving,
): Promise<Request> {
  const { request, looks, counted, time, toSign } = await readForApproval(bot, id, by, approving.less);
  const signed = toSign && (await checkSignature(toSign, approving.assertion));
  const approval = { by, rule: null, at: bot.clock.now(), time, ...(signed ? { signed } : {}) };
  const ifApproved = { ...request, approvals: [...counted, approval] };
  const judgement = await judgeOrClose(bot, request, ifApproved, looks);
  const after = await commit(bot, request, {
    event: "request.approved",
    by,
    lookedUpAt: judgement.lookedUpAt,
    change: (newest) => {
      assertWaiting(newest, by);
      if (newest.version !== request.version) return null;
      const next = { ...newest, approvals: ifApproved.approvals, granted: judgement.granted };
      return judgement.verdict === "approved"
        ? grantOrSchedule(next, bot.clock.now(), holdReasons(bot, next))
        : next;
    },
  });
  // Something else was decided meanwhile, such as the approval before the last: it is judged anew.
  const isDone = after.approvals.some((one) => one.by === by && one.at === approval.at);
  return isDone ? after : approveRequest(bot, id, by, approving);
}

interface ForApproval {
  request: ReadRequest;
  looks: LookUps;
  /** The approvals before this one, as far as they count still. */
  counted: Approval[];
  /** For how long this person would approve it, ms. */
  time: number;
  toSign: ToSign | null;
}

/** A statement for an approver's passkey to sign. */
export interface ToSign {
  statement: string;
  passkeys: readonly Passkey[];
  role: string;
}

/** Returns the waiting request, with all that its approval needs. Throws Refused where this person may not approve it, or did so already. */
export async function readForApproval(
  bot: Bot,
  id: RequestId,
  by: UserId,
  less: number | null,
): Promise<ForApproval> {
  const request = await readWaiting(bot, id, by);
  // Slack says meanwhile where the token goes, so it comes one round trip sooner.
  bot.slack.openDm(request.requester).catch(() => {});
  const looks = await lookUpPatiently(bot, request, by);
  const approver = looks.people.get(by);
  if (!approver) throw new Refused("not-an-approver");
  assertMayApprove(bot.config, request, approver, looks.groups);
  // One that counts no more is left out: its passkey left the file, or the terms changed.
  const counted = await countApprovals(bot.config, request, looks);
  if (counted.some((approval) => approval.by === by)) throw new Refused("approved-already", { id });
  const time = Math.min(less ?? request.duration, grantedTime(request));
  const end = statedEnd({ ...request, granted: time });
  if (end !== null && end <= bot.clock.now()) throw new Refused("over-by-then", { until: end });
  return { request, looks, counted, time, toSign: findToSign(bot.config, request, by, time) };
}

/** Null where the role asks for no passkey. Throws Refused where they have none. */
function findToSign(policy: Policy, request: Request, approver: UserId, time: number): ToSign | null {
  const { role } = request;
  if (!approvalRule(policy, role)?.passkey) return null;
  const passkeys = policy.passkeys[approver] ?? [];
  if (passkeys.length === 0) throw new Refused("passkey-missing", { role });
  const place = { instance: policy.instance, hub: policy.hub.name };
  return { statement: statementFor({ place, terms: request, approver, time }), passkeys, role };
}

async function checkSignature(
  { statement, passkeys, role }: ToSign,
  assertion: Assertion | undefined,
): Promise<NonNullable<Approval["signed"]>> {
  if (!assertion) throw new Refused("passkey-needed", { role });
  const challenge = challengeFor(statement);
  if (challengeIn(assertion) !== challenge) throw new Refused("terms-changed");
  const passkey = passkeys.find(({ id }) => id === assertion.id);
  if (!passkey || !(await verifyAssertion(passkey, challenge, assertion)))
    throw new Refused("passkey-refused");
  return { statement, assertion };
}

/** Returns the request if it waits. Throws Refused if it does not, or is not known; StoreAway. */
export async function readWaiting(bot: Bot, id: RequestId, user: UserId): Promise<ReadRequest> {
  const request = await readRequest(bot, id);
  assertWaiting(request, user);
  return request;
}

/** Throws Refused for a late click; it says who decided: the presser, or somebody else. */
export function assertWaiting(request: Request, user: UserId): void {
  if (request.state === "waiting") return;
  if (request.outcome === null && request.approvals.some((approval) => approval.by === user))
    throw new Refused("approved-already", { id: request.id, state: request.state });
  if (request.state === "asked") throw new Refused("not-active", { id: request.id });
  const { outcome, approvals, ending } = request;
  const by = outcome?.by ?? approvals.at(-1)?.by ?? ending?.by ?? "";
  const at = outcome?.at ?? approvals.at(-1)?.at ?? 0;
  throw new Refused("already-decided", { id: request.id, by, at, how: outcome?.kind ?? "approved" });
}

/** Closes the request if the rules no longer allow it; if that is not known, it goes on waiting. */
async function judgeOrClose(
  bot: Bot,
  read: ReadRequest,
  ifApproved: Request,
  looks: LookUps,
): Promise<Judgement> {
  try {
    return await judge(bot, ifApproved, looks);
  } catch (error) {
    if (error instanceof Refused && !isPassing(error)) await commit(bot, read, decideRefused(bot, error));
    throw error;
  }
}
