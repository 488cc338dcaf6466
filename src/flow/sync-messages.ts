/** Slack is made to show what the record says: missing messages are posted, outdated ones redrawn, useless ones deleted. */
import type { RequestId } from "../domain/ids.ts";
import type { MessageKey } from "../domain/message-key.ts";
import {
  isAwaited,
  outdatedMessages,
  redrawLater,
  toRedraw,
  UNKNOWN,
  type Wanted,
} from "../domain/messages.ts";
import { type AccessRequest, type Later, type Place, type Ports, type Sent, SlackBusy } from "./ports.ts";
import { commit } from "./support/commit.ts";
import { persist } from "./support/persist.ts";
import { lookForPost, postMessage } from "./support/post.ts";

const BUSY_MS = 200;

/** All but the token's message, which belongs to whoever holds the request's lease. Throws after all were tried. */
export async function syncMessages(ports: Ports, id: RequestId): Promise<Later> {
  const held = await ports.lease.hold(`messages-${id}`, async ({ assertHeld, isTakenOver }) => {
    if (isTakenOver) await noteTakenOver(ports, id);
    const tried = new Set<string>();
    const failures: unknown[] = [];
    for (;;) {
      assertHeld();
      const request = await ports.requests.get(id);
      const next = request && outdatedMessages(request).find((one) => !tried.has(nameOf(request, one)));
      if (!next) break;
      tried.add(nameOf(request, next));
      await syncOne(ports, request, next).catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw soonest(failures);
  });
  return held ? undefined : { again: ports.clock.now() + BUSY_MS };
}

/** Trouble before a mere wait, for it counts as an attempt; of waits the shortest. */
const soonest = (failures: readonly unknown[]): unknown =>
  failures.find((error) => !(error instanceof SlackBusy)) ??
  failures.toSorted((a, b) => waitOf(a) - waitOf(b))[0];

const waitOf = (error: unknown): number => (error instanceof SlackBusy ? error.retryAfterMs : 0);

const nameOf = ({ revision }: AccessRequest, { key, shows }: Wanted): string => `${key} ${shows} ${revision}`;

async function syncOne(ports: Ports, request: AccessRequest, wanted: Wanted): Promise<void> {
  const sent = request.messages[wanted.key];
  if (wanted.shows === "gone") return remove(ports, request, wanted.key);
  if (sent && sent.ts !== "") return drawOver(ports, request, wanted, sent);
  const place = await postMessage(ports, request, wanted);
  if (!place && isAwaited(request, wanted.key)) await cardRefused(ports, request, wanted.key);
}

/**
 * Who slept over its lease, or heard no answer, may have drawn this over what somebody newer drew: the record says
 * what stands there, or that nobody knows, and then it is drawn anew.
 */
async function drawOver(
  ports: Ports,
  request: AccessRequest,
  { key, shows }: Wanted,
  at: Place,
): Promise<void> {
  const { id, revision } = request;
  const note = (change: (sent: Sent, r: AccessRequest) => Sent | "gone" | null) =>
    persist(ports, () =>
      commit(ports, id, (r) => {
        const { [key]: sent, ...others } = r.messages;
        const next = sent?.ts === at.ts ? change(sent, r) : null;
        return next && { ...r, messages: next === "gone" ? others : { ...r.messages, [key]: next } };
      }),
    );
  const outcome = await ports.notifier.redraw(request, key, shows, at).catch(async (error: unknown) => {
    if (!(error instanceof SlackBusy))
      await note((sent) => (sent.shows === UNKNOWN ? null : { ...sent, shows: UNKNOWN }));
    throw error;
  });
  // A card that somebody deleted is posted anew: without it nobody decides.
  await note((sent, r) => {
    if (outcome === "gone" && isAwaited(r, key)) return "gone";
    // What came over it meanwhile may be what stands there now.
    const isUnknown = sent.shows === UNKNOWN && request.messages[key]?.shows !== UNKNOWN;
    return isUnknown ? null : { ...sent, shows, revision };
  });
}

/**
 * Whoever died at it, or sleeps over their lease, may have an edit under way that comes over what is drawn from now on.
 * Alive, they note it themselves, as above; whoever dies then leaves nothing that tells.
 */
async function noteTakenOver(ports: Ports, id: RequestId): Promise<void> {
  await persist(ports, async () => {
    if (await ports.requests.get(id)) await commit(ports, id, (r) => redrawLater(r, ports.clock.now()));
  });
}

/** Its messages are due to be drawn once more, whatever the record says they show. Throws StoreDown, StoreUnsure. */
export async function redraw(ports: Ports, id: RequestId): Promise<Later> {
  const due = (await ports.requests.get(id))?.redraw?.at;
  if (due === undefined) return undefined;
  const now = ports.clock.now();
  if (now < due) return { again: due };
  await commit(ports, id, (r) => toRedraw(r, now));
  return undefined;
}

/** A post whose answer was lost is looked for first. */
async function remove(ports: Ports, request: AccessRequest, key: MessageKey): Promise<void> {
  const sent = request.messages[key];
  const lost = sent?.ts === "" && sent.unanswered !== undefined;
  const at = lost ? await lookForPost(ports, request, key) : sent;
  if (at && typeof at !== "string" && at.ts !== "") await ports.notifier.remove(request, key, at);
  await commit(ports, request.id, (r) => {
    const { [key]: gone, ...others } = r.messages;
    return gone?.ts === sent?.ts ? { ...r, messages: others } : null;
  });
}

async function cardRefused(ports: Ports, { id }: AccessRequest, key: MessageKey): Promise<void> {
  const request = await ports.requests.get(id);
  const code = request?.messages[key]?.refused?.code;
  if (!request || !code) return;
  ports.log.error({ id, slack: code }, "Slack refuses the request's card; trying on");
  await ports.admins.tell({ kind: "card-refused", code, request });
}

/**
 * Somebody clicked what the record says stands there no more: Slack did not take its edit, or took something older after
 * it. Throws StoreDown, StoreUnsure.
 */
export async function drawAnew(ports: Ports, id: RequestId, ts: string): Promise<void> {
  await commit(ports, id, (r) => {
    const [key, sent] =
      (Object.entries(r.messages) as [MessageKey, Sent][]).find(([, one]) => one.ts === ts) ?? [];
    if (!key || !sent || key === "token" || outdatedMessages(r).some((one) => one.key === key)) return null;
    return { ...r, messages: { ...r.messages, [key]: { ...sent, shows: UNKNOWN } } };
  });
}
