/** `setup --rotate` where something is in its way: a name that is taken, a run that broke off, grants to keep, a kubeconfig in a Secret. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { jumpClock } from "../../../sandbox/clock.ts";
import { type LocalHub, startLocalHub } from "../../../sandbox/hub/index.ts";
import { checkForeign } from "../../../src/cli/checks/foreign.ts";
import { labels, objectName } from "../../../src/hub/grants/names.ts";
import { run } from "../../helpers/process.ts";
import { approved } from "../../hub/requests.ts";
import {
  ANYBODY,
  accountOf,
  BINDINGS_API,
  bindingBody,
  GRANTS,
  RBAC_API,
  type StolenWorld,
  SYSTEM,
  startStolenWorld,
} from "./thief.ts";

const time = jumpClock();
/** What others do while the rotation waits. */
let meanwhile: () => Promise<unknown>;
const clock = {
  now: time.now,
  sleep: async (ms: number) => {
    await meanwhile();
    time.jump(ms);
  },
};
let opened: AsyncDisposableStack;
let hub: LocalHub;
let world: StolenWorld;
beforeEach(async () => {
  meanwhile = async () => {};
  opened = new AsyncDisposableStack();
  hub = await startLocalHub({ clock: time });
  world = await startStolenWorld(hub, clock, opened);
});
afterEach(() => opened.disposeAsync());

const accounts = async () =>
  (await hub.objects()).serviceAccounts.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
const words = (said: string[], first: string) => said.filter((line) => line.trim().startsWith(first));
const NEXT = "karpor-access-system/karpor-access-2";
const IN_PLACE = "Is the new kubeconfig where the bot reads it? The old account goes now.";

test("a thief who took the name of the bot's own binding is put out", async () => {
  const { thief } = world;
  await thief.account("heir");
  await thief.bind("heir", "karpor-access", accountOf("heir"));
  const token = (await thief.mint(GRANTS, "heir")) ?? "";
  expect((await thief.ask("DELETE", `${BINDINGS_API}/karpor-access`)).status).toBe(200);
  const metadata = { labels: { "app.kubernetes.io/managed-by": "karpor-access" } };
  expect(await thief.bind("karpor-access", "karpor-admin", accountOf("heir"), { metadata, token })).toBe(
    true,
  );
  await world.rotate([], true);
  expect(await accounts()).toEqual([NEXT]);
  expect((await world.admin("GET", `${BINDINGS_API}/karpor-access`)).body).toMatchObject({
    roleRef: { name: "karpor-access" },
    subjects: [accountOf("karpor-access-2", "karpor-access-system")],
  });
  expect((await world.bot.request(GRANTS)).status).toBe(200);
});

test("what a thief labels as another bot's, or as this one's elsewhere, keeps nobody from putting them out", async () => {
  const { thief } = world;
  const [ours, theirs] = [approved(), approved()];
  await thief.account(objectName(theirs), { labels: labels("staging", theirs) });
  await thief.bind(objectName(ours), "karpor-guest", accountOf(objectName(ours), "elsewhere"), {
    metadata: { labels: labels("production", ours) },
  });
  const said = await world.rotate([], true);
  expect(said.join("\n")).toContain(`removed    ServiceAccount karpor-access/${objectName(theirs)}`);
  expect(await accounts()).toEqual([NEXT]);
});

test("a bot of another instance does not rotate this one", async () => {
  await world.setup([]);
  const config = { ...world.config, instance: "staging" };
  await expect(world.rotate([], true, config)).rejects.toThrow(
    /What setup made for instance production stands in namespace karpor-access, so nothing is made there/,
  );
});

test("another bot's kubeconfig is not replaced by it", async () => {
  const { config } = world;
  const file = config.hub.kubeconfig ?? "";
  const before = readFileSync(file, "utf8");
  const staging = {
    ...config,
    instance: "staging",
    hub: { ...config.hub, namespace: "karpor-access-staging", kubeconfig: `${file}.staging` },
    roles: Object.fromEntries(
      Object.entries(config.roles).map(([name, { rules: _, ...role }]) => [name, role]),
    ),
  };
  await world.setup([], staging);
  // In the bot's Secret since then, as its file says.
  const { kubeconfig: _, ...hubOf } = staging.hub;
  const inSecret = { ...hubOf, kubeconfigSecret: { namespace: "bots", name: "hub", key: "config" } };
  const rotation = world.rotate(["--out", file], true, { ...staging, hub: inSecret });
  await expect(rotation).rejects.toThrow(
    /holds the token of karpor-access-system\/karpor-access, the bot of instance production: it is not replaced/,
  );
  expect(readFileSync(file, "utf8")).toBe(before);
  expect(await accounts()).not.toContain("karpor-access-staging-system/karpor-access-staging-2");
});

test("what a thief makes while the hub still trusts the dead token goes too", async () => {
  const { thief } = world;
  const made: boolean[] = [];
  meanwhile = async () => void made.push(await thief.bind(`late-${made.length}`, "karpor-admin", ANYBODY));
  const said = await world.rotate([], true);
  // The token's account is gone by then, and the hub has seen it good a moment ago.
  expect(made[0]).toBe(true);
  expect(made.at(-1)).toBe(false);
  expect(said.join("\n")).toContain("removed    ClusterRoleBinding late-0");
  expect(await thief.isAdmin(null)).toBe(false);
});

test("while both accounts stand, a thief of the old one's token makes none for the new one, whose name they know", async () => {
  const { thief } = world;
  const made: (string | null)[] = [];
  const tryNext = async (name: string) => void made.push(await thief.mint(SYSTEM, name));
  meanwhile = () => tryNext("karpor-access-2");
  const broken = world.rotate([], async (question) => {
    await tryNext("karpor-access-2");
    return question !== IN_PLACE;
  });
  await expect(broken).rejects.toThrow(/Both accounts stand now/);
  await world.setup([]);
  await tryNext("karpor-access-2");
  await world.rotate([], async () => {
    await tryNext("karpor-access-2");
    await tryNext("karpor-access-3");
    return true;
  });
  await tryNext("karpor-access-3");
  expect(made.length).toBeGreaterThan(6);
  expect(made.every((token) => token === null)).toBe(true);
  const bound = await world.admin("GET", `${RBAC_API}/namespaces/karpor-access-system/rolebindings`);
  const names = (bound.body as { items: { metadata: { name: string } }[] }).items.map(
    ({ metadata }) => metadata.name,
  );
  expect(JSON.stringify(names).match(/"karpor-access[^"]*-own-token"/g)).toEqual([
    '"karpor-access-3-own-token"',
  ]);
});

test("it says so when others, with rights of their own, make again what was removed", async () => {
  let count = 0;
  meanwhile = () =>
    world.admin("POST", BINDINGS_API, { body: bindingBody(`again-${count++}`, "karpor-admin", ANYBODY) });
  await expect(world.rotate([], true)).rejects.toThrow(/Others go on making what was removed/);
});

test("--keep-grants keeps them, and says what it leaves to a thief", async () => {
  const { thief, holder } = world;
  const token = await thief.mint(GRANTS, holder);
  const said = await world.rotate(["--keep-grants"], true);
  expect(words(said, "keep")[0]).toMatch(
    /1 live grants: tokens that a thief made for their accounts work until/,
  );
  expect((await accounts()).toSorted()).toEqual([NEXT, `karpor-access/${holder}`].toSorted());
  expect(await thief.isAdmin(token)).toBe(true);
});

test("without it the grants end, which is said first", async () => {
  const said = await world.rotate([], true);
  expect(words(said, "end")[0]).toMatch(/1 live grants: .* Their holders are told/);
  expect(await accounts()).toEqual([NEXT]);
});

test("one that broke off is finished by the next, and doctor says so meanwhile", async () => {
  hub.failNext(1, 503, (method, path) => method === "DELETE" && path === `${SYSTEM}/karpor-access`);
  await expect(world.rotate([], true)).rejects.toThrow(/503/);
  expect((await accounts()).filter((name) => name.includes("-system/"))).toHaveLength(2);
  expect(await checkForeign(world.bot, world.config, clock)).toContainEqual(
    expect.objectContaining({ check: "hub old account", level: "fail" }),
  );
  const again = await world.setup([]);
  expect(words(again, "warn").join()).toContain("an older account of the bot stands too");
  await world.rotate([], true);
  expect(await accounts()).toEqual(["karpor-access-system/karpor-access-3"]);
  expect((await checkForeign(world.bot, world.config, clock)).map(({ level }) => level)).toEqual(["ok"]);
});

test("a login page in the place of a deletion's answer is no deletion", async () => {
  await world.thief.bind("mallory", "karpor-admin", ANYBODY);
  hub.meddle({
    before: async ({ method }) => (method === "DELETE" ? { status: 200, html: true } : undefined),
    after: async () => true,
  });
  await expect(world.rotate([], true)).rejects.toThrow(
    /delete .*mallory: not the hub, but something before it answered 200/,
  );
  hub.meddle(undefined);
  await world.rotate([], true);
  expect(await accounts()).toEqual([NEXT]);
});

test("a new account that may not do all is not put in the old one's place", async () => {
  hub.failNext(200, 403, (method, path) => method === "PATCH" && path.includes("karpor-access-doctor"));
  await expect(world.rotate([], true)).rejects.toThrow(
    /The new kubeconfig does not work: the bot may not patch serviceaccounts/,
  );
  expect(await accounts()).toContain("karpor-access-system/karpor-access");
  expect((await world.bot.request(GRANTS)).status).toBe(200);
});

test("where the bot reads a Secret, the old account stays until the new kubeconfig is there", async () => {
  const { kubeconfig: _, ...inSecret } = world.config.hub;
  const kubeconfigSecret = { namespace: "bots", name: "hub", key: "config" };
  const config = { ...world.config, hub: { ...inSecret, kubeconfigSecret } };
  const out = `${world.config.hub.kubeconfig}.new`;
  const asked: string[] = [];
  const confirm = (last: boolean) => async (question: string) =>
    asked.push(question) === 1 || !question.includes("new kubeconfig") || last;
  await expect(world.rotate(["--out", out], confirm(false), config)).rejects.toThrow(
    /Both accounts stand now/,
  );
  expect(asked).toEqual(["Go on?", IN_PLACE]);
  expect(await accounts()).toEqual(expect.arrayContaining(["karpor-access-system/karpor-access", NEXT]));
  const said = await world.rotate(["--out", out], confirm(true), config);
  expect(said.join("\n")).toContain(`kubectl -n bots create secret generic hub --from-file=config=${out}`);
  expect(await accounts()).toEqual(["karpor-access-system/karpor-access-3"]);
});

test("a file may be carried into a Secret: the old account stays until it is said to be there", async () => {
  const file = world.config.hub.kubeconfig;
  const asked: string[] = [];
  await expect(world.rotate([], async (question) => asked.push(question) === 1)).rejects.toThrow(
    /Both accounts stand now/,
  );
  expect(asked).toEqual(["Go on?", IN_PLACE]);
  expect(await accounts()).toEqual(expect.arrayContaining(["karpor-access-system/karpor-access", NEXT]));
  const said = await world.rotate([], true);
  expect(said.join("\n")).toContain(
    `where the bot reads it from a Secret, with its namespace as NAMESPACE: kubectl -n NAMESPACE create secret generic karpor-access-hub --from-file=kubeconfig=${file} --dry-run=client -o yaml | kubectl apply -f -`,
  );
  expect(await accounts()).toEqual(["karpor-access-system/karpor-access-3"]);
});

test("written elsewhere than where the bot reads it, it has to be put there before the old account goes", async () => {
  const out = `${world.config.hub.kubeconfig}.new`;
  const asked: string[] = [];
  const confirm = async (question: string) => asked.push(question) === 1;
  await expect(world.rotate(["--out", out], confirm)).rejects.toThrow(/Both accounts stand now/);
  expect(asked).toEqual(["Go on?", IN_PLACE]);
  expect(await accounts()).toEqual(expect.arrayContaining(["karpor-access-system/karpor-access", NEXT]));
  expect((await world.bot.request(GRANTS)).status).toBe(200);
});

test("the CA that was put into the bot's kubeconfig stays, though the administrator's trusts any certificate", async () => {
  const file = world.config.hub.kubeconfig ?? "";
  const before = parse(readFileSync(file, "utf8"));
  const { server } = before.clusters[0].cluster;
  const cluster = { server, "certificate-authority-data": Buffer.from(hub.ca).toString("base64") };
  before.clusters[0].cluster = cluster;
  writeFileSync(file, stringify(before));
  await world.rotate([], true);
  const after = parse(readFileSync(file, "utf8"));
  expect(after.clusters[0].cluster).toEqual(cluster);
  expect(after.users[0].user.token).not.toBe(before.users[0].user.token);
});

test("a proxy's answer is not taken for the removal of an account", async () => {
  hub.failNext(1, 404, (method, path) => method === "DELETE" && path === `${SYSTEM}/karpor-access`);
  await expect(world.rotate([], true)).rejects.toThrow(/delete .*karpor-access: the hub answered 404/);
  expect(await accounts()).toContain("karpor-access-system/karpor-access");
});

test("bindings that others made for the old account go with it; what names others too stays", async () => {
  const old = accountOf("karpor-access", "karpor-access-system");
  const make = (path: string, body: object) => world.admin("POST", path, { body });
  await make(BINDINGS_API, bindingBody("extra", "view", old));
  const both = bindingBody("both", "view", old);
  await make(BINDINGS_API, { ...both, subjects: [old, { kind: "User", name: "dana" }] });
  await make(`${RBAC_API}/namespaces/team/rolebindings`, bindingBody("in-team", "view", old));
  const said = await world.rotate([], true);
  expect(words(said, "removed").join("\n")).toMatch(
    /ClusterRoleBinding extra\n[\s\S]*RoleBinding team\/in-team/,
  );
  expect((await world.admin("GET", `${BINDINGS_API}/both`)).status).toBe(200);
});

test("setup keeps the account that the last rotation made", async () => {
  await world.rotate([], true);
  const said = await world.setup([]);
  expect(words(said, "made").concat(words(said, "updated"))).toEqual([]);
  expect(words(said, "wrote")[0]).toContain(`the token of ${NEXT} until`);
});

test("on a hub that was restored from before it, the bot is not put back onto the account whose token was stolen", async () => {
  const { thief } = world;
  const file = world.config.hub.kubeconfig ?? "";
  const bindings = async () => (await thief.ask("GET", BINDINGS_API)).status;
  const restore = hub.backup();
  await world.rotate([], true);
  expect(await bindings()).toBe(401);
  const before = readFileSync(file, "utf8");
  restore();
  expect(await bindings()).toBe(200);

  const says =
    /hub\.kubeconfig holds the token of karpor-access-system\/karpor-access-2, and .* an older account alone: it was restored from before a rotation.*setup -- --rotate/;
  await expect(world.setup([])).rejects.toThrow(says);
  await expect(world.setup(["--if-refused"])).rejects.toThrow(says);
  expect(readFileSync(file, "utf8")).toBe(before);
  expect(await accounts()).not.toContain(NEXT);

  await world.rotate([], true);
  expect(await accounts()).toEqual(["karpor-access-system/karpor-access-3"]);
  expect(await bindings()).toBe(401);
  expect(words(await world.setup([]), "wrote")[0]).toContain("karpor-access-system/karpor-access-3 until");
});

test("a hub that was made anew is not taken for one that was restored, however often setup is run", async () => {
  const file = world.config.hub.kubeconfig ?? "";
  await world.rotate([], true);
  await world.admin("DELETE", `${SYSTEM}/karpor-access-2`);
  await world.setup(["--out", `${file}.new`]);
  expect(words(await world.setup([]), "wrote")[0]).toContain(`the token of ${NEXT} until`);
});

test("there is nothing to replace before the first setup", async () => {
  await world.admin("DELETE", `${SYSTEM}/karpor-access`);
  await expect(world.rotate([], true)).rejects.toThrow(/run setup without --rotate first/);
});

test("where nobody can be asked, nothing is done", async () => {
  const dir = join(dirname(world.config.hub.kubeconfig ?? ""), "..");
  const env = { KARPOR_ACCESS_CONFIG: join(dir, "config.yml") };
  const setup = run("src/main.ts", ["setup", "--rotate", "--kubeconfig", join(dir, "admin")], env);
  expect(await setup.ended).toBe(1);
  expect(setup.output()).toContain("Go on? Nobody can be asked here: run it at a terminal");
  expect(await accounts()).toContain("karpor-access-system/karpor-access");
  expect(await accounts()).not.toContain(NEXT);
});
