/**
 * ending: the bot deletes the access, and proves that it is gone. The step deletes the binding (403 at once),
 * then the account. At least 11 s later the hub must refuse the probe (an unused token of the account), or
 * the account must be absent; if it came back, as from a copy of the hub, both are deleted again. It leads to closed, and
 * is tried until it does.
 */
import type { Bot } from "../../bot.ts";
import { HubError, isAway } from "../../hub/errors.ts";
import { mintProbe, PROVE_AFTER, proveEnd } from "../../hub/proof.ts";
import { MINUTE, SECOND } from "../../request/durations.ts";
import type { EndCause, Ending, OutcomeKind, Proof } from "../../request/record.ts";
import { closeRequest } from "../../request/transitions.ts";
import type { ReadRequest } from "../../store/store.ts";
import { hubTime } from "../deeds.ts";
import { endMessages } from "../messages/wanted.ts";
import type { Decision, LifeState } from "../state.ts";

export const ending = {
  dueAt: (bot, { ending }) =>
    ending?.deletedAt == null ? 0 : ending.deletedAt - bot.hub.clockOffset() + PROVE_AFTER + OTHERS_WAIT,
  step: stepEnding,
  messages: endMessages,
} satisfies LifeState;

/**
 * The replica that holds the probe proves first, from its own timer; the queue's job waits this much longer.
 */
const OTHERS_WAIT = 2 * SECOND;
const UNCONFIRMED_AFTER = MINUTE;
const DELAY_TOLD_AFTER = 10 * SECOND;

/** Deletes, or proves. It notes a failure after 10 s and an end without proof after a minute, each once: people are told. */
async function stepEnding(bot: Bot, request: ReadRequest): Promise<Decision | null> {
  const { ending } = request;
  if (ending === null) return null;
  try {
    const decision = await deleteOrProve(bot, request, ending);
    if (decision) return decision;
  } catch (error) {
    const note = troubleIn(bot, ending, error);
    if (note === null) throw error;
    return note;
  }
  return isOverdue(bot, ending) ? unconfirmed(bot.clock.now()) : null;
}

async function deleteOrProve(bot: Bot, request: ReadRequest, ending: Ending): Promise<Decision | null> {
  if (ending.deletedAt === null) return deleteAccess(bot, request);
  if (hubTime(bot) < ending.deletedAt + PROVE_AFTER) return null;
  const probe = bot.probes.get(request.id) ?? null;
  const found = await proveEnd(bot.hub, { id: request.id, account: request.account, probe }, bot.clock.now());
  if (found === "not-proved") return null;
  return found === "account-there" ? deleteAccess(bot, request) : proved({ method: found, at: hubTime(bot) });
}

async function deleteAccess(bot: Bot, request: ReadRequest): Promise<Decision> {
  const { id, account } = request;
  await bot.hub.deleteBinding(id);
  const probe = await mintProbe(bot.hub, id, account);
  await bot.hub.deleteAccount(id, account);
  if (probe) bot.probes.set(id, probe);
  const deletedAt = hubTime(bot);
  return {
    event: "access.removed",
    by: null,
    change: (newest) => (newest.ending ? { ...newest, ending: { ...newest.ending, deletedAt } } : null),
  };
}

const proved = (proof: Proof): Decision => ({
  event: "end.proved",
  by: null,
  change: (request) => {
    if (request.state !== "ending" || !request.ending) return null;
    const { cause, by, words, refusal } = request.ending;
    const over = { ...request, ending: { ...request.ending, proof } };
    return closeRequest(over, { kind: outcomeFor(cause), by, words, refusal }, proof.at);
  },
});

/** Returns whether the proof is a minute late, counted from the deletion: the end may have been due before the bot ran. */
const isOverdue = (bot: Bot, { at, deletedAt, unconfirmedAt }: Ending): boolean =>
  unconfirmedAt === null && hubTime(bot) - (deletedAt ?? at) >= UNCONFIRMED_AFTER;

/** Returns the note that a deletion fails; null: it is too early to tell anybody, or they know. */
function troubleIn(bot: Bot, ending: Ending, error: unknown): Decision | null {
  if (!(error instanceof HubError)) return null;
  if (isOverdue(bot, ending)) return unconfirmed(bot.clock.now());
  const isEarly = bot.clock.now() - ending.at < DELAY_TOLD_AFTER;
  if (isEarly || ending.trouble !== null || ending.deletedAt !== null) return null;
  const trouble = isAway(error) ? "hub-away" : "hub-refuses";
  return {
    event: "access.delayed",
    by: null,
    change: (request) => (request.ending ? { ...request, ending: { ...request.ending, trouble } } : null),
  };
}

const unconfirmed = (now: number): Decision => ({
  event: "end.unconfirmed",
  by: null,
  change: (request) =>
    request.ending && request.ending.unconfirmedAt === null
      ? { ...request, ending: { ...request.ending, unconfirmedAt: now } }
      : null,
});

const outcomeFor = (cause: EndCause): OutcomeKind =>
  cause === "restored" || cause === "failed" ? cause : "ended";
