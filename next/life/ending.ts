/**
 * ending: the access must go, and that it went is proved. Its step deletes the binding (403 at once), then the account;
 * at least 11 s later the unused probe must be refused, or the account be absent. It leads to closed, and never gives up.
 */
import type { Bot } from "../bot.ts";
import { mintProbe, PROVE_AFTER, proveEnd } from "../hub/proof.ts";
import { MINUTE, SECOND } from "../request/durations.ts";
import type { EndCause, OutcomeKind, Proof, Request } from "../request/record.ts";
import { closed } from "../request/transitions.ts";
import type { ReadRequest } from "../store/store.ts";
import { answerToAsker, cardOf, dmOf, type WantedMessage } from "./messages.ts";
import type { Decision, LifeState } from "./state.ts";

export const ending: LifeState = {
  dueAt: (_, { ending }) => (ending?.deletedAt == null ? 0 : ending.deletedAt + PROVE_AFTER + OTHERS_WAIT),
  step: (bot, request) =>
    request.ending?.deletedAt == null ? deleteAccess(bot, request) : prove(bot, request),
  messages: endMessages,
};

/** The replica with the probe proves first, from its own timer. */
const OTHERS_WAIT = 2 * SECOND;
const UNCONFIRMED_AFTER = MINUTE;

async function deleteAccess(bot: Bot, request: ReadRequest): Promise<Decision> {
  const { id, account } = request;
  await bot.hub.deleteBinding(id);
  const probe = await mintProbe(bot.hub, id, account);
  await bot.hub.deleteAccount(id, account);
  if (probe) bot.probes.set(id, probe);
  const deletedAt = bot.clock.now();
  return {
    ...{ what: "deleted on Karpor", by: null },
    change: (newest) =>
      newest.ending && newest.ending.deletedAt === null
        ? { ...newest, ending: { ...newest.ending, deletedAt } }
        : null,
  };
}

/** Whether the token is refused now; after a minute without an answer the admins are told, and it goes on. */
async function prove(bot: Bot, { id, account, ending }: ReadRequest): Promise<Decision | null> {
  const now = bot.clock.now();
  const probe = bot.probes.get(id) ?? null;
  if (ending?.deletedAt == null || now < ending.deletedAt + PROVE_AFTER) return null;
  const method = await proveEnd(bot.hub, { id, account, probe }, now).catch((error: unknown) => {
    if (now - ending.at < UNCONFIRMED_AFTER || ending.unconfirmedAt !== null) throw error;
    return null;
  });
  if (method !== null) return proved({ method, at: now });
  return now - ending.at >= UNCONFIRMED_AFTER ? unconfirmed(now) : null;
}

const proved = (proof: Proof): Decision => ({
  what: "proved",
  by: null,
  change: (request) => {
    if (request.state !== "ending" || !request.ending) return null;
    const { cause, by, words } = request.ending;
    const over = { ...request, ending: { ...request.ending, proof } };
    return closed(over, { kind: outcomeOf(cause), by, words }, proof.at);
  },
});

const unconfirmed = (now: number): Decision => ({
  what: "not confirmed",
  by: null,
  change: (request) =>
    request.ending && request.ending.unconfirmedAt === null
      ? { ...request, ending: { ...request.ending, unconfirmedAt: now } }
      : null,
});

const outcomeOf = (cause: EndCause): OutcomeKind =>
  cause === "restored" || cause === "failed" ? cause : "ended";

/** Also once it is closed. */
export function endMessages(bot: Bot, request: Request): WantedMessage[] {
  const notice: WantedMessage = { ...cardOf(bot, request), key: "notice", face: "notice", inThread: true };
  return [...finalMessages(bot, request), ...(needsNotice(request) ? [notice] : [])];
}

/** The channel hears of an end that is not confirmed, of a leak, and of a DM that could not be reached. */
const needsNotice = ({ ending }: Request): boolean =>
  ending?.unconfirmedAt != null || ending?.cause === "leaked" || ending?.cause === "failed";

/** The card, and one receipt in the DM; what was prolonged ends without a word to its holder. */
function finalMessages(bot: Bot, request: Request): WantedMessage[] {
  const receipt = request.prolongedBy === null ? [dmOf(request, "receipt", "receipt")] : [];
  return [cardOf(bot, request), ...receipt, ...answerToAsker(request)];
}
