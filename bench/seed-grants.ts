/** Live grants by the thousand, as so many approvals would have left them: records in Redis, objects on the API server. */
import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { Agent, request } from "undici";
import { systemClock } from "../sandbox/clock.ts";
import { GRANTS_NAMESPACE } from "../sandbox/hub/bot-account.ts";
import { HOUR } from "../src/domain/duration.ts";
import { GroupId, requestId, UserId } from "../src/domain/ids.ts";
import type { In } from "../src/domain/request.ts";
import { account, binding } from "../src/hub/grants/objects.ts";
import { connect } from "../src/store/connect.ts";
import { keysOf } from "../src/store/keys.ts";
import { createRequests } from "../src/store/requests.ts";
import { ACCOUNTS, BINDINGS } from "./bare.ts";
import { APPROVALS, APPROVER, INSTANCE, type World } from "./context.ts";
import { sideBySide } from "./stats.ts";

const AT_ONCE = 32;
const SRE = GroupId.parse("S0SRE");
const PLACE = { instance: INSTANCE, namespace: GRANTS_NAMESPACE };

export type Crowd = Awaited<ReturnType<typeof openCrowd>>;

export async function openCrowd(world: World) {
  const log = pino({ level: "silent" });
  const redis = connect(world.redis.url, { log });
  await redis.ready(3_000);
  const keys = keysOf(INSTANCE);
  const nothing = () => {};
  const told = { onTransition: nothing, onBroken: nothing };
  const requests = createRequests({ redis: redis.commands, keys, clock: systemClock(), ...told });
  const admin = administrator(world);
  let size = 0;
  return {
    /** Makes more of them until there are `total`. */
    async grow(total: number): Promise<void> {
      const more = Array.from({ length: total - size }, (_, i) => size + i);
      size = total;
      await sideBySide(more, AT_ONCE, async (n) => {
        const request = granted(n);
        const accountUid = await admin.make(ACCOUNTS, account(PLACE, { ...request, state: "approved" }));
        const bindingUid = await admin.make(BINDINGS, binding(PLACE, request, request.clusterRole));
        await requests.adopt({ ...request, grant: { ...request.grant, accountUid, bindingUid } });
      });
    },
    [Symbol.asyncDispose]: async () => {
      redis.close();
      await admin.close();
    },
  };
}

/** Past authorization, whose cost on the hub grows with every binding there is. */
function administrator({ hub }: World) {
  const { certificate: cert, key } = hub.admin;
  const dispatcher = new Agent({ connections: AT_ONCE, connect: { ca: hub.ca, cert, key } });
  const headers = { "content-type": "application/json" };
  return {
    async make(path: string, object: object): Promise<string> {
      const body = JSON.stringify(object);
      const answer = await request(hub.url + path, { dispatcher, method: "POST", headers, body });
      const text = await answer.body.text();
      if (answer.statusCode !== 201) throw new Error(`The API server answered ${answer.statusCode}: ${text}`);
      return (JSON.parse(text) as { metadata: { uid: string } }).metadata.uid;
    },
    close: () => dispatcher.destroy(),
  };
}

type Granted = In<"active">;

/** Everything of it is drawn and nothing is due: what a sweep meets nearly always. */
function granted(n: number): Granted {
  const now = Date.now();
  const person = UserId.parse(`U0C${String(n).padStart(6, "0")}`);
  return {
    id: requestId(randomBytes(5)),
    state: "active",
    version: 0,
    requester: { id: person, name: `Person ${n}`, locale: "en" },
    role: "guest",
    clusterRole: "karpor-guest",
    reason: "debugging the search page",
    duration: 24 * HOUR,
    requestedAt: now,
    enteredAt: now,
    closesAt: now + 4 * HOUR,
    approvers: [SRE],
    policy: "0".repeat(64),
    terms: 1,
    revision: 1,
    generation: 1,
    messages: drawn(person, n),
    ...decided(now),
    hidden: false,
    reminded: [],
  };
}

const drawn = (person: UserId, n: number): Granted["messages"] => {
  const ts = `1700000000.${String(n).padStart(6, "0")}`;
  const dm = `D${person.slice(1)}`;
  return {
    card: { channel: APPROVALS, ts, shows: "active", revision: 1 },
    waiting: { channel: dm, ts, shows: "active", revision: 1 },
    token: { channel: dm, ts, shows: "shown", revision: 1, token: "shown" },
  };
};

const decided = (at: number): Pick<Granted, "decision" | "expiresAt" | "grant"> => ({
  decision: { by: { id: UserId.parse(APPROVER), name: "Alice", locale: "en" }, qualified: SRE, at },
  expiresAt: at + 24 * HOUR,
  grant: { accountUid: "", bindingUid: "", tokenExpiresAt: at + 24 * HOUR, shortened: false },
});
