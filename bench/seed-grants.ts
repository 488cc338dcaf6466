/** Live grants by the thousand, as so many approvals would have left them: records in Redis, objects on the API server. */
import { randomBytes, randomUUID } from "node:crypto";
import { pino } from "pino";
import { Agent, request } from "undici";
import { systemClock } from "../sandbox/clock.ts";
import { GRANTS_NAMESPACE } from "../sandbox/hub/bot-account.ts";
import { HOUR, SECOND } from "../src/domain/duration.ts";
import { GroupId, type RequestId, requestId, UserId } from "../src/domain/ids.ts";
import { outdatedMessages, tokensToTakeOff } from "../src/domain/messages.ts";
import type { In } from "../src/domain/request.ts";
import { secret } from "../src/domain/secret.ts";
import { objectName } from "../src/hub/grants/names.ts";
import { account, binding } from "../src/hub/grants/objects.ts";
import { signerOf } from "../src/hub/kubeconfig/identity.ts";
import { createJobs } from "../src/queue/jobs.ts";
import { connect } from "../src/store/connect.ts";
import { keysOf } from "../src/store/keys.ts";
import { createRequests } from "../src/store/requests.ts";
import { ACCOUNTS_AT, BINDINGS_AT } from "./bare.ts";
import { APPROVALS_CHANNEL, APPROVER, BENCH_INSTANCE, type BenchContext, HOLDERS } from "./context.ts";
import { copied, type Own } from "./copies.ts";
import { sideBySide } from "./stats.ts";

const AT_ONCE = 32;
/** So that all of 100,000 are never held at once. */
const SOME = 5_000;
const SRE = GroupId.parse("S0SRE");
const PLACE = { instance: BENCH_INSTANCE, namespace: GRANTS_NAMESPACE };

export type GrantSeeder = Awaited<ReturnType<typeof openGrantSeeder>>;

export async function openGrantSeeder(context: BenchContext) {
  const log = pino({ level: "silent" });
  const redis = connect(context.redis.url, { log });
  await redis.ready(3_000);
  const keys = keysOf(BENCH_INSTANCE);
  const nothing = () => {};
  const told = { onTransition: nothing, onBroken: nothing };
  const requests = createRequests({ redis: redis.commands, keys, clock: systemClock(), ...told });
  const admin = administrator(context);
  const jobs = createJobs({ connection: redis.commands, prefix: keys.prefix, clock: systemClock() });
  let size = 0;
  let signer: Promise<string> | undefined;
  const standing = (more: number) => {
    const numbers = Array.from({ length: more }, (_, i) => size + i);
    size += more;
    return sideBySide(numbers, AT_ONCE, async (n): Promise<Granted> => {
      const request = granted(n);
      const accountUid = await admin.make(ACCOUNTS_AT, account(PLACE, { ...request, state: "approved" }));
      const bindingUid = await admin.make(BINDINGS_AT, binding(PLACE, request, request.clusterRole));
      // Else the first sweep would note it, grant by grant.
      signer ??= admin.signer(objectName(request));
      const grant = { ...request.grant, accountUid, bindingUid, signedBy: await signer };
      return { ...request, grant };
    });
  };
  let first: Granted | undefined;
  return {
    /** Makes more of them until there are `total`: one as an approval does, the others like that one. */
    async grow(total: number): Promise<void> {
      if (!first) {
        const made = await standing(1);
        [first] = made;
        await sideBySide(made, AT_ONCE, requests.adopt);
      }
      if (!first) return;
      while (size < total) {
        const numbers = Array.from({ length: Math.min(SOME, total - size) }, (_, i) => size + i);
        size += numbers.length;
        const others = numbers.map(copyOf(first));
        await copied(context, ownOf(first), others.map(ownOf));
        await sideBySide(others, AT_ONCE, requests.adopt);
      }
    },
    /** So many more, with their timers: the first is over in `leadMs`, the last a second later. */
    async due(count: number, leadMs: number): Promise<{ ids: RequestId[]; at: number }> {
      const made = await standing(count);
      const at = Date.now() + leadMs;
      const ids = await sideBySide([...made.entries()], AT_ONCE, async ([n, request]) => {
        const expiresAt = at + Math.floor((n * SECOND) / count);
        await requests.adopt({ ...request, expiresAt });
        await jobs.setTimer(request.id, null, { step: "end", at: expiresAt });
        return request.id;
      });
      return { ids, at };
    },
    /** By what each end was proved; null where it is not yet. */
    proofs: async (ids: readonly RequestId[]) =>
      (await requests.getMany(ids)).map((r) =>
        r !== null && r !== "unreadable" && r.state === "ended" ? r.verification.method : null,
      ),
    [Symbol.asyncDispose]: async () => {
      await jobs.close();
      redis.close();
      await admin.close();
    },
  };
}

/** Past authorization, whose cost on the hub grows with every binding there is. */
function administrator({ hub }: BenchContext) {
  const { certificate: cert, key } = hub.admin;
  const dispatcher = new Agent({ connections: AT_ONCE, connect: { ca: hub.ca, cert, key } });
  const headers = { "content-type": "application/json" };
  const post = async (path: string, object: object) => {
    const body = JSON.stringify(object);
    const answer = await request(hub.url + path, { dispatcher, method: "POST", headers, body });
    const text = await answer.body.text();
    if (answer.statusCode !== 201) throw new Error(`The API server answered ${answer.statusCode}: ${text}`);
    return JSON.parse(text) as { metadata: { uid: string }; status: { token: string } };
  };
  return {
    make: async (path: string, object: object) => (await post(path, object)).metadata.uid,
    /** The key that the hub signs tokens with. */
    async signer(account: string): Promise<string> {
      const { status } = await post(`${ACCOUNTS_AT}/${account}/token`, {
        spec: { expirationSeconds: 3_600 },
      });
      return signerOf(secret(status.token)) ?? "";
    },
    close: () => dispatcher.destroy(),
  };
}

type Granted = In<"active">;

const copyOf =
  ({ grant, enteredAt }: Granted) =>
  (n: number): Granted => ({
    // Its account says when the first is over: of a record with a later end the sweep would note that.
    ...granted(n, enteredAt),
    grant: { ...grant, accountUid: randomUUID(), bindingUid: randomUUID() },
  });

const ownOf = (request: Granted): Own => ({
  name: objectName(request),
  uids: [request.grant.accountUid, request.grant.bindingUid],
  more: [request.id, request.requester.id, request.requester.name],
});

/** Everything of it is drawn and nothing is due: what a sweep meets nearly always. Throws where that is not so: mending would be measured with it. */
function granted(n: number, now = Date.now()): Granted {
  const person = UserId.parse(HOLDERS[n % HOLDERS.length]);
  const request: Granted = {
    id: requestId(randomBytes(5)),
    state: "active",
    version: 0,
    requester: { id: person, name: `Person ${String(n).padStart(6, "0")}`, locale: "en" },
    role: "guest",
    clusterRole: "karpor-guest",
    reason: "debugging the search page",
    duration: 24 * HOUR,
    requestedAt: now,
    closesAt: now + 4 * HOUR,
    approvers: [SRE],
    policy: "0".repeat(64),
    terms: 1,
    revision: 1,
    enteredAt: now,
    generation: 1,
    messages: drawn(person, n),
    ...decided(now),
    hidden: false,
    reminded: [],
  };
  const undone = [...outdatedMessages(request), ...tokensToTakeOff(request)];
  if (undone.length > 0) throw new Error(`A seeded grant asks for more: ${JSON.stringify(undone)}.`);
  return request;
}

const drawn = (person: UserId, n: number): Granted["messages"] => {
  const ts = `1700000000.${String(n).padStart(6, "0")}`;
  const dm = `D${person.slice(1)}`;
  return {
    card: { channel: APPROVALS_CHANNEL, ts, shows: "active", revision: 1 },
    token: { channel: dm, ts, shows: "shown", revision: 1, token: "shown" },
  };
};

const decided = (at: number): Pick<Granted, "decision" | "expiresAt" | "grant"> => ({
  decision: { by: { id: UserId.parse(APPROVER), name: "Alice", locale: "en" }, qualified: SRE, at },
  expiresAt: at + 24 * HOUR,
  grant: { accountUid: "", bindingUid: "", tokenExpiresAt: at + 24 * HOUR, shortened: false },
});
