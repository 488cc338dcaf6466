/** The file changes under a running bot: what of it is taken in, what is not, and who is told. */
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { hubClient } from "../../sandbox/hub/client.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { objectsFor } from "../../src/cli/setup/objects.ts";
import { ConfigFile, loadConfig } from "../../src/config.ts";
import type { PolicyTaken } from "../../src/domain/audit.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import { isFinal } from "../../src/domain/lifecycle.ts";
import { type AccessRequest, isGranted } from "../../src/domain/request.ts";
import { botClusterRole } from "../../src/hub/bot-account.ts";
import { trail } from "../../src/store/trail.ts";
import { ALICE, BOB, CAROL, type LogLine, MEI, startBot, startWorld, type World } from "../helpers/bot.ts";
import { GRANTS_NAMESPACE } from "../helpers/bot-account.ts";
import { scene } from "../helpers/scene.ts";

let world: World;
let bot: Awaited<ReturnType<typeof startBot>>;
let it: ReturnType<typeof scene>;
let first: string;
let mounted: ReturnType<typeof mountConfigMap>;
let original: string;
let asked = 0;

type Settings = Record<string, unknown>;
type File = { roles: Record<string, Settings>; hub: Settings; slack: Settings } & Settings;

/** As the kubelet does it: the file is a link into `..data`, which is a link to a directory of each content. */
function mountConfigMap(at: string, name: string) {
  const dir = join(at, "configmap");
  mkdirSync(dir);
  symlinkSync(`..data/${name}`, join(dir, name));
  let number = 0;
  let before = "";
  return {
    path: join(dir, name),
    write(text: string) {
      number += 1;
      const version = `..2026_11_25_10_00_0${number}.12345`;
      mkdirSync(join(dir, version));
      writeFileSync(join(dir, version, name), text);
      symlinkSync(version, join(dir, "..data_tmp"));
      renameSync(join(dir, "..data_tmp"), join(dir, "..data"));
      if (before) rmSync(join(dir, before), { recursive: true });
      before = version;
    },
    remove: () => rmSync(join(dir, "..data")),
  };
}

beforeAll(async () => {
  world = await startWorld();
  const file = parse(readFileSync(world.env.KARPOR_ACCESS_CONFIG, "utf8")) as File;
  const dir = dirname(world.env.KARPOR_ACCESS_CONFIG);
  first = stringify({ ...file, hub: { ...file.hub, kubeconfig: join(dir, "hub.kubeconfig") } });
  mounted = mountConfigMap(dir, "config.yml");
  mounted.write(first);
  world.env.KARPOR_ACCESS_CONFIG = mounted.path;
  original = loadConfig(world.env).digest;
  bot = await startBot(world);
  it = scene(world);
});
afterAll(async () => {
  await bot.stop();
  await world.close();
});
beforeEach(async () => {
  if (readFileSync(world.env.KARPOR_ACCESS_CONFIG, "utf8") === first) return;
  write(first);
  await pass(async () => isFirstAgain());
});

/** What is left open comes to its end, so that each test begins afresh. */
afterEach(async () => {
  const records = await world.records();
  if (records.some(({ state }) => state === "pending")) await world.jump(5 * HOUR);
  for (const r of records) if (isGranted(r)) await it.say(r.requester.id, `release ${r.id}`);
  const isOver = (r: AccessRequest) => isFinal(r) || (r.state === "ending" && r.deletedAt !== undefined);
  await world.until(async () => (await world.records()).every(isOver));
  await world.jump(14_000);
  await world.until(async () => (await world.records()).every(isFinal));
});

const write = (text: string) => mounted.write(text);
/** Time passes until it holds; at most `seconds`, by the bot's clock. */
async function pass(holds: () => Promise<boolean>, seconds = 5): Promise<void> {
  for (let i = 0; i < seconds && !(await holds()); i += 1) {
    await world.jump(1_000);
    await delay(50);
  }
  await world.until(holds);
}
const edited = (change: (file: File) => unknown): string => {
  const file = parse(first) as File;
  change(file);
  return stringify(file);
};
const took = () => bot.lines.filter(({ msg }) => msg.startsWith("took in a changed configuration"));
/** The edit is in force within 5 s. */
async function take(text: string): Promise<void> {
  const before = took().length;
  write(text);
  await pass(async () => took().length > before);
}
const Status = z.object({
  ok: z.boolean(),
  notices: z.array(z.object({ cause: z.string(), message: z.string(), fix: z.string() })),
});
const status = async () => Status.parse((await bot.status()).body);
const notices = async () => (await status()).notices;
const isFirstAgain = async () =>
  (await notices()).length === 0 && (took().at(-1)?.took ?? original) === original;

const policies = async (): Promise<PolicyTaken[]> => {
  const found: PolicyTaken[] = [];
  for await (const entry of trail({ redis: world.commands, keys: world.keys }))
    if ("took" in entry) found.push(entry);
  return found;
};

/** A reason that tells a request from all others. */
function fresh(words: string): string {
  asked += 1;
  return `${words} ${asked}`;
}

/** What is said next to who asks in a channel. */
async function says(who: string, text: string, words: RegExp): Promise<void> {
  const before = world.slack.ephemerals(who).length;
  await it.say(who, text.startsWith("!") ? text.slice(1) : `${text} ${fresh("n")}`);
  const told = await world.slack.waitFor(() => world.slack.ephemerals(who)[before]);
  await world.slack.waitFor(() => words.test(visibleText(told)));
}

const peek = () => (parse(first) as File).roles.peek;

describe("what reloads", () => {
  test.each<[string, (file: File) => unknown, string, RegExp]>([
    ["a role is there", (f) => set(f.roles, "look", peek()), "look 15m", /Approved by policy/],
    ["a role is gone", (f) => delete f.roles.peek, "peek 15m", /no role `?peek/],
    ["a shorter time", ({ roles }) => set(roles.peek, "duration.max", "20m"), "peek 30m", /at most 20 min/],
    ["a reason", ({ roles }) => set(roles.peek, "reason", "required"), "!peek 15m", /reason/],
    ["other requesters", ({ roles }) => set(roles.peek, "requester", { in: [MEI] }), "peek 15m", /<@U0MEI>/],
    ["an approver", ({ roles }) => set(roles.peek, "approval", { by: [CAROL] }), "peek 15m", /Sent to/],
  ])("%s", async (_what, change, line, words) => {
    await take(edited(change));
    await says(BOB, line, words);
  });

  test("who approves: of whom it was asked, and who may today", async () => {
    const card = await it.ask("guest 1h", fresh("of both"));
    await take(edited(({ roles }) => set(roles.guest, "approval.by", [CAROL])));
    await world.slack.click(ALICE, card, "approve");
    await it.whisper(ALICE, "can decide this request");
    await world.slack.click(CAROL, card, "approve");
    await world.slack.waitFor(() => visibleText(card).includes("Active until"));
  });

  test("admins: who becomes one may revoke", async () => {
    await take(edited((f) => set(f, "admins", [MEI])));
    await it.get("guest 1h", fresh("for admins"));
    const live = (await world.records()).find(({ state }) => state === "active");
    await it.say(MEI, `revoke ${live?.id} leaving the team`);
    await world.until(async () => {
      const record = (await world.records()).find(({ id }) => id === live?.id);
      return record !== undefined && "end" in record && record.end.by?.id === MEI;
    });
  });

  test("reminders: of grants that live already too", async () => {
    await it.get("guest 2h", fresh("for reminders"));
    await take(edited((f) => set(f, "reminders", ["20m"])));
    await world.jump(HOUR);
    await world.jump(40 * MINUTE);
    await it.dm(BOB, "20 min left");
  });

  test("the difference is logged, and on the trail once, by digests", async () => {
    await take(edited((f) => set(f, "admins", [ALICE, MEI]) && set(f.roles.admin, "duration.max", "4h")));
    const changes = [
      { kind: "changed", role: "admin", field: "duration.max", from: 8 * HOUR, to: 4 * HOUR },
      { kind: "listed", field: "admins", added: [MEI], removed: [] },
    ];
    const { took: digest, was } = took().at(-1) as LogLine;
    expect(took().at(-1)).toMatchObject({ was: original, changes });
    await pass(async () => (await policies()).at(-1)?.took === digest);
    expect((await policies()).at(-1)).toEqual({ took: digest, was, changes, at: expect.any(Number) });
    // As a shipper delivers it: a line of the trail like any other.
    const said = `policy ${String(digest).slice(0, 8)} is on the trail`;
    const line = bot.lines.find(({ msg }) => msg === said);
    expect(line?.chain).toEqual({ hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await it.ask("guest 1h", "under the new one");
    const [record] = (await world.records()).filter(({ reason }) => reason === "under the new one");
    expect(record?.policy).toBe(digest);
  });
});

describe("what does not", () => {
  test.each<[string, string, unknown]>([
    ["instance", "instance", "other"],
    ["the hub's name", "hub.name", "staging"],
    ["the hub's dashboard", "hub.dashboard", "https://elsewhere.example.com"],
    ["whose accounts are known", "hub.known", ["karpor/ci"]],
    ["the channel", "slack.channel", "C0OTHER"],
    ["the shared language", "slack.language", "zh"],
    ["the command", "slack.command", "/access"],
  ])("%s: it says so, takes the rest, and forgets when it is changed back", async (_what, path, value) => {
    await take(edited((f) => set(f, path, value) && delete f.roles.peek));
    await says(BOB, "peek 15m", /no role `?peek/);
    expect(await status()).toMatchObject({ ok: true, notices: [{ cause: "configuration restart" }] });
    const [notice] = await notices();
    expect(notice?.message).toContain(`${path} changed in config.yml`);
    expect(notice?.fix).toContain("restart");
    expect(bot.lines.filter(({ msg }) => msg === notice?.message)).toHaveLength(1);
    write(first);
    await pass(async () => (await notices()).length === 0);
  });
});

describe("a file that is not valid", () => {
  const BROKEN = "roles: {guest: [";
  const said = (words: string) =>
    bot.lines.filter(({ msg }) => msg.includes(words) && !msg.startsWith("over:"));

  test("the old one stays, and it is told once for each content", async () => {
    const before = took().length;
    write(edited(({ roles }) => set(roles.peek, "duration.max", "1m")));
    await pass(async () => (await notices()).length === 1);
    const [notice] = await notices();
    expect(notice).toMatchObject({ cause: "configuration" });
    expect(notice?.message).toContain("config.yml is not valid, and the one before stays in force: ");
    expect(notice?.message).toContain("roles.peek.duration.default: is longer than duration.max");
    await world.jump(MINUTE);
    expect(said("is longer than duration.max")).toHaveLength(1);
    write(BROKEN);
    await pass(async () => said("config.yml is not valid").length > 1);
    expect((await notices()).map(({ cause }) => cause)).toEqual(["configuration"]);
    expect(took()).toHaveLength(before);
    await says(BOB, "peek 15m", /Approved by policy/);
  });

  test("what is still being written, or is gone for a moment, alarms nobody", async () => {
    const before = bot.lines.length;
    write(BROKEN);
    await world.jump(2_000);
    await delay(50);
    mounted.remove();
    await world.jump(2_000);
    await delay(50);
    await take(edited(({ roles }) => delete roles.peek));
    expect(await notices()).toEqual([]);
    expect(bot.lines.slice(before).filter(({ level }) => level === "error")).toEqual([]);
  });

  test("a role that the bot may not bind is refused, naming setup, and taken once setup was run", async () => {
    await using admin = await asAdmin();
    await admin.make("ops");
    const before = took().length;
    const text = edited(
      ({ roles }) => set(roles, "ops", { ...roles.admin, clusterRole: "ops" }) && delete roles.peek,
    );
    write(text);
    await pass(async () => (await notices()).length === 1);
    const [notice] = await notices();
    expect(notice?.message).toMatch(/is not taken in.*: role ops: the bot may not bind ClusterRole ops$/);
    expect(notice?.fix).toContain("npm run setup");
    await says(BOB, "peek 15m", /Approved by policy/);
    expect(took()).toHaveLength(before);
    await admin.setup(ConfigFile.parse(parse(text)));
    await pass(async () => took().length > before, 11);
    expect(await notices()).toEqual([]);
  });

  test("while the hub cannot say whether the bot may bind a role, its file waits, and nothing else is said of it", async () => {
    const before = took().length;
    world.localHub?.meddle({
      before: async ({ path }) => (/clusterrole/.test(path) ? { status: 503 } : undefined),
      after: async () => true,
    });
    write(
      edited(
        ({ roles }) =>
          set(roles.peek, "clusterRole", "karpor-admin") && set(roles.peek, "autoApproveWrites", true),
      ),
    );
    await pass(async () => (await notices()).length === 1);
    const [notice] = await notices();
    expect(notice?.message).toMatch(/whether the bot may give .* is not known \(.*the hub answered 503/);
    expect(notice?.fix).not.toContain("setup");
    expect(took()).toHaveLength(before);
    world.localHub?.meddle(undefined);
    await pass(async () => took().length > before, 11);
  });

  test("a role that does not stand on the hub is refused, and so is every other edit of that file", async () => {
    write(edited(({ roles }) => set(roles.peek, "clusterRole", "karpor-gest") && delete roles.admin));
    await pass(async () => (await notices()).length === 1);
    expect((await notices())[0]?.message).toContain("ClusterRole karpor-gest");
  });

  test("a role that gives writes unapproved is refused as at the start", async () => {
    write(edited(({ roles }) => set(roles.peek, "clusterRole", "karpor-admin")));
    await pass(async () => (await notices()).length === 1);
    expect((await notices())[0]?.fix).toContain("autoApproveWrites: true");
  });

  test("so is what takes back that it may, where it gives writes unapproved still", async () => {
    const said = ({ roles }: File) => {
      set(roles.peek, "clusterRole", "karpor-admin");
      return set(roles.peek, "autoApproveWrites", true);
    };
    write(edited(said));
    await pass(async () => (await notices()).length === 0);
    write(
      edited((file) => {
        said(file);
        delete (file.roles.peek as Settings).autoApproveWrites;
        return true;
      }),
    );
    await pass(async () => (await notices()).length === 1);
    expect((await notices())[0]?.fix).toContain("autoApproveWrites: true");
  });
});

function set(target: unknown, path: string, value: unknown): true {
  const [key = "", ...rest] = path.split(".");
  const at = target as Settings;
  if (rest.length > 0) return set(at[key], rest.join("."), value);
  at[key] = value;
  return true;
}

/** What an administrator of the hub, and setup, do there. */
async function asAdmin() {
  const admin = hubClient(world.hub, world.hub.admin);
  const clusterRoles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
  const rules = [{ nonResourceURLs: ["/rest-api/*"], verbs: ["get"] }];
  return {
    make: (name: string) => admin("POST", clusterRoles, { body: { metadata: { name }, rules } }),
    setup: async (config: ConfigFile) => {
      const path = `${clusterRoles}/${botClusterRole(GRANTS_NAMESPACE)}`;
      const wanted = objectsFor(config).find(
        ({ kind, metadata }) => kind === "ClusterRole" && path.endsWith(`/${metadata.name}`),
      );
      const { body } = await admin("GET", path, {});
      const put = await admin("PUT", path, { body: { ...body, rules: wanted?.rules } });
      expect(put.status).toBe(200);
    },
    [Symbol.asyncDispose]: () => admin.close(),
  };
}
