/** What the hub's audit log gives cause for alarm, brought to the doors of two replicas: told once, at once, in the approvals channel and the log. */
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import type { SlackCall } from "../../sandbox/slack/faults.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { DAY } from "../../src/domain/duration.ts";
import { secret } from "../../src/domain/secret.ts";
import { ownLooks } from "../../src/http/hub-audit/own-looks.ts";
import { botGenerationOf, botNamespace } from "../../src/hub/bot-account.ts";
import { objectName } from "../../src/hub/grants/names.ts";
import type { ViewContext } from "../../src/slack/views/context.ts";
import { hubAlarmMessage } from "../../src/slack/views/index.ts";
import { ALICE, APPROVALS, BOB, startBot, startWorld, type World } from "../helpers/bot.ts";
import { GRANTS_NAMESPACE } from "../helpers/bot-account.ts";
import { changeFile } from "../helpers/config-file.ts";
import { announceLarge } from "../helpers/hub-tells.ts";
import { type Scene, scene } from "../helpers/scene.ts";
import { swept } from "../helpers/swept.ts";

const SECRET = "planted-hub-audit-secret-0123456789";
const BOT = `system:serviceaccount:${botNamespace(GRANTS_NAMESPACE)}:${GRANTS_NAMESPACE}`;
let world: World;
let it: Scene;
const bots: Awaited<ReturnType<typeof startBot>>[] = [];

beforeEach(async () => {
  world = await startWorld({ transport: "socket" });
  changeFile(world, { audit: { hub: { tokenEnv: "HUB_AUDIT_TOKEN", refusedPerHour: 5 } } });
  Object.assign(world.env, { HUB_AUDIT_TOKEN: SECRET });
  it = scene(world);
  bots.push(await startBot(world), await startBot(world));
});
afterEach(async () => {
  await Promise.all(bots.splice(0).map((bot) => bot.stop()));
  await world.close();
});

let number = 0;
function event(change: Record<string, unknown>, at = world.clock.now()) {
  const iso = new Date(at).toISOString();
  return {
    ...{
      auditID: `event-${++number}`,
      stage: "ResponseComplete",
      sourceIPs: ["10.1.2.3"],
      userAgent: "curl/8",
    },
    ...{ responseStatus: { code: 200 }, requestReceivedTimestamp: iso, stageTimestamp: iso },
    ...change,
  };
}
type Event = ReturnType<typeof event>;

/** Each batch to both, as often as wanted. */
async function bring(events: Event[], times = 2): Promise<void> {
  for (let i = 0; i < times; i++)
    for (const bot of bots) {
      const answer = await fetch(`http://127.0.0.1:${bot.app.hubAuditPort}/hub-audit/${SECRET}`, {
        method: "POST",
        body: JSON.stringify({
          apiVersion: "audit.k8s.io/v1",
          kind: "EventList",
          items: i % 2 ? events.toReversed() : events,
        }),
      });
      expect(answer.status).toBe(200);
    }
}

const BINDINGS = { apiGroup: "rbac.authorization.k8s.io", resource: "clusterrolebindings" };
const bindingOf = (verb: string, name: string, username = "mallory", role = "karpor-admin", at?: number) =>
  event(
    {
      ...{ verb, requestURI: "/apis/x", user: { username }, objectRef: { ...BINDINGS, name } },
      ...(verb === "delete"
        ? {}
        : {
            responseStatus: { code: 201 },
            requestObject: {
              roleRef: { kind: "ClusterRole", name: role },
              subjects: [{ kind: "ServiceAccount", name: "eve", namespace: "default" }],
            },
          }),
    },
    at,
  );
const tokenOf = (name: string, username: string) =>
  event({
    ...{ verb: "create", requestURI: "/api/x", user: { username }, responseStatus: { code: 201 } },
    objectRef: { resource: "serviceaccounts", subresource: "token", namespace: GRANTS_NAMESPACE, name },
  });
const heartbeat = (at?: number) =>
  event(
    {
      auditID: ownLooks(secret(SECRET)).name(),
      ...{ verb: "patch", requestURI: "/api/x?dryRun=All", user: { username: BOT } },
      objectRef: {
        resource: "serviceaccounts",
        namespace: GRANTS_NAMESPACE,
        name: "karpor-access-instance-test",
      },
    },
    at,
  );
const use = (name: string, at: number, binding: string, code = 200) =>
  event(
    {
      ...{ verb: "get", requestURI: "/rest-api/v1/clusters", responseStatus: { code } },
      user: { username: `system:serviceaccount:${GRANTS_NAMESPACE}:${name}` },
      annotations: {
        "authorization.k8s.io/decision": code === 403 ? "forbid" : "allow",
        "authorization.k8s.io/reason":
          code === 403
            ? ""
            : `RBAC: allowed by ClusterRoleBinding "${binding}" of ClusterRole "x" to ServiceAccount "y"`,
      },
    },
    at,
  );

/** Time passes in which each replica looks once. */
const pass = async () => {
  await world.jump(2_000);
  await delay(50);
};
const said = (words: RegExp) =>
  world.slack
    .messages(APPROVALS)
    .map(visibleText)
    .filter((text) => words.test(text));
const told = async (words: RegExp, count: number) => {
  await world.until(async () => {
    await pass();
    return said(words).length >= count;
  });
  // Whatever else is to come had its time.
  for (let i = 0; i < 3; i++) await pass();
  expect(said(words)).toHaveLength(count);
  return said(words).at(-1) ?? "";
};
const NEWS =
  /Used after its end|Not done by the bot|did what the bot did not|Refused again|Too (many|large) to look at/;
const nothingTold = async () => {
  await world.until(async () => {
    await pass();
    return (await world.commands.hlen(world.keys.hubWrites)) === 0;
  });
  for (let i = 0; i < 3; i++) await pass();
  expect(said(NEWS)).toEqual([]);
};
const logged = () => bots.flatMap(({ lines }) => lines.filter(({ alarm }) => alarm));
const record = async (reason: string) => {
  const found = (await world.records()).find((r) => r.reason === reason);
  if (!found) throw new Error("no record");
  return found;
};

/** Bob has had it, and its end is proved; `deletion` is the bot's own. */
async function ended() {
  await it.get("guest 1h", "over");
  const name = objectName(await record("over"));
  await world.slack.click(BOB, await it.dm(BOB, "production"), "End now", { confirm: true });
  await it.proveEnd();
  const at = world.clock.now();
  const deletion = bindingOf("delete", name, BOT, "", at);
  deletion.auditID = ownLooks(secret(SECRET)).name();
  return { name, at, deletion };
}

test("a use more than a second after its binding was deleted contradicts an end, also one that was proved", async () => {
  const { name, at, deletion } = await ended();
  // What everybody may do while the hub remembers a token is none; nor is what the hub did not know yet.
  await bring([deletion, use(name, at + 5_000, "system:discovery"), use(name, at + 1_000, name)]);
  await nothingTold();
  // The use comes in another batch than the end, and is told more than once.
  await bring([use(name, at + 1_001, name), use(name, at + 3_000, name)]);
  expect(await told(/Used after its end/, 1)).toMatch(/`guest`/);
  expect(await record("over")).toMatchObject({
    state: "ended",
    lateUse: { generation: 1, at: at + 3_000 },
  });
  expect(logged()).toMatchObject([{ level: "error", alarm: { kind: "late-use" } }]);
  const trail = bots
    .flatMap((bot) => bot.trail())
    .filter(({ why }) => /after it was deleted/.test(why ?? ""));
  expect(trail).toHaveLength(1);
});

test("so does one after a deletion that the hub did not answer: the bot's next finds nothing", async () => {
  const { name, at, deletion } = await ended();
  const answered = (code: number) => ({
    ...deletion,
    ...{ auditID: ownLooks(secret(SECRET)).name(), responseStatus: { code } },
  });
  await bring([answered(504), use(name, at + 3_000, name)]);
  await nothingTold();
  await bring([answered(404), use(name, at + 1_000, name)]);
  expect(await told(/Used after its end/, 1)).toMatch(/`guest`/);
  expect(await record("over")).toMatchObject({ lateUse: { generation: 1, at: at + 3_000 } });
});

test("a later deletion that finds nothing moves no end on", async () => {
  const { name, at, deletion } = await ended();
  const again = bindingOf("delete", name, BOT, "", at + 10_000);
  Object.assign(again, { auditID: ownLooks(secret(SECRET)).name(), responseStatus: { code: 404 } });
  await bring([deletion, again, use(name, at + 3_000, name)]);
  await told(/Used after its end/, 1);
});

test.each(["create", "update", "patch"])(
  "a binding that somebody makes anew, by the verb %s, is told as made, and its use contradicts no end",
  async (verb) => {
    const { name, at, deletion } = await ended();
    const making = bindingOf(verb, name, "mallory", "karpor-guest", at + 2_000);
    await bring([deletion, making, use(name, at + 3_000, name)]);
    expect(await told(/Not done by the bot/, 1)).toContain(`made the binding \`${name}\``);
    expect(said(/Used after its end/)).toEqual([]);
    expect(await record("over")).not.toHaveProperty("lateUse");
  },
);

test("while an end is not proved yet, absence proves it no more", async () => {
  await it.get("guest 1h", "going");
  const name = objectName(await record("going"));
  await world.slack.click(BOB, await it.dm(BOB, "production"), "End now", { confirm: true });
  await world.until(async () => "deletedAt" in (await record("going")));
  const at = world.clock.now();
  await bring([use(name, at + 1_001, name), bindingOf("delete", name, BOT, "", at)].slice(0, 1));
  const deletion = bindingOf("delete", name, BOT, "", at);
  deletion.auditID = ownLooks(secret(SECRET)).name();
  await bring([deletion]);
  // Before the proof, which comes 11 s after the deletion.
  await world.jump(2_000);
  await world.slack.waitFor(() => said(/Used after its end/).length > 0);
  expect(await record("going")).toMatchObject({
    lateUse: { generation: 1 },
    contradictedAt: expect.any(Number),
  });
});

test("what only a newer version has a word for keeps no other alarm from being told, and is left to that", async () => {
  const { hubAlarms, hubWrites } = world.keys;
  await world.commands.hset(hubAlarms, "newer", JSON.stringify({ kind: "newer" }));
  await world.commands.hset(hubWrites, "newer", JSON.stringify({ did: "newer" }));
  await bring([bindingOf("create", "theirs")]);
  await told(/Not done by the bot/, 1);
  expect(await world.commands.hkeys(hubAlarms)).toEqual(["newer"]);
  expect(await world.commands.hkeys(hubWrites)).toEqual(["newer"]);
  const said = bots.flatMap(({ lines }) => lines.filter(({ msg }) => msg?.includes("cannot be read")));
  expect(said.length).toBeGreaterThan(0);
  expect(said.length).toBeLessThanOrEqual(2 * bots.length);
});

test("others' bindings, accounts and tokens: who, from where, what; a flood is one message that counts", async () => {
  await bring([bindingOf("create", "theirs"), bindingOf("create", "view-all", "mallory", "view")]);
  const first = await told(/Not done by the bot/, 1);
  expect(first).toMatch(/`mallory` changed who has access on production/);
  expect(first).toMatch(
    /made the binding `theirs`, which gives `karpor-admin` to `default\/eve`, from `10.1.2.3`, by `curl\/8`/,
  );
  expect(first).toContain(`<@${ALICE}>`);
  expect(first).not.toMatch(/view-all/);

  await bring(
    Array.from({ length: 700 }, (_, i) => bindingOf("create", `flood-${i}`)),
    1,
  );
  await bring([bindingOf("delete", "theirs")]);
  for (let i = 0; i < 4; i++) {
    await world.jump(60_000);
    await pass();
  }
  expect(said(/Not done by the bot/)).toHaveLength(1);
  for (let i = 0; i < 4; i++) await world.jump(120_000);
  const second = await told(/Not done by the bot/, 2);
  expect(second).toMatch(/and 96 more[\s\S]*and 601 more of anybody's/);
  expect(logged()).toHaveLength(2);
});

test("of a patch the hub tells no body: what it makes is told, and what it changes by what was heard before", async () => {
  const patchOf = (name: string, code: number, who = "mallory") =>
    Object.assign(bindingOf("patch", name, who), { responseStatus: { code }, requestObject: undefined });
  await bring([patchOf("applied", 201), patchOf("of-nothing", 200), bindingOf("create", "theirs")]);
  const first = await told(/Not done by the bot/, 1);
  expect(first).toMatch(/made the binding `applied`, from `10.1.2.3`/);
  expect(first).not.toMatch(/of-nothing/);
  await bring([patchOf("theirs", 200, "eve")]);
  expect(await told(/Not done by the bot/, 2)).toMatch(/changed the binding `theirs`, from/);
});

test("what the hub says that it failed at may be done all the same, and is told so", async () => {
  const failing = (verb: string, name: string, who: string, code = 504) =>
    Object.assign(bindingOf(verb, name, who), { responseStatus: { code } });
  await bring([failing("create", "theirs", "mallory"), failing("create", "no-role", "mallory", 409)]);
  const first = await told(/Not done by the bot/, 1);
  expect(first).toContain("`mallory` may have changed who has access on production");
  expect(first).toMatch(/may have made the binding `theirs`, which gives `karpor-admin`/);
  expect(first).not.toMatch(/no-role/);
  // Which role it gave is known until it is gone for sure.
  await bring([failing("delete", "theirs", "eve")]);
  expect(await told(/Not done by the bot/, 2)).toContain("may have deleted the binding `theirs`");
  await bring([bindingOf("delete", "theirs", "trudy")]);
  const third = await told(/Not done by the bot/, 3);
  expect(third).toMatch(/deleted the binding `theirs`/);
  expect(third).not.toMatch(/may have/);
  await bring([Object.assign(failing("patch", "applied", "peggy"), { requestObject: undefined })]);
  expect(await told(/Not done by the bot/, 4)).toContain("may have changed the binding `applied`");
});

test("harmless writes hide no other: that there were more than could be looked at is told by itself", async () => {
  const harmless = () => bindingOf("create", `view-${number}`, "mallory", "view");
  const bothAtOnce = [...Array.from({ length: 110 }, harmless), bindingOf("create", "theirs")];
  await bring(bothAtOnce, 1);
  expect(await told(NEWS, 1)).toMatch(/Too many to look at:\S* 11 more writes on production/);
  await bring(Array.from({ length: 120 }, harmless), 1);
  for (let i = 0; i < 4; i++) await pass();
  expect(said(NEWS)).toHaveLength(1);
  await bring([bindingOf("create", "next")]);
  expect(await told(NEWS, 2)).toMatch(/Not done by the bot[\s\S]*`next`[\s\S]*and 20 more of anybody's/);
  expect(await world.commands.get(world.keys.hubWritesMore)).toBe("0");
});

test("what is too large to be taken is told, however often the hub sends it again, and again when there is more later", async () => {
  const port = (i: number) => bots[i % 2]?.app.hubAuditPort ?? 0;
  for (let i = 0; i < 5; i++) {
    expect(await announceLarge(port(i))).toBe(413);
    await pass();
  }
  expect(await told(NEWS, 1)).toContain(`<@${ALICE}>`);
  expect(logged()).toMatchObject([{ level: "error", alarm: { kind: "too-large" } }]);
  await world.jump(10 * 60_000);
  await announceLarge(port(0));
  await told(/Too large to look at/, 2);
});

test("while Redis is away the hub is to send what is too large again, too", async () => {
  const port = bots[0]?.app.hubAuditPort ?? 0;
  world.redis.pause();
  expect(await announceLarge(port).finally(() => world.redis.resume())).toBe(503);
  await world.until(async () => (await announceLarge(port)) === 413);
  await told(/Too large to look at/, 1);
});

test("whose writes wait while others' are told has no more room for it", async () => {
  await bring([bindingOf("create", "first")]);
  await told(NEWS, 1);
  await bring(
    Array.from({ length: 100 }, (_, i) => bindingOf("create", `quiet-${i}`)),
    1,
  );
  await bring([bindingOf("create", "another", "eve")]);
  await told(NEWS, 2);
  await bring(
    Array.from({ length: 50 }, (_, i) => bindingOf("create", `more-${i}`)),
    1,
  );
  for (let i = 0; i < 3; i++) await pass();
  expect(await world.commands.hlen(world.keys.hubWrites)).toBe(100);
  expect(await world.commands.get(world.keys.hubWritesMore)).toBe("50");
});

test("the deletion of a binding that a sweep found is told, too, also where many were known before", async () => {
  const gone = Array.from({ length: 1000 }, (_, i) => [`gone-${i}`, "karpor-admin"]);
  await world.commands.hset(world.keys.hubBindings, Object.fromEntries(gone));
  const admin = hubClient(world.hub, world.hub.admin);
  const roleRef = { apiGroup: BINDINGS.apiGroup, kind: "ClusterRole", name: "karpor-admin" };
  const subjects = [{ kind: "User", name: "eve" }];
  const body = { metadata: { name: "older" }, roleRef, subjects };
  await admin("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", { body });
  await admin.close();
  await world.until(async () => {
    await swept(world);
    return (await world.commands.hget(world.keys.hubBindings, "older")) !== null;
  });
  await bring([bindingOf("delete", "older"), bindingOf("delete", "of-nothing")]);
  const text = await told(/Not done by the bot/, 1);
  expect(text).toMatch(/deleted the binding `older`, from `10.1.2.3`/);
  expect(text).not.toMatch(/of-nothing/);
});

test("whoever has the bot's credential is told from the bot within one batch", async () => {
  await it.get("guest 1h", "stolen");
  const request = await record("stolen");
  const name = objectName(request);
  expect(botGenerationOf(GRANTS_NAMESPACE, GRANTS_NAMESPACE)).toBe(1);
  await bring([heartbeat()]);
  await nothingTold();
  const ends = event({
    ...{ verb: "patch", requestURI: "/api/x", user: { username: BOT } },
    objectRef: { resource: "serviceaccounts", namespace: GRANTS_NAMESPACE, name },
  });
  const own = { ...ends, auditID: ownLooks(secret(SECRET)).name() };
  await bring([own, ends, tokenOf(name, BOT), bindingOf("create", "mine", BOT)]);
  const text = await told(/did what the bot did not/, 1);
  expect(text).toContain(`changed the account \`${name}\``);
  expect(text).toContain(`a token of the account \`${name}\``);
  expect(text).toContain("made the binding `mine`");
});

test("so they are where the hub's clock was ahead for a while", async () => {
  await it.get("guest 1h", "stolen");
  const name = objectName(await record("stolen"));
  await bring([heartbeat(world.clock.now() + DAY)]);
  await bring([heartbeat()]);
  await bring([tokenOf(name, BOT)]);
  await told(/did what the bot did not/, 1);
});

test("whom a binding is for besides is told, however many that are known stand before", async () => {
  await bring([heartbeat()]);
  const bot = { kind: "ServiceAccount", name: GRANTS_NAMESPACE, namespace: botNamespace(GRANTS_NAMESPACE) };
  const bound = (name: string, subjects: object[]) =>
    Object.assign(bindingOf("create", name, BOT), {
      requestObject: { roleRef: { kind: "ClusterRole", name: GRANTS_NAMESPACE }, subjects },
    });
  const bots = Array.from({ length: 5 }, () => bot);
  await bring([bound("setup", bots)]);
  await nothingTold();
  await bring([bound("theirs", [...bots, { kind: "Group", name: "system:authenticated" }])]);
  expect(await told(/did what the bot did not/, 1)).toContain("made the binding `theirs`");
});

test("whoever ran setup a moment ago, which names its writes as the bot does, is not taken for the bot", async () => {
  await bring([heartbeat()]);
  const closing = event(
    {
      ...{ auditID: ownLooks(secret(SECRET)).name(), verb: "update", requestURI: "/apis/x" },
      ...{ user: { username: "karpor-admin" }, objectRef: { ...BINDINGS, resource: "clusterroles" } },
    },
    world.clock.now() + 1,
  );
  await bring([closing]);
  await bring([bindingOf("create", "by-hand", "karpor-admin")]);
  expect(await told(NEWS, 1)).toMatch(/Not done by the bot/);
});

test("what a thief of its credential did beside what was told is told when their ten minutes are over, however late the hub brings it", async () => {
  await it.get("guest 1h", "stolen");
  const name = objectName(await record("stolen"));
  await bring([heartbeat()]);
  await nothingTold();
  const at = world.clock.now();
  await world.jump(60_000);
  // Redis was away for a minute: both batches come after it, the one before the other.
  const [first, second] = [tokenOf(name, BOT), bindingOf("create", "mine", BOT, "karpor-admin", at)];
  await bring([Object.assign(first, { requestReceivedTimestamp: new Date(at).toISOString() })]);
  await told(/did what the bot did not/, 1);
  await bring([second]);
  for (let i = 0; i < 5; i++) {
    await world.jump(114_000);
    await bring([heartbeat()]);
    await pass();
  }
  await world.jump(60_000);
  expect(await told(/did what the bot did not/, 2)).toContain("made the binding `mine`");
});

test("the bot's own writes are no alarm, nor one whose record comes late", async () => {
  await it.get("guest 1h", "own");
  const name = objectName(await record("own"));
  const own = tokenOf(name, BOT);
  own.auditID = ownLooks(secret(SECRET)).name();
  await bring([heartbeat(), own]);
  // By an operator whose command line has not the secret.
  await bring([bindingOf("delete", name, BOT)]);
  for (let i = 0; i < 3; i++) await pass();
  await world.slack.click(BOB, await it.dm(BOB, "production"), "End now", { confirm: true });
  await it.proveEnd();
  await nothingTold();
});

test("more refusals than may be, of one grant within an hour", async () => {
  await it.get("guest 8h", "refused");
  const name = objectName(await record("refused"));
  const at = world.clock.now();
  const refusals = Array.from({ length: 5 }, (_, i) => use(name, at + i * 1_000, name, 403));
  await bring([...refusals, use(name, at - 3_600_000, name, 403)], 3);
  await nothingTold();
  await bring([use(name, at + 60_000, name, 403)]);
  expect(await told(/Refused again and again/, 1)).toMatch(/more than 5 requests of .*`guest`/);
  await bring(Array.from({ length: 50 }, (_, i) => use(name, at + 61_000 + i, name, 403)));
  await told(/Refused again and again/, 1);
});

test("while Slack is away it is logged once, and told when Slack is back", async () => {
  world.slack.failNext("chat.postMessage", "internal_error", 3);
  await bring([bindingOf("create", "theirs", "eve")]);
  await world.until(async () => {
    await pass();
    return logged().length > 0;
  });
  expect(said(NEWS)).toEqual([]);
  await world.until(async () => {
    await world.jump(15_000);
    return said(NEWS).length > 0;
  });
  await told(NEWS, 1);
  expect(logged()).toHaveLength(1);
  expect(await world.commands.hlen(world.keys.hubAlarms)).toBe(0);
});

test("where Slack does not say whether it took it, it is posted once more soon, and seldom then", async () => {
  const lost = {
    before: async () => undefined,
    after: async (call: SlackCall) => !NEWS.test(String(call.args.text)),
  };
  world.slack.meddle(lost);
  await bring([bindingOf("create", "theirs", "eve")]);
  const later = async (count: number) => {
    await world.until(async () => {
      await world.jump(15_000);
      return said(NEWS).length >= count;
    });
    return world.clock.now();
  };
  const second = await later(2);
  // Another does not wait for it.
  world.slack.meddle(undefined);
  await bring([bindingOf("create", "others", "mallory")]);
  for (let i = 0; i < 3; i++) await pass();
  expect(said(/`others`/)).toHaveLength(1);
  world.slack.meddle(lost);
  const third = await later(4);
  expect(third - second).toBeGreaterThan(9 * 60_000);
  world.slack.meddle(undefined);
  await later(5);
  await world.until(async () => (await world.commands.hlen(world.keys.hubAlarms)) === 0);
  expect(await world.commands.hlen(world.keys.hubAlarmsLater)).toBe(0);
  for (let i = 0; i < 50; i++) await world.jump(15_000);
  expect(said(NEWS)).toHaveLength(5);
});

test("where Slack asks to wait, it is told when that time is over", async () => {
  world.slack.failNext("chat.postMessage", { retryAfter: 3 }, 1);
  await bring([bindingOf("create", "theirs", "eve")]);
  await world.until(async () => {
    await pass();
    return logged().length > 0;
  });
  expect(said(NEWS)).toEqual([]);
  await world.jump(4_000);
  await told(NEWS, 1);
});

test("names and clients of any length stay one message that Slack takes", () => {
  const write = {
    ...{ at: 0, event: "e", who: "&".repeat(200), as: "<".repeat(200), address: "<".repeat(200) },
    ...{ agent: "`>".repeat(100), did: "deleted" as const, unsure: true as const, what: "binding" as const },
    ...{ name: "&".repeat(253), clusterRole: "x".repeat(200) },
    subjects: Array.from({ length: 5 }, () => ({ kind: "User", name: "`>".repeat(200) })),
  };
  const alarm = {
    kind: "writes" as const,
    who: write.who,
    asBot: true,
    writes: Array(4).fill(write),
    count: 900,
    unread: 9,
  };
  for (const locale of ["en", "zh"] as const) {
    const ctx = { locale, hub: { name: "production" }, admins: [ALICE], now: 0, command: "/karpor-access" };
    const { blocks } = hubAlarmMessage(alarm, null, ctx as unknown as ViewContext);
    for (const block of blocks) expect(JSON.stringify(block).length).toBeLessThanOrEqual(3000);
    expect(JSON.stringify(blocks)).toContain("896");
  }
});
