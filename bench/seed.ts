/** Live grants by the thousand, as so many approvals would have left them: objects on the hub, records in Redis. */
import { Redis } from "ioredis";
import { pino } from "pino";
import { GRANTS_NAMESPACE } from "../sandbox/hub/bot-account.ts";
import { ANNOTATION, objectName, requestLabels, writeTime } from "../src/hub/names.ts";
import { createQueue } from "../src/queue/queue.ts";
import { HOUR } from "../src/request/durations.ts";
import { type RequestId, requestIdFrom, UserId } from "../src/request/ids.ts";
import { Request, untouched } from "../src/request/record.ts";
import { secret } from "../src/request/secret.ts";
import { createStore } from "../src/store/store.ts";
import { ACCOUNTS, type BareHub, BINDINGS, create, openBareHub } from "./bare.ts";
import { sideBySide } from "./measure.ts";
import { ADMIN, HUB_NAME, INSTANCE, PEOPLE, RECORDS_KEY, type World } from "./world.ts";

const AT_ONCE = 32;

export interface Seeded {
  id: RequestId;
  /** Of its account and binding on the hub. */
  name: string;
}

export async function openSeeder(world: World) {
  const hub = openBareHub(world, "administrator");
  const redis = new Redis(world.redis.url);
  const store = createStore({
    redis,
    instance: INSTANCE,
    hub: HUB_NAME,
    key: secret(RECORDS_KEY),
    log: pino({ level: "silent" }, { write() {} }),
  });
  const queue = createQueue({ failFast: redis, prefix: store.keys.prefix });
  // Nobody is looked up hour by hour: that would be measured with the sweep.
  await store.once("hourly-look", HOUR);
  let made = 0;
  return {
    /** The first of them ends at `endsAt`, the last `spread` ms later; everything of them is drawn. */
    addGrants(count: number, endsAt: number, spread = 0): Promise<Seeded[]> {
      const numbers = Array.from({ length: count }, (_, number) => number);
      return sideBySide(numbers, AT_ONCE, async (number) => {
        const request = await makeGrant(hub, made++, endsAt + Math.floor((number * spread) / count));
        const { id, requester } = request;
        await store.commit(
          null,
          request,
          { event: "access.granted", id, at: request.askedAt, by: null },
          null,
        );
        for (const [key, channel] of [
          ["card", "C0APPROVALS"],
          ["token-1", `D${requester}`],
        ] as const)
          await store.placeMessage(id, key, { channel, ts: "1700000000.000001", shows: "token" });
        await store.noteDrawn(request, null);
        await queue.schedule("access", id, (request.endsAt ?? 0) - Date.now());
        return { id, name: objectName(INSTANCE, id) };
      });
    },
    async [Symbol.asyncDispose]() {
      await queue.close();
      redis.disconnect();
      await hub[Symbol.asyncDispose]();
    },
  };
}

async function makeGrant(hub: BareHub, number: number, endsAt: number): Promise<Request> {
  const id = requestIdFrom(`seeded ${number}`);
  const name = objectName(INSTANCE, id);
  const labels = requestLabels(INSTANCE, id);
  const requester = UserId.parse(PEOPLE[number % PEOPLE.length]);
  const until = { [ANNOTATION.until]: writeTime(endsAt), [ANNOTATION.requester]: requester };
  const account = await create(hub, ACCOUNTS, { metadata: { name, labels, annotations: until } });
  const { uid } = account.metadata;
  const ends = { [ANNOTATION.expiresAt]: writeTime(endsAt), [ANNOTATION.account]: uid };
  await create(hub, BINDINGS, {
    metadata: { name, labels, annotations: ends },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-guest" },
    subjects: [{ kind: "ServiceAccount", name, namespace: GRANTS_NAMESPACE }],
  });
  return recordOf(id, requester, uid, endsAt);
}

function recordOf(id: RequestId, requester: UserId, account: string, endsAt: number): Request {
  const now = Date.now();
  return Request.parse({
    ...untouched(),
    id,
    version: `seeded ${id}`,
    state: "active",
    requester,
    askedBy: requester,
    account,
    role: "guest",
    clusterRole: "karpor-guest",
    duration: HOUR,
    reason: "debugging the search page",
    emergency: false,
    startsAt: null,
    follows: null,
    prolongsFrom: null,
    usedBefore: 0,
    replaces: null,
    askedAt: now,
    lapsesAt: now + 4 * HOUR,
    history: { title: "", zone: "UTC", grantsIn30Days: 0, lastGrant: null, deniedToday: null },
    approvals: [{ by: ADMIN, rule: null, at: now, time: HOUR }],
    grantedAt: now,
    endsAt,
    activeAt: now,
    reminded: HOUR,
  });
}
