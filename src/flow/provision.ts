/** Account, binding and token on the hub, then the token in a DM. approved → delivering → active */
import type { RequestId } from "../domain/ids.ts";
import type { AccessRequest as Request } from "../domain/request.ts";
import { leads } from "../domain/schedule.ts";
import type { Secret } from "../domain/secret.ts";
import { active, delivering, ending, failed } from "../domain/transitions.ts";
import { type Grant, GrantFailed, type In, type Later, type Ports, type Sent } from "./ports.ts";
import { enqueue } from "./support/enqueue.ts";
import { reportOutage } from "./support/outage.ts";
import { removeGrant } from "./support/remove-grant.ts";
import { settleAll } from "./support/settle-all.ts";
import { redrawToken } from "./sync-messages.ts";

type Open = In<"approved" | "delivering">;

/** How long a fresh binding may take to reach the hub's authorizer before the token is shown all the same. */
const BINDING_WITHIN = 5_000;
/** A server that gives less than asked by more than this has shortened the token. */
const TOLERANCE = 5_000;
const BUSY = 250;

export async function provisionGrant(ports: Ports, id: RequestId): Promise<Later> {
  const request = await ports.requests.get(id);
  if (!isOpen(request)) return;
  await planEnd(ports, request);
  const held = await ports.lease.hold(id, (signal) => setUp(ports, id, signal));
  return held ? undefined : { again: ports.clock.now() + BUSY };
}

const isOpen = (r: Request | null): r is Open => r?.state === "approved" || r?.state === "delivering";

/** The end is planned before anything exists that must end. */
async function planEnd(ports: Ports, request: Open): Promise<void> {
  const { expiresAt } = request;
  const dues = leads(request, ports.policy.reminders).map((lead) => expiresAt - lead);
  await Promise.all([
    enqueue(ports, "end", request, expiresAt, expiresAt),
    ...dues.map((due) => enqueue(ports, "remind", request, due, due)),
  ]);
}

async function setUp(ports: Ports, id: RequestId, signal: AbortSignal): Promise<void> {
  const request = await ports.requests.get(id);
  if (!isOpen(request)) return;
  if (ports.clock.now() >= request.expiresAt)
    return end(ports, id, (r, at) => ending(r, { cause: "expired", at }));
  try {
    const ready = await prepare(ports, request, signal);
    await deliver(ports, request, ready, signal);
  } catch (error) {
    if (!(error instanceof GrantFailed)) {
      await redrawToken(ports, id);
      throw error;
    }
    ports.log.error({ id, failure: error.failure, err: error }, "this grant cannot be made");
    await end(ports, id, (r, at) => failed(r, error.failure, at));
  }
}

async function end(
  ports: Ports,
  id: RequestId,
  change: (r: Request, now: number) => Request | null,
): Promise<void> {
  const now = ports.clock.now();
  const next = await ports.requests.update(id, (r) => change(r, now));
  await enqueue(ports, "end", next, now);
  await enqueue(ports, "draw", next, now);
}

/** Objects on the hub, an open DM, and a last look at the recipient, side by side: none needs the other. */
async function prepare(ports: Ports, request: Open, signal: AbortSignal): Promise<Ready> {
  const { id } = request;
  const [objects, message] = await settleAll([
    reportOutage(ports, id, "hub", () => ports.grants.create(request, signal)),
    reportOutage(ports, id, "slack", () => placeholder(ports, request)),
    reportOutage(ports, id, "slack", () => recipient(ports, request)),
  ]);
  return { ...objects, message };
}

interface Ready {
  accountUid: string;
  bindingUid: string;
  message: Sent;
}

/** The DM without the token: its place is in the record before a token exists. */
async function placeholder(ports: Ports, request: Open): Promise<Sent> {
  const before = request.messages.token;
  if (before && before.ts !== "") return before;
  const sent = await ports.notifier.post(request, "token", "token:setting-up");
  if (sent.ts === "") throw new GrantFailed("dm-closed", "Slack does not let the bot write to this person");
  await ports.requests.update(request.id, (r) => ({ ...r, messages: { ...r.messages, token: sent } }));
  return sent;
}

async function recipient({ directory }: Ports, { requester }: Open): Promise<void> {
  const { standing } = await directory.person(requester.id);
  if (standing !== "member") throw new GrantFailed("recipient-gone", `the recipient is ${standing} now`);
}

async function deliver(ports: Ports, request: Open, ready: Ready, signal: AbortSignal): Promise<void> {
  const { id } = request;
  const { token, grant } = await reportOutage(ports, id, "hub", () => mint(ports, request, ready, signal));
  const next = await ports.requests.update(id, (r) => delivering(r, grant));
  if (next.state !== "delivering") return removeGrant(ports.grants, request, grant, signal);
  if (grant.shortened) await planEnd(ports, next);
  await reportOutage(ports, id, "slack", () => ports.notifier.showToken(next, ready.message, token));
  const done = await ports.requests.update(id, active);
  // Hidden in the moment it was shown.
  if (done.state === "active" && done.hidden) await redrawToken(ports, id);
  await enqueue(ports, "draw", done, ports.clock.now());
}

async function mint(
  { grants, clock }: Ports,
  request: Open,
  { accountUid, bindingUid }: Ready,
  signal: AbortSignal,
): Promise<{ token: Secret; grant: Grant }> {
  const { token, expiresAt } = await grants.mint(request, request.expiresAt - clock.now(), signal);
  const until = clock.now() + BINDING_WITHIN;
  for (;;) {
    const verdict = await grants.check(token, signal);
    if (verdict === "refused") throw new Error("the hub refuses a token it has just issued");
    if (verdict === "good" || clock.now() >= until) break;
    await clock.sleep(20, signal);
  }
  const shortened = expiresAt < request.expiresAt - TOLERANCE;
  return { token, grant: { accountUid, bindingUid, tokenExpiresAt: expiresAt, shortened } };
}
