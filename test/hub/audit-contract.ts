/** What a hub's audit log tells of the bot's grants, by setup's own policy and webhook: of which requests, and as the bot reads it. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { z } from "zod";
import { systemClock } from "../../sandbox/clock.ts";
import type { AuditFiles } from "../../sandbox/hub/audit.ts";
import { type CallOptions, type HubCaller, hubClient } from "../../sandbox/hub/client.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { auditPolicy, auditWebhook } from "../../src/cli/setup/hub-audit.ts";
import { HOUR } from "../../src/domain/duration.ts";
import { secret } from "../../src/domain/secret.ts";
import { createHubClient } from "../../src/hub/client/client.ts";
import { createAnchor } from "../../src/hub/grants/anchor.ts";
import { createGrants } from "../../src/hub/grants/grants.ts";
import { heartbeat } from "../../src/hub/grants/heartbeat.ts";
import { objectName } from "../../src/hub/grants/names.ts";
import { parseKubeconfig } from "../../src/hub/kubeconfig/kubeconfig.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../helpers/bot-account.ts";
import { HUB_SECRET } from "../helpers/hub-tells.ts";
import { until } from "../helpers/redis.ts";
import { approved } from "./requests.ts";

const RBAC = "rbac.authorization.k8s.io";
const BINDINGS = `/apis/${RBAC}/v1/clusterrolebindings`;
const ACCOUNTS = `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts`;
const EVE = { kind: "ServiceAccount", name: "eve", namespace: "default" };
const MERGE = "application/merge-patch+json";
const APPLY = "application/apply-patch+yaml";

/** As much of an event as the bot reads. */
const Event = z.object({
  auditID: z.string(),
  level: z.string(),
  stage: z.literal("ResponseComplete"),
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({ username: z.string() }),
  sourceIPs: z.array(z.string()),
  userAgent: z.string().default(""),
  objectRef: z
    .object({
      apiGroup: z.string().default(""),
      namespace: z.string().optional(),
      resource: z.string(),
      name: z.string().optional(),
      subresource: z.string().optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.int() }),
  requestObject: z
    .object({
      roleRef: z.unknown().optional(),
      subjects: z.unknown().optional(),
      dryRun: z.unknown().optional(),
    })
    .optional(),
  requestReceivedTimestamp: z.string(),
  stageTimestamp: z.string(),
  annotations: z.record(z.string(), z.string()),
});
type Event = z.infer<typeof Event>;

/** The webhook's other end: keeps all that comes. */
export async function startEar() {
  const events: Event[] = [];
  const wrong: string[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString());
    if (body.kind !== "EventList" || body.apiVersion !== "audit.k8s.io/v1") wrong.push(JSON.stringify(body));
    events.push(...z.array(Event).parse(body.items));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    ...{ events, wrong },
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function auditContract(title: string, start: (files: AuditFiles) => Promise<TestHub>): void {
  describe(title, () => {
    const opened = new AsyncDisposableStack();
    let ear: Awaited<ReturnType<typeof startEar>>;
    beforeAll(async () => {
      ear = opened.adopt(await startEar(), (e) => e.stop());
      const webhook = auditWebhook({ url: ear.url, secret: secret(HUB_SECRET) });
      const hub = opened.use(await start({ policy: auditPolicy(GRANTS_NAMESPACE), webhook }));
      await perform(hub, opened);
      // Batches may overtake each other.
      const came = () => new Set(ear.events.map(({ auditID }) => auditID));
      await until(async () => AWAITED.every((name) => came().has(dashed(name))), 20_000);
    }, 90_000);
    afterAll(() => opened.disposeAsync());

    const toldOf = (name: string) => ear.events.filter(({ auditID }) => auditID === dashed(name));
    const reasonOf = ({ annotations }: Event) => annotations["authorization.k8s.io/reason"];

    it("comes as lists of events", () => expect(ear.wrong).toEqual([]));

    describe.each(Object.entries({ HOLDERS, ANYBODYS, OTHERS }))("%s", (whose, all) => {
      it.each(Object.entries(all))("%s", (name, [, path, { body }, line]) => {
        const [event, ...more] = toldOf(name);
        expect(event && lineOf(event)).toBe(line);
        expect(more).toEqual([]);
        if (!event) return;
        const isAllowed = event.annotations["authorization.k8s.io/decision"] === "allow";
        expect(event.requestURI).toBe(path);
        expect(event.user.username).toBe(WHO[whose]);
        expect(reasonOf(event)).toBe(isAllowed && whose === "HOLDERS" ? HOLDS : "");
        const isSeen = event.level === "Request" && isAllowed && typeof body === "object";
        expect(event.requestObject).toEqual(isSeen ? seen(body as object) : undefined);
      });
    });

    it.each(Object.entries(BOTS))("the bot %s", (does, lines) => {
      const events = toldOf(`the bot ${does}`);
      expect(new Set(events.map(lineOf))).toEqual(new Set(lines));
      for (const event of events) {
        const isGrants = event.requestURI === "/rest-api/v1/authn";
        expect(event.user.username).toBe(isGrants ? WHO.HOLDERS : BOT);
        expect(reasonOf(event)).toBe(isGrants ? HOLDS : event.objectRef?.apiGroup === RBAC ? BINDS : GIVES);
      }
    });

    it("says when, from where, and by which client", () => {
      // The API server's own are called by numbers.
      const ours = ear.events.filter(({ auditID }) => !/\d/.test(auditID));
      for (const { requestReceivedTimestamp: received, stageTimestamp: ended, ...event } of ours) {
        for (const time of [received, ended]) expect(time).toMatch(/^[\d-]+T[\d:]+\.\d{6}Z$/);
        expect(ended >= received).toBe(true);
        expect(event.sourceIPs).toEqual(["127.0.0.1"]);
        expect(event.userAgent).toBe(/^the-bot/.test(event.auditID) ? "" : "undici");
      }
    });
  });
}

/** A name of several words as an auditID may be. */
const dashed = (words: string): string => words.replaceAll(" ", "-");

/** What Karpor alone serves has an answer of its own there. */
function lineOf({ level, verb, requestURI, objectRef, responseStatus, annotations }: Event): string {
  const { namespace, resource, name, subresource } = objectRef ?? {};
  const what = objectRef
    ? [namespace, resource, name, subresource].filter((part) => part !== undefined).join("/")
    : "path";
  const decision = annotations["authorization.k8s.io/decision"];
  const isKarpors = requestURI.startsWith("/rest-api") && decision === "allow";
  return `${level} ${verb} ${what}: ${decision}, ${isKarpors ? "served" : responseStatus.code}`;
}

function seen({ roleRef, subjects, dryRun }: { roleRef?: unknown; subjects?: unknown; dryRun?: unknown }) {
  return JSON.parse(JSON.stringify({ roleRef, subjects, dryRun }));
}

const { signal } = new AbortController();
const request = approved({ role: "admin", clusterRole: "karpor-admin" });
const account = objectName(request);

const BOT = "system:serviceaccount:karpor-access-system:karpor-access";
const WHO: Record<string, string> = {
  HOLDERS: `system:serviceaccount:${GRANTS_NAMESPACE}:${account}`,
  ANYBODYS: "system:anonymous",
  OTHERS: "karpor-admin",
};
const HOLDS = `RBAC: allowed by ClusterRoleBinding "${account}" of ClusterRole "karpor-admin" to ServiceAccount "${account}/karpor-access"`;
const GIVES =
  'RBAC: allowed by RoleBinding "karpor-access-grants/karpor-access" of Role "karpor-access-grants" to ServiceAccount "karpor-access/karpor-access-system"';
const BINDS =
  'RBAC: allowed by ClusterRoleBinding "karpor-access" of ClusterRole "karpor-access" to ServiceAccount "karpor-access/karpor-access-system"';

/** Everybody does what they do on a hub; each request bears the name under which it is told. */
async function perform(hub: TestHub, opened: AsyncDisposableStack): Promise<void> {
  const access = parseKubeconfig(await botKubeconfig(hub));
  const caller = (who?: typeof hub.admin) => opened.adopt(hubClient(hub, who), (ask) => ask.close());
  const [admin, anybody] = [caller(hub.admin), caller()];

  let doing = "";
  const client = opened.adopt(createHubClient(access, { nameWrite: () => doing }), (c) => c.close());
  const bots = { client, instance: "test", namespace: GRANTS_NAMESPACE };
  const grants = createGrants({ ...bots, clock: systemClock(), nameLook: () => doing });
  const bot = <T>(does: string, run: () => Promise<T>) => {
    doing = dashed(`the bot ${does}`);
    return run();
  };
  await bot("remembers", () => createAnchor(bots).write({ epoch: 1 }, null, signal));
  await bot("beats", () => heartbeat(bots, signal));
  await bot("gives", () => grants.create(request, signal));
  const { token } = await bot("mints", () => grants.mint(request, HOUR, signal));
  // A real one learns of a binding a moment later, and refuses it meanwhile.
  await until(async () => (await bot("waits", () => grants.check(token, signal))) === "good");
  await bot("looks", () => grants.check(token, signal));
  await bot("lists", () => grants.list(signal));

  const all = async (ask: HubCaller, asks: Requests, more: CallOptions = {}) => {
    for (const [name, [method, path, asking]] of Object.entries(asks))
      await ask(method, path, { ...more, ...asking, auditId: dashed(name) });
  };
  await all(anybody, HOLDERS, { token: token.reveal() });
  await all(anybody, ANYBODYS);
  await all(admin, OTHERS);

  await bot("unbinds", () => grants.removeBinding(request, {}, signal));
  await bot("removes", () => grants.removeAccount(request, {}, signal));
  await admin("POST", ACCOUNTS, { body: { metadata: { name: "last" } }, auditId: "the-last" });
}

const BOTS: Record<string, string[]> = {
  remembers: ["Metadata create karpor-access/serviceaccounts/karpor-access-instance-test: allow, 201"],
  beats: ["Metadata patch karpor-access/serviceaccounts/karpor-access-instance-test: allow, 200"],
  gives: [
    `Metadata create karpor-access/serviceaccounts/${account}: allow, 201`,
    `Request create clusterrolebindings/${account}: allow, 201`,
  ],
  mints: [`Metadata create karpor-access/serviceaccounts/${account}/token: allow, 201`],
  looks: ["Metadata get path: allow, served"],
  lists: [],
  unbinds: [`Request delete clusterrolebindings/${account}: allow, 200`],
  removes: [`Metadata delete karpor-access/serviceaccounts/${account}: allow, 200`],
};

/** `told`: undefined where nothing is told of it. */
type Requests = Record<string, [method: string, path: string, asking: CallOptions, told?: string]>;

const HOLDERS: Requests = {
  "reads a page": [
    "GET",
    "/rest-api/v1/clusters?name=what+they+search",
    {},
    "Metadata get path: allow, served",
  ],
  "reads a path that is encoded": [
    "GET",
    "/rest-api/v1/cluster/a%20b",
    {},
    "Metadata get path: allow, served",
  ],
  "asks for a head": ["HEAD", "/rest-api/v1/clusters", {}, "Metadata head path: forbid, 403"],
  changes: ["POST", "/rest-api/v1/cluster/prod?dry=1", { body: {} }, "Metadata post path: allow, served"],
  patches: ["PATCH", "/rest-api/v1/cluster/prod", { body: {} }, "Metadata patch path: allow, served"],
  "is refused a path": ["POST", "/rest-api/v1/search", {}, "Metadata post path: forbid, 403"],
  "is refused an object": [
    ...(["GET", "/api/v1/namespaces/default/secrets/db", {}] as const),
    "Metadata get default/secrets/db: forbid, 403",
  ],
  "is refused a list": ["GET", "/api/v1/secrets?limit=1", {}, "Metadata list secrets: forbid, 403"],
  "is refused a watch": ["GET", "/api/v1/secrets?watch=true", {}, "Metadata watch secrets: forbid, 403"],
  "is refused a token": [
    ...(["POST", `${ACCOUNTS}/other/token`, { body: { spec: {} } }] as const),
    "Metadata create karpor-access/serviceaccounts/other/token: forbid, 403",
  ],
  "is refused a binding": [
    ...(["POST", BINDINGS, bound("theirs")] as const),
    "Request create clusterrolebindings: forbid, 403",
  ],
  "is refused all bindings": [
    ...(["DELETE", BINDINGS, {}] as const),
    "Request deletecollection clusterrolebindings: forbid, 403",
  ],
};

const ANYBODYS: Requests = {
  "anybody reads": ["GET", "/rest-api/v1/clusters", {}],
  "anybody binds": [
    ...(["POST", BINDINGS, bound("theirs")] as const),
    "Request create clusterrolebindings: forbid, 403",
  ],
  "a dead token reads": ["GET", "/rest-api/v1/clusters", { token: "dead" }],
  "a dead token binds": ["POST", BINDINGS, { token: "dead", body: binding("theirs") }],
};

const OTHERS: Requests = {
  "others read": ["GET", BINDINGS, {}],
  "others change a cluster": ["POST", "/rest-api/v1/cluster/prod", {}],
  "others make a namespace": ["POST", "/api/v1/namespaces", { body: { metadata: { name: "theirs" } } }],
  "others bind in a namespace": ["POST", `/apis/${RBAC}/v1/namespaces/default/rolebindings`, bound("theirs")],
  "others would bind": [
    ...(["POST", `${BINDINGS}?dryRun=All`, bound("theirs")] as const),
    "Request create clusterrolebindings/theirs: allow, 201",
  ],
  "others bind": ["POST", BINDINGS, bound("theirs"), "Request create clusterrolebindings/theirs: allow, 201"],
  "others bind past it": [
    ...(["POST", `${BINDINGS}?x=?dryRun=All`, bound("past")] as const),
    "Request create clusterrolebindings/past: allow, 201",
  ],
  "others unbind past it": [
    ...([
      "DELETE",
      `${BINDINGS}/past?dryRun=All`,
      { body: { kind: "DeleteOptions", apiVersion: "v1" } },
    ] as const),
    "Request delete clusterrolebindings/past: allow, 200",
  ],
  "others find it unbound": [
    ...(["DELETE", `${BINDINGS}/past`, {}] as const),
    "Request delete clusterrolebindings/past: allow, 404",
  ],
  "others bind again": [
    ...(["POST", BINDINGS, bound("theirs")] as const),
    "Request create clusterrolebindings/theirs: allow, 409",
  ],
  "others bind by any name": [
    ...(["POST", BINDINGS, { body: { ...binding(""), metadata: { generateName: "any-" } } }] as const),
    "Request create clusterrolebindings: allow, 201",
  ],
  "others bind nonsense": [
    ...(["POST", BINDINGS, { body: "{" }] as const),
    "Request create clusterrolebindings: allow, 400",
  ],
  "others bind whom": [
    ...(["PATCH", `${BINDINGS}/theirs`, { body: { subjects: [EVE, EVE] }, type: MERGE }] as const),
    "Metadata patch clusterrolebindings/theirs: allow, 200",
  ],
  // The batch of what no JSON can say would be lost, with all that others did then.
  "others patch nonsense": [
    ...(["PATCH", `${BINDINGS}/theirs`, { body: "{", type: MERGE }] as const),
    "Metadata patch clusterrolebindings/theirs: allow, 400",
  ],
  "others patch a role with nonsense": [
    ...(["PATCH", `/apis/${RBAC}/v1/clusterroles/karpor-guest`, { body: "{", type: MERGE }] as const),
    "Metadata patch clusterroles/karpor-guest: allow, 400",
  ],
  "others apply": [
    ...(["PATCH", `${BINDINGS}/applied?fieldManager=they`, applied("applied")] as const),
    "Metadata patch clusterrolebindings/applied: allow, 201",
  ],
  "others bind anew": [
    ...(["PUT", `${BINDINGS}/theirs`, bound("theirs")] as const),
    "Request update clusterrolebindings/theirs: allow, 200",
  ],
  "others would unbind": [
    ...(["DELETE", `${BINDINGS}/theirs`, { body: { dryRun: ["All"] } }] as const),
    "Request delete clusterrolebindings/theirs: allow, 200",
  ],
  "others unbind": [
    ...(["DELETE", `${BINDINGS}/theirs`, {}] as const),
    "Request delete clusterrolebindings/theirs: allow, 200",
  ],
  "others unbind again": [
    ...(["DELETE", `${BINDINGS}/theirs`, {}] as const),
    "Request delete clusterrolebindings/theirs: allow, 404",
  ],
  "others bind by an update": [
    ...(["PUT", `${BINDINGS}/put`, bound("put")] as const),
    "Request update clusterrolebindings/put: allow, 201",
  ],
  "others unbind many": [
    ...(["DELETE", `${BINDINGS}?labelSelector=nobodys=1`, {}] as const),
    "Request deletecollection clusterrolebindings: allow, 200",
  ],
  "others make a role": [
    ...([
      "POST",
      `/apis/${RBAC}/v1/clusterroles`,
      { body: { metadata: { name: "theirs" }, rules: [] } },
    ] as const),
    "Metadata create clusterroles/theirs: allow, 201",
  ],
  "others make an account": [
    ...(["POST", ACCOUNTS, { body: { metadata: { name: "theirs" } } }] as const),
    "Metadata create karpor-access/serviceaccounts/theirs: allow, 201",
  ],
  "others make one elsewhere": [
    ...([
      "POST",
      "/api/v1/namespaces/default/serviceaccounts",
      { body: { metadata: { name: "theirs" } } },
    ] as const),
    "Metadata create default/serviceaccounts/theirs: allow, 201",
  ],
  "others mint": [
    ...(["POST", `${ACCOUNTS}/theirs/token`, { body: { spec: {} } }] as const),
    "Metadata create karpor-access/serviceaccounts/theirs/token: allow, 201",
  ],
  "others mint for a grant": [
    ...(["POST", `${ACCOUNTS}/${account}/token`, { body: { spec: {} } }] as const),
    `Metadata create karpor-access/serviceaccounts/${account}/token: allow, 201`,
  ],
  "others remove an account": [
    ...(["DELETE", `${ACCOUNTS}/theirs`, {}] as const),
    "Metadata delete karpor-access/serviceaccounts/theirs: allow, 200",
  ],
};

const AWAITED = [
  ...Object.entries(BOTS).flatMap(([does, lines]) => (lines.length > 0 ? `the bot ${does}` : [])),
  ...Object.entries({ ...HOLDERS, ...ANYBODYS, ...OTHERS }).flatMap(([name, { 3: told }]) =>
    told ? name : [],
  ),
  "the last",
];

function binding(name: string) {
  const roleRef = { apiGroup: RBAC, kind: "ClusterRole", name: "karpor-guest" };
  return { metadata: { name }, roleRef, subjects: [EVE] };
}

function bound(name: string): CallOptions {
  return { body: binding(name) };
}

function applied(name: string): CallOptions {
  const body = stringify({ apiVersion: `${RBAC}/v1`, kind: "ClusterRoleBinding", ...binding(name) });
  return { body, type: APPLY };
}
