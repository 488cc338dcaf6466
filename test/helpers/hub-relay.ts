/** A world of two replicas whose hub, a real API server, tells by its audit webhook; a relay between them loses batches, repeats them and mixes them up. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fetch } from "undici";
import { expect } from "vitest";
import { type JumpClock, jumpClock } from "../../sandbox/clock.ts";
import { hubClient } from "../../sandbox/hub/client.ts";
import { startEnvtest } from "../../sandbox/hub/envtest.ts";
import { auditPolicy, auditWebhook } from "../../src/cli/setup/hub-audit.ts";
import { secret } from "../../src/domain/secret.ts";
import { type Bot, startBot, startWorld } from "./bot.ts";
import { GRANTS_NAMESPACE } from "./bot-account.ts";
import { HUB_SECRET, letHubTell } from "./hub-tells.ts";
import { scene } from "./scene.ts";

/** Of an event, what the tests look at. */
export interface ToldEvent {
  verb: string;
  user: { username: string };
  objectRef?: { resource: string; name?: string };
  requestReceivedTimestamp: string;
  stageTimestamp: string;
}

export type ToldWorld = Awaited<ReturnType<typeof startToldWorld>>;

interface Telling {
  /** What the configuration has beside `audit.hub`. */
  config?: Record<string, unknown>;
  /** The hub's answers name the bots' time, too: it can jump further than clocks may differ. */
  follows?: true;
}

/** The bots' clock can jump; the hub lives in this machine's time, and what it tells bears the bots'. */
export async function startToldWorld({ config = {}, follows }: Telling = {}) {
  await using opened = new AsyncDisposableStack();
  const clock = recalling(jumpClock());
  const relay = opened.adopt(await startRelay(clock.aheadAt), (r) => r.stop());
  const webhook = auditWebhook({ url: relay.url, secret: secret(HUB_SECRET) });
  const files = { policy: auditPolicy(GRANTS_NAMESPACE), webhook };
  const hub = opened.use(await startEnvtest(follows && clock, files));
  const world = opened.use(await startWorld({ hub, clock, transport: "socket" }));
  letHubTell(world, config);
  const bots: Bot[] = [];
  for (let i = 0; i < 2; i++) {
    const bot = opened.adopt(await startBot(world), (one) => one.stop());
    bots.push(bot);
    // At once: its first heartbeat is on the way.
    relay.to(`http://127.0.0.1:${bot.app.hubAuditPort}/hub-audit`);
  }
  const admin = opened.adopt(hubClient(hub, hub.admin), (ask) => ask.close());
  const heard = async () => Number(await world.commands.hget(world.keys.heard, "heard"));
  const kept = opened.move();
  return {
    ...{ relay, hub, world, bots, admin, it: scene(world) },
    /** The hub tells up to now: anybody's write on the instance's account is a heartbeat. */
    async heartbeat() {
      const before = await heard();
      const path = `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts/karpor-access-instance-test?dryRun=All`;
      await admin("PATCH", path, { body: { metadata: {} }, type: "application/merge-patch+json" });
      await world.until(async () => (await heard()) > before);
    },
    stop: () => kept.disposeAsync(),
  };
}

/** Knows how far it was ahead of this machine's at any time. */
function recalling(clock: JumpClock) {
  const jumps: { at: number; ahead: number }[] = [];
  return {
    ...clock,
    jump(ms: number) {
      clock.jump(ms);
      const at = Date.now();
      jumps.push({ at, ahead: clock.now() - at });
    },
    aheadAt: (ms: number) => jumps.findLast(({ at }) => at <= ms)?.ahead ?? 0,
  };
}

/** Of the batches that come, each third is refused, so that the hub sends it again; any other goes to both. */
async function startRelay(aheadAt: (ms: number) => number) {
  const batches: string[] = [];
  const targets: string[] = [];
  let came = 0;
  const relay = { lost: (_: ToldEvent) => false };
  // Bots may stop first.
  const pass = (url: string, body: string) =>
    fetch(url, { method: "POST", body, headers: { authorization: `Bearer ${HUB_SECRET}` } }).then(
      ({ status }) => status,
      () => 503,
    );
  const moved = (time: string) => {
    const at = Date.parse(time);
    return `${new Date(at + aheadAt(at)).toISOString().slice(0, -1)}${time.slice(-4)}`;
  };
  const inTime = (event: ToldEvent): ToldEvent => ({
    ...event,
    requestReceivedTimestamp: moved(event.requestReceivedTimestamp),
    stageTimestamp: moved(event.stageTimestamp),
  });
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    came += 1;
    const [path] = request.url?.split("?") ?? [];
    if (path !== `/hub-audit/${HUB_SECRET}` || came % 3 === 1 || targets.length === 0)
      return void response.writeHead(503).end();
    const { items, ...list } = eventsOf(Buffer.concat(parts).toString());
    const body = JSON.stringify({ ...list, items: items.filter((one) => !relay.lost(one)).map(inTime) });
    batches.push(body);
    const [one = "", two = one] = came % 2 === 0 ? targets : targets.toReversed();
    response.writeHead(await pass(one, body)).end();
    await pass(two, body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(relay, {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    to: (url: string) => void targets.push(url),
    told: (is: (event: ToldEvent) => boolean) => batches.some((body) => eventsOf(body).items.some(is)),
    /** All of it once more, the last first, to whom it did not go first. */
    repeat: async () => {
      for (const [i, body] of batches.toReversed().entries())
        expect(await pass(targets[i % 2] ?? "", body)).toBe(200);
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

const eventsOf = (body: string) => JSON.parse(body) as { items: ToldEvent[] };
