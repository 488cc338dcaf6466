/**
 * Lives of grants as the hub's audit log tells them, in batches that are cut anywhere, repeated and reordered, to two
 * replicas: what the bot and its holders do raises no alarm, and each thing that should raises one.
 */
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { RequestId } from "../../src/domain/ids.ts";
import { secret } from "../../src/domain/secret.ts";
import { slicesIn } from "../../src/http/hub-audit/batch.ts";
import { EventList } from "../../src/http/hub-audit/event.ts";
import { ownLooks } from "../../src/http/hub-audit/own-looks.ts";
import { instanceAccount, objectName } from "../../src/hub/grants/names.ts";
import { createHubSigns } from "../../src/store/hub-signs.ts";
import { keysOf } from "../../src/store/keys.ts";

const NAMESPACE = "karpor-access";
const BOT = `system:serviceaccount:${NAMESPACE}-system:${NAMESPACE}`;
const START = Date.parse("2026-11-25T15:00:00.000Z");
const MOST = 3;
const IDS = ["R-7K2Q9FXT", "R-00000001", "R-00000002"].map((id) => RequestId.parse(id));
const keys = keysOf("test");
const clock = stillClock(START);
const { name: ownName, isOwn } = ownLooks(secret("planted-hub-audit-secret-0123456789"));
const grounds = { namespace: NAMESPACE, account: instanceAccount("test"), isOwn };

let server: Awaited<ReturnType<typeof startRedis>>;
let redis: Redis;
beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

let number = 0;
function event(at: number, username: string, change: Record<string, unknown>) {
  const iso = new Date(START + at).toISOString();
  return {
    ...{ auditID: `event-${++number}`, stage: "ResponseComplete", requestURI: "/x", user: { username } },
    ...{ responseStatus: { code: 200 }, requestReceivedTimestamp: iso, stageTimestamp: iso },
    ...change,
  };
}
type Told = ReturnType<typeof event>;

const BINDINGS = { apiGroup: "rbac.authorization.k8s.io", resource: "clusterrolebindings" };
const byBot = (at: number, verb: string, objectRef: object, code = 200) =>
  event(at, BOT, { auditID: ownName(), verb, objectRef, responseStatus: { code } });
const allowed = (at: number, name: string, by: string) =>
  event(at, `system:serviceaccount:${NAMESPACE}:${name}`, {
    verb: "get",
    annotations: {
      "authorization.k8s.io/decision": "allow",
      "authorization.k8s.io/reason": `RBAC: allowed by ClusterRoleBinding "${by}" of ClusterRole "x" to ServiceAccount "y"`,
    },
  });
const refused = (at: number, name: string) =>
  event(at, `system:serviceaccount:${NAMESPACE}:${name}`, { verb: "get", responseStatus: { code: 403 } });

const life = fc.record({
  id: fc.constantFrom(...IDS),
  generation: fc.integer({ min: 1, max: 3 }),
  from: fc.nat(1_000_000),
  lasts: fc.integer({ min: 2_000, max: 4_000_000 }),
  /** Parts of its time. */
  uses: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }),
  /** Of its end the hub says nothing, and to the next try that nothing is there. */
  unanswered: fc.boolean(),
  /** After its end: what everybody may do, and what the hub did not know yet. */
  late: fc.array(fc.nat(10_000), { maxLength: 3 }),
});
type Life = typeof life extends fc.Arbitrary<infer T> ? T : never;

function eventsOf({ id, generation, from, lasts, uses, unanswered, late }: Life): Told[] {
  const name = objectName({ id, role: "guest", generation });
  const end = from + lasts;
  const token = { resource: "serviceaccounts", namespace: NAMESPACE, name, subresource: "token" };
  return [
    byBot(from, "create", { ...BINDINGS, name }),
    byBot(from, "create", { resource: "serviceaccounts", namespace: NAMESPACE, name }),
    byBot(from + 1, "create", token),
    ...uses.map((part) => allowed(from + 2 + part * (lasts - 2), name, name)),
    ...(unanswered ? [504, 404] : [200]).map((code) => byBot(end, "delete", { ...BINDINGS, name }, code)),
    byBot(end + 1, "delete", { resource: "serviceaccounts", namespace: NAMESPACE, name }),
    ...late.map((ms) =>
      ms <= 1_000 ? allowed(end + ms, name, name) : allowed(end + ms, name, "system:discovery"),
    ),
  ];
}

/** One life a generation of a grant; each request of it is refused within what is allowed. */
const lives = fc
  .uniqueArray(life, { minLength: 1, maxLength: 4, selector: ({ id, generation }) => `${id}-${generation}` })
  .map((all) => ({
    all,
    refusals: IDS.flatMap((id) =>
      Array.from({ length: MOST }, (_, i) =>
        refused(i * 1_000, objectName({ id, role: "guest", generation: 1 })),
      ),
    ),
  }));

/** How the batches come: each event's place, twice, and by which replica. */
const coming = fc.array(fc.record({ order: fc.nat(), cut: fc.boolean(), replica: fc.nat(1) }), {
  minLength: 20,
  maxLength: 40,
});

async function bring(
  events: readonly Told[],
  how: readonly { order: number; cut: boolean; replica: number }[],
) {
  await redis.flushall();
  await Promise.all(IDS.map((id) => redis.hset(keys.request(id), "v", "1")));
  const onBroken = (error: Error) => expect.fail(error.message);
  const replicas = [0, 1].map(() => createHubSigns({ redis, keys, clock, onBroken, refusedMost: MOST }));
  const twice = [...events, ...events].map((one, i) => ({
    one,
    ...(how[i % how.length] ?? { order: 0, cut: false, replica: 0 }),
  }));
  twice.sort((a, b) => ((a.order * 31) % 97) - ((b.order * 31) % 97));
  let batch: Told[] = [];
  for (const { one, cut, replica } of [...twice, { one: null, cut: true, replica: 0 }]) {
    if (one) batch.push(one);
    if (!cut || batch.length === 0) continue;
    const list = EventList.parse({ apiVersion: "audit.k8s.io/v1", kind: "EventList", items: batch });
    for (const { signs } of slicesIn(list, grounds)) await replicas[replica]?.take(signs);
    batch = [];
  }
  const found = await replicas[0]?.waiting();
  return { writes: found?.writes.length ?? 0, alarms: (found?.alarms ?? []).map(({ alarm }) => alarm.kind) };
}

test("a normal life raises no alarm", async () => {
  await fc.assert(
    fc.asyncProperty(lives, coming, async ({ all, refusals }, how) => {
      expect(await bring([...all.flatMap(eventsOf), ...refusals], how)).toEqual({ writes: 0, alarms: [] });
    }),
    { numRuns: 150 },
  );
});

test("a late use, another's write and one refusal too many each raise one", async () => {
  await fc.assert(
    fc.asyncProperty(
      lives,
      coming,
      fc.nat(5),
      fc.integer({ min: 1_001, max: 9_000 }),
      async ({ all, refusals }, how, more, ms) => {
        const [first] = all;
        if (!first) return;
        const name = objectName({ id: first.id, role: "guest", generation: first.generation });
        const end = first.from + first.lasts;
        const events = [
          ...all.flatMap(eventsOf),
          ...refusals,
          ...Array.from({ length: 1 + more }, (_, i) => allowed(end + ms + i, name, name)),
          event(5, "mallory", { verb: "create", objectRef: { ...BINDINGS, name: "theirs" } }),
          ...Array.from({ length: 1 + more }, (_, i) =>
            refused(5_000 + i, objectName({ id: first.id, role: "guest", generation: 1 })),
          ),
        ];
        const { writes, alarms } = await bring(events, how);
        expect({ writes, alarms: alarms.toSorted() }).toEqual({ writes: 1, alarms: ["late-use", "refused"] });
      },
    ),
    { numRuns: 150 },
  );
});
