/** Story: each entry of the trail is sent to a receiver, which checks the signature by the specification's own library. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { checkAuditWebhook } from "../../src/cli/doctor/audit-webhook.ts";
import { DAY, HOUR, MINUTE } from "../../src/request/durations.ts";
import { eventually } from "../helpers/eventually.ts";
import { APPROVALS, BOB } from "../helpers/people.ts";
import { type Scene, sceneOf, visibleText } from "../helpers/scene.ts";
import { type Running, startReplica, startWorld, type World } from "../helpers/world.ts";

const SECRET = Buffer.from("planted-webhook-secret-0123456789").toString("base64");
let world: World;
let scene: Scene;
let running: Running;
let receiver: Awaited<ReturnType<typeof startReceiver>>;

interface Taken {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

async function startReceiver() {
  const kept = { taken: [] as Taken[], tries: 0, atOnce: 0, most: 0, answer: 204, slow: 0 };
  const server = createServer(async (request, response) => {
    kept.tries++;
    kept.most = Math.max(kept.most, ++kept.atOnce);
    const body = await text(request);
    const verified = new Webhook(SECRET).verify(body, request.headers as Record<string, string>) as Taken;
    await wait(kept.slow);
    kept.atOnce--;
    if (kept.answer < 300 && kept.answer > 0)
      kept.taken.push({ ...verified, id: String(request.headers["webhook-id"]) });
    if (kept.answer === 0) request.socket.destroy();
    else if (kept.answer > 0) response.writeHead(kept.answer, { location: "/elsewhere" }).end("seen");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/trail`;
  return Object.assign(kept, { url, close: () => server.close() });
}

beforeAll(async () => {
  receiver = await startReceiver();
  world = await startWorld({ config: { audit: { webhook: { url: receiver.url, secretEnv: "HOOK" } } } });
  Object.assign(world.env, { HOOK: SECRET, METRICS_PORT: "0" });
  scene = sceneOf(world);
  running = await startReplica(world);
  await startReplica(world);
});
afterAll(async () => {
  await world.close();
  receiver.close();
});

const stored = async () =>
  (await world.commands.xrange(running.bot.store.keys.trail, "-", "+")).map(([id]) => id);
const notices = (words: string) =>
  world.slack.messages(APPROVALS).filter((one) => visibleText(one).includes(words));
const metric = async (name: string) => {
  const page = await (await fetch(`http://127.0.0.1:${running.metricsPort}/metrics`)).text();
  return Number(new RegExp(`^karpor_access_${name} (.*)$`, "m").exec(page)?.[1]);
};

/** The ten seconds in which it must answer are real ones. */
function hurryTimeout(): void {
  const { timeout } = AbortSignal;
  vi.spyOn(AbortSignal, "timeout").mockImplementation((ms) => timeout(ms === 10_000 ? 100 : ms));
}

const doctorSays = () => {
  const { store, config, clock } = running.bot;
  return checkAuditWebhook({ store, config, clock, redis: world.commands });
};

/** The access goes on meanwhile: the newest entries may not be sent yet. */
const expectAllInOrder = (ids: string[]) =>
  expect(receiver.taken.map(({ id }) => id)).toEqual(ids.slice(0, receiver.taken.length));

/** Jumps over the pauses until all that is on the trail was taken. */
const takeAll = () =>
  eventually(async () => {
    world.clock.jump(MINUTE);
    const ids = await stored();
    return receiver.taken.at(-1)?.id === ids.at(-1);
  });

test("a slow receiver gets all, in order, one at a time, with the entry's own id", async () => {
  receiver.slow = 20;
  await scene.get("guest 1h", "for the receiver");
  await takeAll();
  expectAllInOrder(await stored());
  expect(receiver.taken.map(({ type }) => type)).toEqual(
    expect.arrayContaining(["request.asked", "request.approved", "access.granted"]),
  );
  expect(receiver.taken[0]?.data).toMatchObject({ reason: "for the receiver", requester: BOB });
  expect(receiver.most).toBe(1);
  expect(await metric("audit_webhook_lag_seconds")).toBe(0);
  receiver.slow = 0;
});

test.each([
  ["refuses", 503, "it answers 503"],
  ["redirects", 302, "it answers 302"],
  ["is down", 0, "the bot saw"],
  ["does not answer", -1, "timeout"],
])(
  "one that %s: told once when it begins and once when it ends, and nothing is lost",
  async (_, answer, why) => {
    const [before, failures, ends] = [
      receiver.taken.length,
      notices(why).length,
      notices("works again").length,
    ];
    receiver.answer = answer;
    if (answer < 0) hurryTimeout();
    await scene.say(BOB, "peek 15m");
    const tried = receiver.tries;
    await eventually(async () => {
      world.clock.jump(MINUTE);
      return receiver.tries > tried + 2;
    });
    expect(receiver.taken).toHaveLength(before);
    expect(await metric("audit_webhook_failing")).toBe(1);
    expect(await doctorSays()).toMatchObject([{ level: "fail", fix: expect.stringContaining(receiver.url) }]);
    vi.restoreAllMocks();
    receiver.answer = 204;
    await takeAll();
    await eventually(async () => notices("works again").length === ends + 1);
    expect(notices(why)).toHaveLength(failures + 1);
    expect(await doctorSays()).toMatchObject([{ level: "ok" }]);
    expectAllInOrder(await stored());
  },
);

test("after a day an entry is skipped, and counted", async () => {
  receiver.answer = 500;
  await scene.say(BOB, "peek 15m");
  await eventually(async () => {
    world.clock.jump(HOUR);
    return (await metric("audit_webhook_failing")) === 1;
  });
  const [first] = (await stored()).filter((id) => !receiver.taken.some((taken) => taken.id === id));
  world.clock.jump(DAY);
  await eventually(async () => {
    world.clock.jump(HOUR);
    return (await metric("audit_webhook_skipped_entries")) > 0;
  });
  receiver.answer = 200;
  await takeAll();
  await eventually(async () => notices("never got").length > 0);
  expect(receiver.taken.map(({ id }) => id)).not.toContain(first);
});
