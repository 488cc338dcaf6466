/** The door for the hub's audit webhook on a real Redis: who may bring what, and that each request counts once. */
import { createHash } from "node:crypto";
import { Redis } from "ioredis";
import { Agent, fetch as tlsFetch } from "undici";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { stillClock } from "../../sandbox/clock.ts";
import { createAuthority } from "../../sandbox/hub/x509.ts";
import { startRedis } from "../../sandbox/redis/redis.ts";
import { MINUTE } from "../../src/domain/duration.ts";
import { RequestId } from "../../src/domain/ids.ts";
import { secret } from "../../src/domain/secret.ts";
import { type Evidence, StoreDown } from "../../src/flow/ports.ts";
import { HUB_AUDIT_PATH, hubAuditDoor } from "../../src/http/hub-audit/door.ts";
import { ownLooks } from "../../src/http/hub-audit/own-looks.ts";
import { type HttpServer, startHttp } from "../../src/http/server.ts";
import { instanceAccount, objectName } from "../../src/hub/grants/names.ts";
import { createEvidence } from "../../src/store/evidence.ts";
import { keysOf } from "../../src/store/keys.ts";
import { announceLarge } from "../helpers/hub-tells.ts";

const SECRET = "planted-hub-audit-secret-0123456789";
const NAMESPACE = "karpor-access";
const ID = RequestId.parse("R-7K2Q9FXT");
const OTHERS = RequestId.parse("R-00000001");
const START = Date.parse("2026-11-25T15:36:20.000Z");
const keys = keysOf("test");

let server: Awaited<ReturnType<typeof startRedis>>;
let redis: Redis;
let doors: HttpServer[] = [];
let logged: string[] = [];
let tooLarge = 0;

beforeAll(async () => {
  server = await startRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(async () => {
  logged = [];
  tooLarge = 0;
  await redis.flushall();
  await redis.hset(keys.request(ID), "v", "1");
});
afterEach(async () => {
  await Promise.all(doors.map((door) => door.stop()));
  doors = [];
});

const clock = stillClock(START + 20 * MINUTE);
const evidence = (addresses = false) =>
  createEvidence({ redis, keys, clock, secret: secret(SECRET), addresses });

/** A replica's. */
async function open(
  to: Pick<Evidence, "take"> = evidence(),
  tls?: { cert: string; key: string },
): Promise<string> {
  const say = (_: object, message: string) => void logged.push(message);
  const door = hubAuditDoor({
    secret: secret(SECRET),
    grounds: {
      namespace: NAMESPACE,
      account: instanceAccount("test"),
      isOwn: ownLooks(secret(SECRET)).isOwn,
    },
    take: async (told) => void (await to.take(told)),
    tooLarge: async () => void tooLarge++,
    log: { info: say, warn: say, error: say },
  });
  const http = await startHttp(0, {}, { doors: { [HUB_AUDIT_PATH]: door }, tls });
  doors.push(http);
  return `http://127.0.0.1:${http.port}${HUB_AUDIT_PATH}`;
}

const bearer = { authorization: `Bearer ${SECRET}` };
const list = (items: unknown[]) =>
  JSON.stringify({ kind: "EventList", apiVersion: "audit.k8s.io/v1", metadata: {}, items });
const send = (url: string, body: string, headers: Record<string, string> = bearer) =>
  fetch(url, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });

let number = 0;
function event(change: Record<string, unknown> = {}, at = START + number) {
  number += 1;
  const iso = `${new Date(at).toISOString().slice(0, -1)}456Z`;
  return {
    level: "Metadata",
    auditID: createHash("sha256").update(String(number)).digest("hex").slice(0, 32),
    stage: "ResponseComplete",
    verb: "get",
    requestURI: "/rest-api/v1/search?query=select+*+from+secrets",
    user: {
      username: `system:serviceaccount:${NAMESPACE}:${objectName({ id: ID, role: "admin", generation: 1 })}`,
      uid: "u",
      groups: ["system:serviceaccounts"],
    },
    sourceIPs: ["10.1.2.3"],
    userAgent: "Mozilla/5.0",
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: iso,
    stageTimestamp: iso,
    annotations: { "authorization.k8s.io/decision": "allow", "authorization.k8s.io/reason": "RBAC: …" },
    ...change,
  };
}
const used = async (of = evidence()) => (await of.uses([ID]))[0];
const heartbeat = (at: number, objectRef: object = {}, change: object = {}) =>
  event(
    {
      verb: "patch",
      requestURI: `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/karpor-access-instance-test?dryRun=All`,
      user: { username: "system:serviceaccount:karpor-access-system:karpor-access" },
      objectRef: {
        resource: "serviceaccounts",
        namespace: NAMESPACE,
        name: "karpor-access-instance-test",
        apiVersion: "v1",
        ...objectRef,
      },
      ...change,
    },
    at,
  );

describe("who knows the secret", () => {
  test("brings it as a bearer, or in the path where the hub leaves it out", async () => {
    const url = await open();
    expect((await send(url, list([event()]))).status).toBe(200);
    expect((await send(`${url}/${SECRET}`, list([event()]), {})).status).toBe(200);
    expect(await used()).toMatchObject({ reads: 2 });
  });

  test.each<[string, string, Record<string, string>]>([
    ["none", "", {}],
    ["another", "", { authorization: "Bearer guessed-hub-audit-secret-0123456789" }],
    ["a longer one", "", { authorization: `Bearer ${SECRET}0` }],
    ["its beginning", "", { authorization: `Bearer ${SECRET.slice(0, -1)}` }],
    ["another in the path", "/guessed", {}],
    ["another as a bearer, and it in the path", `/${SECRET}`, { authorization: "Bearer guessed" }],
    ["more behind it in the path", `/${SECRET}/x`, {}],
  ])("%s is turned away, and told nothing", async (_, path, headers) => {
    const answer = await send(`${await open()}${path}`, list([event()]), headers);
    expect([answer.status, await answer.text()]).toEqual([401, ""]);
    expect(await used()).toMatchObject({ reads: 0 });
  });
});

test("over TLS on a port of its own, which serves nothing else", async () => {
  const authority = await createAuthority("bot-ca");
  const { certificate: cert, key } = await authority.issue({ commonName: "bot", hosts: ["127.0.0.1"] });
  const url = (await open(evidence(), { cert, key })).replace("http:", "https:");
  const dispatcher = new Agent({ connect: { ca: authority.certificate }, pipelining: 0 });
  const post = (to: string) =>
    tlsFetch(to, { method: "POST", body: list([event()]), headers: bearer, dispatcher });
  expect((await post(url)).status).toBe(200);
  expect((await post(url.replace(HUB_AUDIT_PATH, "/livez"))).status).toBe(404);
  await dispatcher.close();
  expect(await used()).toMatchObject({ reads: 1 });
});

test("a new certificate is shown from then on; one without its key leaves the old one", async () => {
  const [first, second] = await Promise.all([createAuthority("first"), createAuthority("second")]);
  const issue = (by: typeof first) => by.issue({ commonName: "bot", hosts: ["127.0.0.1"] });
  const [old, next] = await Promise.all([issue(first), issue(second)]);
  const url = (await open(evidence(), { cert: old.certificate, key: old.key })).replace("http:", "https:");
  const reached = async (ca: string) => {
    const dispatcher = new Agent({ connect: { ca } });
    const body = list([event()]);
    const answer = await tlsFetch(url, { method: "POST", body, headers: bearer, dispatcher }).catch(
      () => null,
    );
    await dispatcher.close();
    return answer?.status;
  };
  expect([await reached(first.certificate), await reached(second.certificate)]).toEqual([200, undefined]);
  expect(() => doors.at(-1)?.certify({ cert: next.certificate, key: old.key })).toThrow();
  expect(await reached(first.certificate)).toBe(200);
  doors.at(-1)?.certify({ cert: next.certificate, key: next.key });
  expect([await reached(first.certificate), await reached(second.certificate)]).toEqual([undefined, 200]);
});

describe("what is no batch", () => {
  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["a list", "[]"],
    ["another kind", JSON.stringify({ kind: "Event", apiVersion: "audit.k8s.io/v1", items: [] })],
    ["another version", JSON.stringify({ kind: "EventList", apiVersion: "audit.k8s.io/v2", items: [] })],
    ["no items", JSON.stringify({ kind: "EventList", apiVersion: "audit.k8s.io/v1" })],
  ])("%s is refused, and told nothing more", async (_, body) => {
    const answer = await send(await open(), body);
    expect([answer.status, await answer.text()]).toEqual([400, ""]);
  });

  test.each([
    ["from who knows the secret", SECRET, 413, 1],
    ["from anybody else", "guessed", 401, 0],
  ])("more than 8 MB are refused before they are sent, %s", async (_, given, status, alarms) => {
    const { port } = new URL(await open());
    expect(await announceLarge(Number(port), given)).toBe(status);
    expect(tooLarge).toBe(alarms);
  });

  test("nor does it take more where nobody says how much comes", async () => {
    // Not without end: whoever sends it may hear late that nobody reads on.
    let megabytes = 16;
    const body = new ReadableStream({
      pull(controller) {
        if (megabytes-- > 0) controller.enqueue(Buffer.alloc(1024 * 1024, " "));
        else controller.close();
      },
    });
    const sent = fetch(await open(), {
      method: "POST",
      body,
      headers: bearer,
      duplex: "half",
    } as RequestInit);
    await expect(
      sent.then(({ status }) => (status === 413 ? Promise.reject(new Error("413")) : status)),
    ).rejects.toThrow();
    expect(tooLarge).toBe(1);
  });

  test("other methods are none either", async () => {
    expect((await fetch(await open(), { headers: bearer })).status).toBe(405);
  });
});

test("a batch is answered when Redis has it; until then the hub is to send it again", async () => {
  const down = { take: async () => Promise.reject(new StoreDown("no connection")) };
  const answer = await send(await open(down), list([event()]));
  expect([answer.status, await answer.text(), logged]).toEqual([503, "", []]);
  await redis.config("SET", "maxmemory", "1");
  const url = await open();
  const one = list([event({ verb: "post" })]);
  expect((await send(url, one)).status).toBe(503);
  await redis.config("SET", "maxmemory", "0");
  expect((await send(url, one)).status).toBe(200);
  expect(await used()).toMatchObject({ changed: 1, changes: [{ method: "POST" }] });
});

test("what comes at once is taken one after the other; only of very much the hub is to send some again", async () => {
  const gate = Promise.withResolvers<void>();
  let [now, most] = [0, 0];
  const url = await open({
    take: async () => {
      now += 1;
      most = Math.max(most, now);
      await gate.promise;
      now -= 1;
      return [];
    },
  });
  const sent = Array.from({ length: 40 }, () => send(url, list([event()])));
  const again = await Promise.race(sent.map(async (one) => (await one).status));
  gate.resolve();
  const statuses = await Promise.all(sent.map(async (one) => (await one).status));
  expect([again, most]).toEqual([503, 1]);
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(32);
});

test("each request counts once: batches again, in parts, in another order, to two replicas at once", async () => {
  const [a, b] = [await open(), await open()];
  const events = Array.from({ length: 1000 }, (_, i) =>
    event(
      {
        verb: i % 10 === 0 ? "delete" : "get",
        requestURI: `/rest-api/v1/cluster/c${i}?x=${i}`,
        sourceIPs: [`10.0.0.${i % 7}`],
        userAgent: `agent ${i % 3}`,
        ...(i % 50 === 0 ? { responseStatus: { code: 403 } } : {}),
      },
      START + i * 10,
    ),
  );
  const batches = Array.from({ length: 10 }, (_, i) => events.slice(i * 100, i * 100 + 100));
  const sent = [
    ...batches,
    events.toReversed(),
    ...batches.toReversed(),
    events.filter((_, i) => i % 3 === 0),
  ];
  const statuses: number[] = [];
  // As many at once as a door takes; whoever is told to come again does.
  for (const batch of sent)
    statuses.push(
      ...(await Promise.all([a, b, a].map((url) => send(url, list(batch))))).map(({ status }) => status),
    );
  expect(new Set(statuses)).toEqual(new Set([200]));
  const use = await used();
  expect(use).toMatchObject({
    ...{ first: START, last: START + 9990, reads: 900, changed: 80, refused: 20, addresses: 7, agents: 3 },
  });
  // The last hundred, in their order, without their queries.
  expect(use?.changes).toEqual(
    Array.from({ length: 100 }, (_, n) => ({
      at: START + n * 100,
      method: "DELETE",
      path: `/rest-api/v1/cluster/c${n * 10}`,
      code: n % 5 === 0 ? 403 : 200,
    })),
  );
});

test("of more than a hundred changes the last are kept, in whatever order they come", async () => {
  const url = await open();
  const events = Array.from({ length: 150 }, (_, i) =>
    event({ verb: "post", requestURI: `/x/${i}` }, START + i),
  );
  for (const batch of [events.slice(100), events.slice(0, 100)]) await send(url, list(batch));
  const use = await used();
  expect(use?.changed).toBe(150);
  expect(use?.changes.map(({ path }) => path)).toEqual(events.slice(50).map(({ requestURI }) => requestURI));
});

test("what lasts is in use until it is answered", async () => {
  const watch = { verb: "watch", stageTimestamp: new Date(START + 58 * MINUTE).toISOString() };
  await send(await open(), list([event(watch, START), event({}, START + 30 * MINUTE)]));
  expect(await used()).toMatchObject({ first: START, last: START + 58 * MINUTE, reads: 2 });
});

test("whoever chooses the auditID of their requests hides none", async () => {
  const same = { auditID: "chosen" };
  await send(await open(), list([event(same), event(same), event(same)]));
  expect(await used()).toMatchObject({ reads: 3 });
});

test("the bot's own look at a token is no use; nobody else's request passes for one", async () => {
  const own = ownLooks(secret(SECRET)).name();
  const forged = [ownLooks(secret(`${SECRET}0`)).name(), own.slice(0, -1), `${own}0`, `0${own}`, ".", ""];
  await send(await open(), list([own, ...forged].map((auditID) => event({ auditID }))));
  // None has an empty name.
  expect(await used()).toMatchObject({ reads: forged.length - 1 });
  expect(own.length).toBeLessThanOrEqual(64);
});

describe("what is left out", () => {
  const account = (name: string, namespace = NAMESPACE) => ({
    user: { username: `system:serviceaccount:${namespace}:${name}` },
  });
  const ours = objectName({ id: ID, role: "admin", generation: 1 });
  test.each<[string, unknown]>([
    ["another instance's grant", event(account(objectName({ id: OTHERS, role: "admin", generation: 1 })))],
    ["another namespace's", event(account(ours, "default"))],
    ["another account's", event(account("ci"))],
    ["a person's", event({ user: { username: "karpor-admin" } })],
    ["the beginning of a request", event({ stage: "RequestReceived" })],
    ["another kind", { kind: "Pod" }],
    ["nothing", null],
    ["no time", event({ requestReceivedTimestamp: "soon" })],
  ])("%s", async (_, one) => {
    expect((await send(await open(), list([one, event()]))).status).toBe(200);
    expect(await used()).toMatchObject({ reads: 1, changed: 0 });
    expect((await evidence().uses([OTHERS]))[0]).toMatchObject({ reads: 0 });
  });

  test("neither queries, nor addresses, nor clients are in Redis, unless they are to be listed", async () => {
    await send(await open(), list([event({ verb: "post" })]));
    const dump = async () => {
      const all = await redis.keys("*");
      const values = await Promise.all(all.map((key) => redis.dump(key)));
      const hashes = await Promise.all(
        [keys.addresses(ID), keys.agents(ID)].map((key) => redis.hgetall(key)),
      );
      return JSON.stringify([all, values, hashes, await redis.zrange(keys.changes(ID), "0", "-1")]);
    };
    expect(await dump()).not.toMatch(/secrets|10\.1\.2\.3|Mozilla/);
    await send(await open(evidence(true)), list([event()]));
    expect(await dump()).toMatch(/10\.1\.2\.3.*Mozilla/);
    expect(await used()).toMatchObject({ addresses: 1, agents: 1, from: ["10.1.2.3"], by: ["Mozilla/5.0"] });
  });
});

test("each request is of one kind, by what the hub made of it", async () => {
  const forbidden = {
    annotations: { "authorization.k8s.io/decision": "forbid" },
    responseStatus: { code: 403 },
  };
  const events = [
    ...["get", "list", "watch", "head", "options"].map((verb) => event({ verb })),
    ...["create", "update", "patch", "delete", "deletecollection", "post", "put"].map((verb) =>
      event({ verb }),
    ),
    event({ verb: "post", responseStatus: { code: 500 } }),
    event(forbidden),
    event({ ...forbidden, verb: "delete" }),
  ];
  await send(await open(), list(events));
  const use = await used();
  expect(use).toMatchObject({ reads: 5, changed: 8, refused: 2 });
  expect(use?.changes.map(({ method, code }) => `${method} ${code}`)).toEqual([
    ...["POST 200", "PUT 200", "PATCH 200", "DELETE 200", "DELETE 200", "POST 200", "PUT 200", "POST 500"],
    "DELETE 403",
  ]);
});

describe("what a grant's requests took", () => {
  const reason = (binding: string) => ({
    annotations: { "authorization.k8s.io/reason": `RBAC: allowed by ClusterRoleBinding "x" of ${binding}` },
  });
  const secrets = { resource: "secrets", namespace: "default", name: "db-password", apiVersion: "v1" };
  test.each<[string, Record<string, unknown>, object[] | null]>([
    ["a path, without its query", {}, [{ verb: "get", path: "/rest-api/v1/search" }]],
    [
      "a path as it is meant",
      { requestURI: "/rest-api/v1/%63lusters" },
      [{ verb: "get", path: "/rest-api/v1/clusters" }],
    ],
    [
      "an object, without its name",
      { verb: "list", objectRef: secrets },
      [{ verb: "list", group: "", resource: "secrets" }],
    ],
    [
      "a part of one",
      {
        verb: "create",
        objectRef: { ...secrets, apiGroup: "apps", resource: "deployments", subresource: "scale" },
      },
      [{ verb: "create", group: "apps", resource: "deployments/scale" }],
    ],
    [
      "what everybody with a grant may do",
      reason('ClusterRole "system:discovery" to Group "system:authenticated"'),
      [],
    ],
    [
      "what its own binding gives",
      reason('ClusterRole "karpor-guest" to ServiceAccount "x/karpor-access"'),
      [{ verb: "get", path: "/rest-api/v1/search" }],
    ],
    ["a path that is no text", { requestURI: "/rest-api/%ff" }, null],
    ["a path that is too long", { requestURI: `/${"x".repeat(200)}` }, null],
    ["a verb that is too long", { verb: "x".repeat(21) }, null],
  ])("%s", async (_, change, rights) => {
    await send(await open(), list([event(change), event(change)]));
    expect(await evidence().rights(ID)).toEqual(rights);
    await evidence().forgetRights(ID);
    expect(await redis.exists(keys.rights(ID))).toBe(0);
    expect(await used()).toMatchObject({ last: expect.any(Number) });
  });
  test("is known whole or not at all", async () => {
    const paths = (from: number, to: number) =>
      list(Array.from({ length: to - from }, (_, i) => event({ requestURI: `/x/${from + i}` })));
    const url = await open();
    expect(await evidence().rights(ID)).toEqual([]);
    for (const body of [paths(0, 150), paths(100, 200)]) await send(url, body);
    expect(await evidence().rights(ID)).toHaveLength(200);
    await send(url, paths(199, 201));
    expect(await evidence().rights(ID)).toBeNull();
    expect(await redis.scard(keys.rights(ID))).toBe(200);
  });
  test("is not known where another version counted some of it", async () => {
    await send(await open(), list([event()]));
    await redis.hincrby(keys.use(ID), "reads", 1);
    expect(await evidence().rights(ID)).toBeNull();
  });
});

describe("how far the hub is heard", () => {
  const at = (minutes: number) => START + minutes * MINUTE;
  const gaps = async () => (await evidence().coverage()).gaps;
  test("from the first heartbeat on; what came before is not known", async () => {
    await send(await open(), list([event()]));
    expect(await evidence().coverage()).toEqual({ heard: null, sent: null, gaps: [] });
    await send(await open(), list([heartbeat(at(0))]));
    expect(await evidence().coverage()).toEqual({ heard: at(0), sent: null, gaps: [{ from: 0, to: at(0) }] });
  });
  test("a silence of more than five minutes stays known", async () => {
    const url = await open();
    for (const minutes of [0, 2, 7, 5, 13, 15]) await send(url, list([heartbeat(at(minutes))]));
    expect((await evidence().coverage()).heard).toBe(at(15));
    expect(await gaps()).toEqual([
      { from: 0, to: at(0) },
      { from: at(7), to: at(13) },
    ]);
  });
  test("by a clock that was ahead no longer than it was", async () => {
    const url = await open();
    for (const minutes of [0, 24 * 60, 5, 7]) await send(url, list([heartbeat(at(minutes))]));
    expect((await evidence().coverage()).heard).toBe(at(7));
  });
  test("another instance's heartbeat, and other writes, are none", async () => {
    const others = [
      heartbeat(at(0), { name: "karpor-access-instance-other" }),
      heartbeat(at(0), { namespace: "default" }),
      heartbeat(at(0), { subresource: "token" }),
      heartbeat(at(0), { resource: "secrets" }),
      heartbeat(at(0), {}, { verb: "get" }),
      heartbeat(at(0), {}, { requestURI: "/api/v1/x" }),
    ];
    await send(await open(), list(others));
    expect((await evidence().coverage()).heard).toBeNull();
  });
});

test("what is kept goes with the trail's time; what only tells events apart, in minutes", async () => {
  await send(await open(), list([event({ verb: "post" })]));
  const all = (await redis.keys("*")).filter((key) => key !== keys.request(ID));
  const left = new Map(await Promise.all(all.map(async (key) => [key, await redis.pttl(key)] as const)));
  expect(left.size).toBe(6);
  for (const [key, ms] of left) {
    const most = key.includes(":counted:") ? 15 * MINUTE : 400 * 24 * 60 * MINUTE;
    expect(ms).toBeGreaterThan(most - MINUTE);
    expect(ms).toBeLessThanOrEqual(most);
  }
});
