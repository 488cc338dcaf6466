/** Requests and what a hub answers them with: one table for the stand-in and the real API server. */
import type { CallOptions, HubReply } from "../../sandbox/hub/client.ts";
import { ACCOUNTS, accountObject, BINDINGS, bindingObject, type HubWorld, RBAC } from "./hub-fixture.ts";

export interface Row {
  what: string;
  ask(world: HubWorld): Promise<HubReply>;
  status: number;
  reason?: string;
  message?: string | RegExp;
  details?: object;
  warning?: string;
}

const RBAC_GROUP = "rbac.authorization.k8s.io";
const create = (metadata: object) => ({ body: accountObject(metadata) });
const merge = (body: unknown): CallOptions => ({ body, type: "application/merge-patch+json" });
const jsonPatch = (body: unknown): CallOptions => ({ body, type: "application/json-patch+json" });
const token = (spec: object): CallOptions => ({ body: { spec } });
const bind = (body: object): CallOptions => ({ body });
const rules = (rule: object): CallOptions => ({ body: { metadata: { name: "r" }, rules: [rule] } });
const selector = (text: string) => `${ACCOUNTS}?labelSelector=${encodeURIComponent(text)}`;

/** Makes an account of that name first. */
const having =
  (name: string, ask: (world: HubWorld) => Promise<HubReply>, metadata = {}) =>
  async (world: HubWorld) => {
    await world.admin("POST", ACCOUNTS, create({ name, ...metadata }));
    return ask(world);
  };
const as =
  (who: "admin" | "nobody" | "bot", method: string, path: string, asking?: CallOptions) =>
  (world: HubWorld) =>
    world[who](method, path, asking);

const refusals: Row[] = [
  {
    what: "a name in capitals",
    ask: as("admin", "POST", ACCOUNTS, create({ name: "Guest" })),
    ...{
      status: 422,
      reason: "Invalid",
      message: /^ServiceAccount "Guest" is invalid: metadata.name: Invalid value/,
    },
  },
  {
    what: "a name of 254 characters",
    ask: as("admin", "POST", ACCOUNTS, create({ name: "a".repeat(254) })),
    ...{ status: 422, reason: "Invalid", message: /must be no more than 253 characters$/ },
  },
  {
    what: "no name",
    ask: as("admin", "POST", ACCOUNTS, create({})),
    ...{ status: 422, reason: "Invalid", message: /name or generateName is required$/ },
  },
  {
    what: "a label value with a space",
    ask: as("admin", "POST", ACCOUNTS, create({ name: "l", labels: { why: "on call" } })),
    ...{
      status: 422,
      reason: "Invalid",
      message: /metadata.labels: Invalid value: "on call": a valid label/,
    },
  },
  {
    what: "a label value that is an ISO time",
    ask: as("admin", "POST", ACCOUNTS, create({ name: "l", labels: { until: "2026-11-25T10:00:00Z" } })),
    ...{ status: 422, reason: "Invalid" },
  },
  {
    what: "a label value of 64 characters",
    ask: as("admin", "POST", ACCOUNTS, create({ name: "l", labels: { id: "a".repeat(64) } })),
    ...{ status: 422, reason: "Invalid", message: /must be no more than 63 bytes$/ },
  },
  {
    what: "a label that is a number",
    ask: as("admin", "POST", ACCOUNTS, create({ name: "l", labels: { generation: 1 } })),
    ...{ status: 400, reason: "BadRequest" },
  },
  {
    what: "annotations of more than 256 KiB",
    ask: as("admin", "POST", ACCOUNTS, create({ name: "l", annotations: { reason: "x".repeat(262_144) } })),
    ...{ status: 422, reason: "Invalid", message: /may not be more than 262144 bytes$/ },
  },
  {
    what: "another namespace than the path's",
    ask: as("admin", "POST", ACCOUNTS, create({ name: "l", namespace: "other" })),
    ...{ status: 400, reason: "BadRequest" },
  },
  {
    what: "a body that is no JSON",
    ask: as("admin", "POST", ACCOUNTS, { body: "{" }),
    ...{ status: 400, reason: "BadRequest" },
  },
  {
    what: "a name that is taken",
    ask: having("taken", as("admin", "POST", ACCOUNTS, create({ name: "taken" }))),
    ...{ status: 409, reason: "AlreadyExists", message: 'serviceaccounts "taken" already exists' },
  },
  {
    what: "an account that is not there",
    ask: as("admin", "GET", `${ACCOUNTS}/none`),
    ...{ status: 404, reason: "NotFound", message: 'serviceaccounts "none" not found' },
    details: { name: "none", kind: "serviceaccounts" },
  },
  {
    what: "a binding that is not there",
    ask: as("admin", "GET", `${BINDINGS}/none`),
    ...{ status: 404, reason: "NotFound" },
    details: { name: "none", group: RBAC_GROUP, kind: "clusterrolebindings" },
  },
  {
    what: "a role that is not there",
    ask: as("admin", "GET", `${RBAC}/clusterroles/none`),
    ...{ status: 404, reason: "NotFound" },
    details: { name: "none", group: RBAC_GROUP, kind: "clusterroles" },
  },
  {
    what: "a kind of object that does not exist",
    ask: as("admin", "GET", "/api/v1/namespaces/grants/nothings"),
    ...{ status: 404, reason: "NotFound", message: "the server could not find the requested resource" },
    details: {},
  },
  {
    what: "a selector that cannot be read",
    ask: as("admin", "GET", selector("a in (b")),
    ...{ status: 400, reason: "BadRequest" },
  },
  {
    what: "a field selector on what is no field",
    ask: as("admin", "GET", `${ACCOUNTS}?fieldSelector=metadata.uid%3Dnone`),
    ...{ status: 400, reason: "BadRequest" },
  },
  {
    what: "a page token that was never given",
    ask: as("admin", "GET", `${ACCOUNTS}?limit=1&continue=never`),
    ...{ status: 400, reason: "BadRequest" },
  },
  {
    what: "a method that is not allowed",
    ask: as("admin", "PUT", ACCOUNTS, { body: {} }),
    ...{ status: 405, reason: "MethodNotAllowed" },
    reason: "MethodNotAllowed",
  },
];

const writes: Row[] = [
  {
    what: "a dry run of another kind",
    ask: as("admin", "POST", `${ACCOUNTS}?dryRun=Some`, create({ name: "w1" })),
    ...{
      status: 422,
      reason: "Invalid",
      message: /dryRun: Unsupported value: \["Some"\]: supported values: "All"$/,
    },
  },
  {
    what: "a new account with a resourceVersion",
    ask: as("admin", "POST", ACCOUNTS, create({ name: "w2", resourceVersion: "5" })),
    status: 500,
    message: "resourceVersion should not be set on objects to be created",
  },
  {
    what: "a list as of no resourceVersion",
    ask: as("admin", "GET", `${ACCOUNTS}?resourceVersion=soon`),
    ...{ status: 400, reason: "BadRequest", message: /parsing "soon": invalid syntax$/ },
  },
  {
    what: "a selector of more than a label can hold",
    ask: as("admin", "GET", selector(`a=${"b".repeat(64)}`)),
    ...{ status: 400, reason: "BadRequest", message: /must be no more than 63 bytes$/ },
  },
];

const deletions: Row[] = [
  {
    what: "an account under another uid",
    ask: having(
      "other-uid",
      as("admin", "DELETE", `${ACCOUNTS}/other-uid`, { body: { preconditions: { uid: "no" } } }),
    ),
    ...{ status: 409, reason: "Conflict", message: /the UID in the precondition \(no\) does not match/ },
  },
  {
    what: "an account that is not there",
    ask: as("admin", "DELETE", `${ACCOUNTS}/none`),
    status: 404,
    reason: "NotFound",
    details: { name: "none", kind: "serviceaccounts" },
  },
  {
    what: "a binding that is not there",
    ask: as("admin", "DELETE", `${BINDINGS}/none`),
    status: 404,
    reason: "NotFound",
    details: { name: "none", group: RBAC_GROUP, kind: "clusterrolebindings" },
  },
  {
    what: "a policy that does not exist",
    ask: having("sideways", as("admin", "DELETE", `${ACCOUNTS}/sideways?propagationPolicy=Sideways`)),
    ...{ status: 422, reason: "Invalid" },
  },
];

const patches: Row[] = [
  {
    what: "another name",
    ask: having("p1", as("admin", "PATCH", `${ACCOUNTS}/p1`, merge({ metadata: { name: "p2" } }))),
    ...{ status: 400, reason: "BadRequest" },
  },
  {
    what: "another uid",
    ask: having("p2", as("admin", "PATCH", `${ACCOUNTS}/p2`, merge({ metadata: { uid: "no" } }))),
    ...{ status: 422, reason: "Invalid", message: /metadata.uid: Invalid value: "no": field is immutable$/ },
  },
  {
    what: "an outdated resourceVersion",
    ask: having("p3", as("admin", "PATCH", `${ACCOUNTS}/p3`, merge({ metadata: { resourceVersion: "1" } }))),
    ...{ status: 409, reason: "Conflict", message: /the object has been modified/ },
  },
  {
    what: "no resourceVersion, said as an empty one",
    ask: having("p6", as("admin", "PATCH", `${ACCOUNTS}/p6`, merge({ metadata: { resourceVersion: "" } }))),
    status: 200,
  },
  {
    what: "a further finalizer on what is being deleted",
    ask: having(
      "p7",
      async (world) => {
        await world.admin("DELETE", `${ACCOUNTS}/p7`);
        const finalizers = ["example.com/one", "example.com/two"];
        return world.admin("PATCH", `${ACCOUNTS}/p7`, merge({ metadata: { finalizers } }));
      },
      { finalizers: ["example.com/one"] },
    ),
    ...{
      status: 422,
      reason: "Invalid",
      message: /metadata.finalizers: Forbidden: no new finalizers .* \[\]string\{"example.com\/two"\}$/,
    },
  },
  {
    what: "a JSON patch whose test fails",
    ask: having(
      "p4",
      as("admin", "PATCH", `${ACCOUNTS}/p4`, jsonPatch([{ op: "test", path: "/kind", value: "x" }])),
    ),
    ...{ status: 422, reason: "Invalid" },
  },
  {
    what: "a patch of no known type",
    ask: having("p5", as("admin", "PATCH", `${ACCOUNTS}/p5`, { body: {} })),
    ...{ status: 415, reason: "UnsupportedMediaType" },
  },
  {
    what: "an account that is not there",
    ask: as("admin", "PATCH", `${ACCOUNTS}/none`, merge({ metadata: { labels: { a: "b" } } })),
    ...{ status: 404, reason: "NotFound" },
  },
];

const put = (name: string, metadata: object = {}): CallOptions => {
  const { metadata: named, ...binding } = bindingObject(name, "karpor-guest");
  return { body: { ...binding, metadata: { ...named, ...metadata } } };
};

const updates: Row[] = [
  {
    what: "a binding that is not there is made, whatever version it is said to be",
    ask: as("admin", "PUT", `${BINDINGS}/u1`, put("u1", { resourceVersion: "5" })),
    status: 201,
  },
  {
    what: "a binding that stands",
    ask: as("admin", "PUT", `${BINDINGS}/u1`, put("u1")),
    status: 200,
  },
  {
    what: "a binding that was there under that uid, and is not now",
    ask: as("admin", "PUT", `${BINDINGS}/u2`, put("u2", { uid: "before" })),
    ...{ status: 409, reason: "Conflict", message: /UID in precondition: before, UID in object meta: $/ },
  },
  {
    what: "a binding that was made anew",
    ask: as("admin", "PUT", `${BINDINGS}/bot`, put("bot", { uid: "before" })),
    ...{ status: 409, reason: "Conflict", message: /UID in precondition: before, UID in object meta: .+$/ },
  },
  {
    what: "another name than the path's",
    ask: as("admin", "PUT", `${BINDINGS}/u2`, put("other")),
    ...{ status: 400, reason: "BadRequest" },
  },
  {
    what: "a role that is not there",
    ask: as("admin", "PUT", `${RBAC}/clusterroles/u3`, { body: { metadata: { name: "u3" }, rules: [] } }),
    status: 201,
  },
  {
    what: "an account that is not there is not made",
    ask: as("admin", "PUT", `${ACCOUNTS}/none`, create({ name: "none" })),
    ...{ status: 404, reason: "NotFound" },
    details: { name: "none", kind: "serviceaccounts" },
  },
  {
    what: "a role that is not there, by whoever may update roles and not make them",
    ask: as("bot", "PUT", `${RBAC}/namespaces/grants/roles/u4`, {
      body: { metadata: { name: "u4" }, rules: [] },
    }),
    ...{
      status: 403,
      reason: "Forbidden",
      message: /"u4" is forbidden: User .* cannot create resource "roles"/,
    },
  },
];

const tokens: Row[] = [
  {
    what: "599 seconds",
    ask: having("t1", as("admin", "POST", `${ACCOUNTS}/t1/token`, token({ expirationSeconds: 599 }))),
    ...{ status: 422, reason: "Invalid", message: /may not specify a duration less than 10 minutes$/ },
  },
  {
    what: "more than 2^32 seconds",
    ask: having("t1", as("admin", "POST", `${ACCOUNTS}/t1/token`, token({ expirationSeconds: 2 ** 32 + 1 }))),
    ...{ status: 422, reason: "Invalid", message: /may not specify a duration larger than 2\^32 seconds$/ },
  },
  {
    what: "9000 hours, shortened to a year",
    ask: having("t1", as("admin", "POST", `${ACCOUNTS}/t1/token`, token({ expirationSeconds: 32_400_000 }))),
    ...{
      status: 201,
      warning: '299 - "requested expiration of 32400000 seconds shortened to 31536000 seconds"',
    },
  },
  {
    what: "a secret to bind to that is not there",
    ask: having(
      "t1",
      as("admin", "POST", `${ACCOUNTS}/t1/token`, token({ boundObjectRef: { kind: "Secret", name: "no" } })),
    ),
    ...{ status: 404, reason: "NotFound", message: 'secrets "no" not found' },
  },
  {
    what: "an account that is not there",
    ask: as("admin", "POST", `${ACCOUNTS}/none/token`, token({})),
    ...{ status: 404, reason: "NotFound" },
  },
  {
    what: "audiences that are no list",
    ask: having("t1", as("admin", "POST", `${ACCOUNTS}/t1/token`, token({ audiences: "karpor" }))),
    ...{ status: 400, reason: "BadRequest" },
  },
  {
    what: "another namespace than the path's",
    ask: having(
      "t1",
      as("admin", "POST", `${ACCOUNTS}/t1/token`, { body: { metadata: { namespace: "other" }, spec: {} } }),
    ),
    ...{ status: 400, reason: "BadRequest", message: /does not match the namespace sent on the request$/ },
  },
  {
    what: "a secret to bind to that was made anew",
    ask: having("t1", async (world) => {
      await world.admin("POST", "/api/v1/namespaces/grants/secrets", {
        body: { metadata: { name: "anew" } },
      });
      const boundObjectRef = { kind: "Secret", name: "anew", uid: "before" };
      return world.admin("POST", `${ACCOUNTS}/t1/token`, token({ boundObjectRef }));
    }),
    ...{ status: 409, reason: "Conflict", message: /The object might have been deleted and then recreated$/ },
  },
  {
    what: "another account than the one the rule names",
    ask: having("t1", as("bot", "POST", `${ACCOUNTS}/t1/token`, token({}))),
    ...{
      status: 403,
      reason: "Forbidden",
      message: /cannot create resource "serviceaccounts\/token" in API group ""/,
    },
  },
  {
    what: "the bot's own, which its rule names",
    ask: as("bot", "POST", "/api/v1/namespaces/bots/serviceaccounts/bot/token", token({})),
    status: 201,
  },
];

const rights: Row[] = [
  {
    what: "nobody reads accounts",
    ask: as("nobody", "GET", ACCOUNTS),
    ...{ status: 403, reason: "Forbidden" },
    message:
      'serviceaccounts is forbidden: User "system:anonymous" cannot list resource "serviceaccounts" in API group "" in the namespace "grants"',
  },
  {
    what: "the bot reads a path it has no right to",
    ask: as("bot", "POST", "/rest-api/v1/cluster/prod", { body: {} }),
    ...{ status: 403, reason: "Forbidden" },
    message: 'forbidden: User "system:serviceaccount:bots:bot" cannot post path "/rest-api/v1/cluster/prod"',
  },
  {
    what: "a token that is none",
    ask: as("nobody", "GET", "/version", { token: "none" }),
    ...{ status: 401, reason: "Unauthorized", message: "Unauthorized" },
  },
  {
    what: "a certificate counts more than a bad token",
    ask: as("admin", "GET", "/version", { token: "none" }),
    status: 200,
  },
  {
    what: "the bot binds the role it may bind",
    ask: as("bot", "POST", BINDINGS, bind(bindingObject("b1", "karpor-guest"))),
    status: 201,
  },
  {
    what: "the bot binds a role it may not bind",
    ask: as("bot", "POST", BINDINGS, bind(bindingObject("b2", "karpor-admin"))),
    ...{
      status: 403,
      reason: "Forbidden",
      message: /is attempting to grant RBAC permissions not currently held:\n/,
    },
  },
  {
    what: "the bot binds a role it may not bind, under a name that is taken",
    ask: as("bot", "POST", BINDINGS, bind(bindingObject("bot", "karpor-admin"))),
    ...{ status: 403, reason: "Forbidden" },
  },
  {
    what: "the bot binds a role that does not exist",
    ask: as("bot", "POST", BINDINGS, bind(bindingObject("b3", "none"))),
    ...{
      status: 404,
      reason: "NotFound",
      message: 'clusterrolebindings.rbac.authorization.k8s.io "none" not found',
    },
    details: { name: "none", group: RBAC_GROUP, kind: "clusterrolebindings" },
  },
  {
    what: "an administrator binds a role that does not exist",
    ask: as("admin", "POST", BINDINGS, bind(bindingObject("b4", "none"))),
    status: 201,
  },
  {
    what: "a binding whose role changes",
    ask: as("admin", "PATCH", `${BINDINGS}/bot`, merge({ roleRef: { name: "karpor-admin" } })),
    ...{ status: 422, reason: "Invalid", message: /roleRef: Invalid value: .*cannot change roleRef$/ },
  },
  {
    what: "a binding to an account without its namespace",
    ask: as(
      "admin",
      "POST",
      BINDINGS,
      bind(bindingObject("b5", "karpor-guest", [{ kind: "ServiceAccount", name: "a" }])),
    ),
    ...{ status: 422, reason: "Invalid", message: /subjects\[0\].namespace: Required value$/ },
  },
  {
    what: "the bot makes a role with more than it has",
    ask: as("bot", "POST", `${RBAC}/clusterroles`, rules({ nonResourceURLs: ["/x"], verbs: ["get"] })),
    ...{
      status: 403,
      reason: "Forbidden",
      message: /not currently held:\n\{NonResourceURLs:\["\/x"\], Verbs:\["get"\]\}/,
    },
  },
  {
    what: "a role in a namespace for paths",
    ask: as(
      "admin",
      "POST",
      `${RBAC}/namespaces/grants/roles`,
      rules({ nonResourceURLs: ["/x"], verbs: ["get"] }),
    ),
    ...{ status: 422, reason: "Invalid", message: /namespaced rules cannot apply to non-resource URLs$/ },
  },
];

export const table = { refusals, writes, deletions, patches, updates, tokens, rights };
