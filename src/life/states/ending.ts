/**
 * ending: the bot deletes the access, and proves that it is gone. The step deletes the binding (403 at once),
 * then the account. At least 11 s later the hub must refuse the probe (an unused token of the account), or
 * the account must be absent. It leads to closed, and never gives up.
 */
import type { Bot } from "../../bot.ts";
import { mintProbe, PROVE_AFTER, proveEnd } from "../../hub/proof.ts";
import { MINUTE, SECOND } from "../../request/durations.ts";
import type { EndCause, OutcomeKind, Proof } from "../../request/record.ts";
import { closeRequest } from "../../request/transitions.ts";
import type { ReadRequest } from "../../store/store.ts";
import { endMessages } from "../messages/wanted.ts";
import type { Decision, LifeState } from "../state.ts";

export const ending: LifeState = {
  dueAt: (_, { ending }) => (ending?.deletedAt == null ? 0 : ending.deletedAt + PROVE_AFTER + OTHERS_WAIT),
  step,
  messages: endMessages,
};

/**
 * The replica that holds the probe proves first, from its own timer; the queue's job waits this much longer.
 */
const OTHERS_WAIT = 2 * SECOND;
const UNCONFIRMED_AFTER = MINUTE;

/** After a minute without proof it notes that once, and goes on trying: people are told. */
async function step(bot: Bot, request: ReadRequest): Promise<Decision | null> {
  const now = bot.clock.now();
  const { ending } = request;
  const mustTell = ending && now - ending.at >= UNCONFIRMED_AFTER && ending.unconfirmedAt === null;
  try {
    if (ending?.deletedAt == null) return await deleteAccess(bot, request);
    if (now < ending.deletedAt + PROVE_AFTER) return null;
    const proof = await prove(bot, request, now);
    if (proof) return proof;
  } catch (error) {
    if (!mustTell) throw error;
  }
  return mustTell ? unconfirmed(now) : null;
}

async function deleteAccess(bot: Bot, request: ReadRequest): Promise<Decision> {
  const { id, account } = request;
  await bot.hub.deleteBinding(id);
  const probe = await mintProbe(bot.hub, id, account);
  await bot.hub.deleteAccount(id, account);
  if (probe) bot.probes.set(id, probe);
  const deletedAt = bot.clock.now();
  return {
    event: "access.removed",
    by: null,
    change: (newest) =>
      newest.ending && newest.ending.deletedAt === null
        ? { ...newest, ending: { ...newest.ending, deletedAt } }
        : null,
  };
}

async function prove(bot: Bot, { id, account }: ReadRequest, now: number): Promise<Decision | null> {
  const probe = bot.probes.get(id) ?? null;
  const method = await proveEnd(bot.hub, { id, account, probe }, now);
  return method === null ? null : proved({ method, at: now });
}

const proved = (proof: Proof): Decision => ({
  event: "end.proved",
  by: null,
  change: (request) => {
    if (request.state !== "ending" || !request.ending) return null;
    const { cause, by, words } = request.ending;
    const over = { ...request, ending: { ...request.ending, proof } };
    return closeRequest(over, { kind: outcomeOf(cause), by, words }, proof.at);
  },
});

const unconfirmed = (now: number): Decision => ({
  event: "end.unconfirmed",
  by: null,
  change: (request) =>
    request.ending && request.ending.unconfirmedAt === null
      ? { ...request, ending: { ...request.ending, unconfirmedAt: now } }
      : null,
});

const outcomeOf = (cause: EndCause): OutcomeKind =>
  cause === "restored" || cause === "failed" ? cause : "ended";
