/** What the survey takes for the bot's own, and what not: looked at with the bot's own rights. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type JumpClock, jumpClock } from "../../sandbox/clock.ts";
import { type HubCaller as Admin, hubClient } from "../../sandbox/hub/client.ts";
import { type LocalHub, startLocalHub } from "../../sandbox/hub/index.ts";
import { setupLabels } from "../../src/hub/bot-account.ts";
import { createHubClient, type HubClient } from "../../src/hub/client/client.ts";
import { surveyHub } from "../../src/hub/grants/foreign.ts";
import { createGrants } from "../../src/hub/grants/grants.ts";
import { isNamedBot } from "../../src/hub/grants/named-bot.ts";
import { instanceAccount, labels, objectName } from "../../src/hub/grants/names.ts";
import { canaryInstance, doctorInstance, type ForeignScope } from "../../src/hub/grants/whose.ts";
import { parseKubeconfig } from "../../src/hub/kubeconfig/kubeconfig.ts";
import { botKubeconfig, GRANTS_NAMESPACE } from "../helpers/bot-account.ts";
import { approved } from "./requests.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const clock: JumpClock = jumpClock();
let hub: LocalHub;
let admin: Admin;
let client: HubClient;
beforeAll(async () => {
  hub = await startLocalHub({ clock });
  admin = hubClient(hub, hub.admin);
  client = createHubClient(parseKubeconfig(await botKubeconfig(hub)));
});
afterAll(async () => {
  await client.close();
  await admin.close();
  await hub.stop();
});

const scope = (over: Partial<ForeignScope> = {}): ForeignScope => ({
  ...{ client, clock, instance: "production", namespace: GRANTS_NAMESPACE },
  ...{ clusterRoles: ["karpor-guest"], known: [], instances: [] },
  ...over,
});
const survey = (over: Partial<ForeignScope> = {}) => surveyHub(scope(over));
const foreign = async (over: Partial<ForeignScope> = {}) =>
  (await survey(over)).foreign.map(({ name }) => name).toSorted();
const grants = (instance = "production", namespace = GRANTS_NAMESPACE, as = client) =>
  createGrants({ client: as, instance, namespace, clock });
const { signal } = new AbortController();

const account = (namespace: string, name: string) => ({ kind: "ServiceAccount", name, namespace });
const makeAccount = (name: string, metadata: object = {}) =>
  admin("POST", `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts`, {
    body: { metadata: { name, ...metadata } },
  });
const bind = (name: string, clusterRole: string, subjects: object[], metadata: object = {}) =>
  admin("POST", `${RBAC}/clusterrolebindings`, {
    body: {
      metadata: { name, ...metadata },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: clusterRole },
      subjects,
    },
  });
const clear = async () => {
  const { serviceAccounts, clusterRoleBindings } = await hub.objects();
  for (const { metadata } of serviceAccounts)
    if (metadata.namespace === GRANTS_NAMESPACE)
      await admin("DELETE", `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts/${metadata.name}`);
  for (const { metadata } of clusterRoleBindings)
    if (!["anonymous", "karpor-access"].includes(metadata.name))
      await admin("DELETE", `${RBAC}/clusterrolebindings/${metadata.name}`);
};
beforeEach(clear);

describe("is the bot's own, or not its affair", () => {
  it("a grant, the instance's own account, the bot's account, other roles, and who is bound to nothing", async () => {
    await grants().create(approved(), signal);
    await makeAccount(instanceAccount("production"), {
      labels: { "karpor-access.io/instance": "production" },
    });
    await makeAccount("default");
    await bind("theirs", "cluster-admin", [account("kube-system", "root")]);
    await bind("nobody", "karpor-guest", []);
    expect(await survey()).toEqual({
      foreign: [],
      known: [],
      elsewhere: [],
      others: [],
      bots: ["karpor-access"],
    });
  });

  it("an account of hub.known with a role of the catalog, alone or with others of them", async () => {
    const [guest, admins] = [account("default", "karpor-guest"), account("default", "karpor-admin")];
    await bind("one", "karpor-guest", [guest]);
    await bind("two", "karpor-guest", [guest, admins]);
    expect(await foreign()).toEqual(["one", "two"]);
    expect(await foreign({ known: ["default/karpor-guest"] })).toEqual(["two"]);
    expect(await foreign({ known: ["default/karpor-guest", "default/karpor-admin"] })).toEqual([]);
  });

  it("what doctor tries the hub with, for some minutes", async () => {
    const mine = grants(doctorInstance("production"));
    const canary = approved();
    await mine.create(canary, signal);
    expect(await foreign()).toEqual([]);
    expect(await foreign({ strict: true })).toEqual([objectName(canary), objectName(canary)]);
    clock.jump(6 * 60_000);
    expect(await foreign()).toEqual([objectName(canary), objectName(canary)]);
  });
});

describe("is foreign", () => {
  it("what is labelled like doctor's or the canary's try, and gives another role than theirs", async () => {
    const forged = approved({ clusterRole: "karpor-admin" });
    await grants(canaryInstance("production")).create(forged, signal);
    expect(await foreign({ clusterRoles: ["karpor-guest", "karpor-admin"] })).toEqual([objectName(forged)]);
    expect(await foreign({ clusterRoles: ["karpor-admin", "karpor-guest"] })).toEqual([]);
  });

  it("a binding of a role that the hub still lets the bot bind, though the catalog lost it", async () => {
    await bind("left", "karpor-admin", [{ kind: "User", name: "mallory" }]);
    expect(await foreign()).toEqual(["left"]);
  });

  it("the bot's own role for anybody but its accounts, hub.known or not", async () => {
    await bind("heir", "karpor-access", [account("default", "heir")]);
    await bind("both", "karpor-access", [
      account("karpor-access-system", "karpor-access"),
      account("default", "heir"),
    ]);
    await bind("next", "karpor-access", [account("karpor-access-system", "karpor-access-2")]);
    const found = await survey({ known: ["default/heir"] });
    expect(found.foreign.map(({ name }) => name).toSorted()).toEqual(["both", "heir"]);
    expect(found.bots.toSorted()).toEqual(["karpor-access", "karpor-access-2"]);
  });

  it("a binding with a grant's labels and name, but another subject, one more, or another role than its account's", async () => {
    const [subject, more, role] = [approved(), approved(), approved()];
    const labelled = (request: typeof subject) => ({ labels: labels("production", request) });
    for (const request of [subject, more, role]) {
      await grants().create(request, signal);
      await admin("DELETE", `${RBAC}/clusterrolebindings/${objectName(request)}`);
    }
    const own = (request: typeof subject) => account(GRANTS_NAMESPACE, objectName(request));
    await bind(objectName(subject), "karpor-guest", [account("default", "mallory")], labelled(subject));
    await bind(
      objectName(more),
      "karpor-guest",
      [own(more), { kind: "User", name: "mallory" }],
      labelled(more),
    );
    await bind(objectName(role), "karpor-admin", [own(role)], labelled(role));
    expect(await foreign()).toEqual([subject, more, role].map(objectName).toSorted());
    expect((await survey()).foreign.every(({ instance }) => instance === undefined)).toBe(true);
  });

  it("an account without a grant's labels; `default` once something is bound to it", async () => {
    const request = approved();
    await grants().create(request, signal);
    await admin("PATCH", `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts/${objectName(request)}`, {
      body: { metadata: { labels: null } },
      type: "application/merge-patch+json",
    });
    await makeAccount("mallory", { finalizers: ["example.com/held"] });
    await makeAccount("default");
    await bind("default-too", "karpor-guest", [account(GRANTS_NAMESPACE, "default")]);
    expect(await foreign()).toEqual(["default", "default-too", objectName(request), "mallory"].toSorted());
    const found = (await survey()).foreign.find(({ name }) => name === "mallory");
    expect(found).toMatchObject({ kind: "ServiceAccount", namespace: GRANTS_NAMESPACE, held: true });
    await admin("PATCH", `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts/mallory`, {
      body: { metadata: { finalizers: null } },
      type: "application/merge-patch+json",
    });
  });

  it("another instance's grant among ours, which it says", async () => {
    const request = approved();
    await grants("staging").create(request, signal);
    expect((await survey()).foreign).toMatchObject([
      { kind: "ClusterRoleBinding", name: objectName(request), instance: "staging" },
      { kind: "ServiceAccount", name: objectName(request), instance: "staging" },
    ]);
  });
});

it("grants in another namespace are counted: another bot's, or ours before it was renamed", async () => {
  const root = createHubClient(parseKubeconfig(hub.adminKubeconfig));
  for (const instance of ["production", "staging", "staging"])
    await grants(instance, "old-namespace", root).create(approved(), signal);
  await root.close();
  expect(await survey()).toMatchObject({
    foreign: [],
    elsewhere: expect.arrayContaining([
      expect.objectContaining({ instance: "production", namespace: "old-namespace", count: 1 }),
      expect.objectContaining({ instance: "staging", namespace: "old-namespace", count: 2 }),
    ]),
    others: [],
  });
});

describe("grants of a bot that hub.instances names", () => {
  const inTheirs = async (instance: string) => {
    const root = createHubClient(parseKubeconfig(hub.adminKubeconfig));
    await grants(instance, "theirs", root).create(approved(), signal);
    await root.close();
  };
  const setUpFor = (instance: string) =>
    admin("POST", `${RBAC}/clusterroles`, {
      body: { metadata: { name: "theirs", labels: setupLabels(instance) } },
    });
  const seen = async (instances: string[]) => {
    const { elsewhere, others } = await survey({ instances });
    return [elsewhere, others].map((all) => all.map(({ instance, count }) => `${count} ${instance}`));
  };
  afterEach(() => admin("DELETE", `${RBAC}/clusterroles/theirs`));

  it("are its affair, and what it tries the hub with, where setup made that namespace for it", async () => {
    await setUpFor("staging");
    await inTheirs("staging");
    await inTheirs(canaryInstance("staging"));
    expect(await seen([])).toEqual([["1 staging", "1 staging-canary"], []]);
    expect(await seen(["staging"])).toEqual([[], ["1 staging", "1 staging-canary"]]);
  });

  it.each(["production", null])("are not, where setup made it for %s", async (instance) => {
    if (instance) await setUpFor(instance);
    await inTheirs("staging");
    expect(await seen(["staging"])).toEqual([["1 staging"], []]);
  });

  it("are neither while the hub does not say for whom setup made it", async () => {
    await setUpFor("staging");
    await inTheirs("staging");
    const silent = () => hub.failNext(1, 503, (_, path) => path.endsWith("/clusterroles/theirs"));
    silent();
    await expect(seen(["staging"])).rejects.toMatchObject({ name: "HubError", status: 503 });
    silent();
    const bot = "system:serviceaccount:theirs-system:theirs";
    await expect(isNamedBot({ client, instances: ["staging"] }, bot)).rejects.toMatchObject({ status: 503 });
    expect(await isNamedBot({ client, instances: ["staging"] }, bot)).toBe(true);
  });

  it("are foreign among ours, whatever its label says", async () => {
    const request = approved();
    await grants("staging").create(request, signal);
    expect(await foreign({ instances: ["staging"] })).toEqual([objectName(request), objectName(request)]);
  });
});
