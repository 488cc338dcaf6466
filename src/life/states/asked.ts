/**
 * asked: the request's account is on the hub, and nobody was looked up at Slack yet. The step looks the
 * people up, asks the rules of the file and the company's check, and leads to waiting, scheduled, granting or
 * closed.
 */
import type { Bot } from "../../bot.ts";
import { assertCanBeApproved } from "../../policy/approvers.ts";
import { DAY } from "../../request/durations.ts";
import { UserId } from "../../request/ids.ts";
import { type History, mayHoldAccess, openData, type Request } from "../../request/record.ts";
import { Refused } from "../../request/refused.ts";
import { grantOrSchedule } from "../../request/transitions.ts";
import { openFor, requestsFor } from "../../store/indexes.ts";
import type { ReadRequest } from "../../store/store.ts";
import { decideRefused, decideUnanswered, holdReasons, lapseDecision } from "../decisions.ts";
import { assertMayTakeEmergency } from "../emergency.ts";
import { type Judgement, judge, lookUp } from "../judge.ts";
import type { Decision, LifeState } from "../state.ts";

export const asked = {
  dueAt: () => 0,
  step: stepAsked,
  messages: () => [],
} satisfies LifeState;

async function stepAsked(bot: Bot, request: ReadRequest): Promise<Decision> {
  if (bot.clock.now() >= request.lapsesAt) return lapseDecision(bot, request, decideUnanswered(bot));
  const looks = await lookUp(bot, request);
  try {
    await assertNotHeld(bot, request);
    await assertMayTakeEmergency(bot, request);
    const judgement = await judge(bot, request, looks);
    if (judgement.verdict === "waiting") assertCanBeApproved(bot.config, request, looks.groups);
    const history = await readHistory(bot, request, looks.people.get(request.requester)?.title ?? "");
    return decided(bot, judgement, history);
  } catch (error) {
    if (error instanceof Refused) return decideRefused(bot, error);
    throw error;
  }
}

const decided = (
  bot: Bot,
  { verdict, approvals, granted, lookedUpAt }: Judgement,
  history: History,
): Decision => ({
  event: verdict === "approved" ? "request.approved" : "request.waiting",
  by: null,
  lookedUpAt,
  change: (request) => {
    if (request.state !== "asked") return null;
    const known = { ...request, history, approvals, granted };
    return verdict === "approved"
      ? grantOrSchedule(known, bot.clock.now(), holdReasons(bot, known))
      : { ...known, state: "waiting" };
  },
});

/**
 * Checks that the person does not hold the role yet: the refusal offers more time instead. An undecided request that
 * somebody else made for them does not count. Throws Refused already-held or already-open.
 */
async function assertNotHeld(bot: Bot, request: Request): Promise<void> {
  if (request.follows !== null) return;
  const open = await bot.store.page(openFor(request.requester), { count: 100 });
  const same = open.find(
    (other) =>
      other.role === request.role &&
      other.id !== request.id &&
      other.state !== "ending" &&
      (mayHoldAccess(other) || (other.askedAt < request.askedAt && other.askedBy === request.requester)) &&
      (request.startsAt === null || other.endsAt === null || other.endsAt > request.startsAt),
  );
  if (!same) return;
  const { id, role, endsAt, requester } = same;
  const whose = request.askedBy === requester ? {} : { user: requester };
  if (endsAt !== null) throw new Refused("already-held", { id, role, until: endsAt, ...whose });
  throw new Refused("already-open", { ...openData(same, bot.clock.now()), ...whose });
}

const SHOWN_PAST = 30;

async function readHistory(bot: Bot, request: Request, title: string): Promise<History> {
  const past = await bot.store.page(requestsFor(request.requester), { count: SHOWN_PAST, latest: true });
  const since = bot.clock.now() - 30 * DAY;
  const grants = past.filter(({ id, activeAt }) => id !== request.id && (activeAt ?? 0) > since);
  const denials = past.filter(
    ({ outcome, role }) =>
      outcome?.kind === "denied" && role === request.role && outcome.at > bot.clock.now() - DAY,
  );
  const [last] = grants;
  const denied = denials[0]?.outcome;
  const denier = UserId.safeParse(denied?.by).data;
  return {
    title,
    grantsIn30Days: grants.length,
    lastGrant: last ? { role: last.role, at: last.activeAt ?? last.askedAt, by: lastApprover(last) } : null,
    deniedToday: denied && denier ? { by: denier, words: denied.words, at: denied.at } : null,
  };
}

const lastApprover = ({ approvals }: Request): UserId | null => approvals.at(-1)?.by ?? null;
