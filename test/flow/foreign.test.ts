/** What others made on the hub, past the bot: told once an object, whoever restarts, and told later when Slack is away. */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../../src/domain/duration.ts";
import type { UserId } from "../../src/domain/ids.ts";
import { sweep } from "../../src/flow/mend/sweep.ts";
import type { Ports } from "../../src/flow/ports.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { PREFIX } from "../../src/hub/grants/names.ts";
import { account, binding } from "../../src/hub/grants/objects.ts";
import { alarmMessage } from "../../src/slack/views/index.ts";
import { ALICE, BOB, startBot, startWorld, type World } from "../helpers/bot.ts";
import { GRANTS_NAMESPACE } from "../helpers/bot-account.ts";
import { scene } from "../helpers/scene.ts";
import { rotateHalfway } from "../helpers/set-up.ts";
import { mrkdwnIn } from "../helpers/speech.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";
import { swept } from "../helpers/swept.ts";
import { approved } from "../hub/requests.ts";
import { view } from "../slack/records.ts";

let world: World;
beforeEach(async () => {
  world = await startWorld();
});
afterEach(() => world.close());

const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

async function bind(name: string, subject: object = { kind: "User", name: "system:anonymous" }) {
  const admin = hubClient(world.hub, world.hub.admin);
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-admin" };
  await admin("POST", BINDINGS, { body: { metadata: { name }, roleRef, subjects: [subject] } });
  await admin.close();
}
async function unbind(name: string) {
  const admin = hubClient(world.hub, world.hub.admin);
  expect((await admin("DELETE", `${BINDINGS}/${name}`)).status).toBe(200);
  await admin.close();
}
const news = () => world.slack.dm(ALICE).map(visibleText);

test("in the log and to each administrator, once an object, also after a restart", async () => {
  await bind("<!channel>");
  const first = await startBot(world);
  await world.until(async () => news().length > 0);
  expect(news()[0]).toMatch(/^\*Not made by the bot:\* an object on production that may give access past it/);
  expect(news()[0]).toContain("system:anonymous");
  // A name that others chose pings nobody.
  expect(JSON.stringify(world.slack.dm(ALICE))).not.toContain("<!channel>");
  const logged = () => first.lines.filter(({ foreign }) => foreign);
  await world.until(async () => logged().length > 0);
  expect(logged()).toMatchObject([
    { level: "error", foreign: { name: "<!channel>", clusterRole: "karpor-admin" } },
  ]);
  await first.stop();

  const second = await startBot(world);
  await bind("another", { kind: "ServiceAccount", namespace: "default", name: "karpor-admin" });
  await world.until(async () => {
    await swept(world);
    return news().length > 1;
  });
  await swept(world);
  expect(news()).toHaveLength(2);
  expect(news()[1]).toContain("`another` gives `karpor-admin` to `default/karpor-admin`");
  expect(news()[1]).not.toContain("anonymous");
  expect(second.lines.filter(({ foreign }) => foreign)).toHaveLength(1);
  await second.stop();
});

test("while Slack is away it is logged once, and told when Slack is back", async () => {
  await bind("theirs");
  const errors: object[] = [];
  await using steps = await openSteps(world);
  const { log } = steps.ports;
  const ports = { ...steps.ports, log: { ...log, error: (fields: object) => void errors.push(fields) } };
  world.slack.failNext("conversations.open", "internal_error", 2);
  const nextSweep = () => {
    world.clock.jump(MINUTE);
    return sweep(ports);
  };
  await nextSweep();
  await nextSweep();
  expect(errors).toMatchObject([{ foreign: { name: "theirs" } }]);
  expect(news()).toEqual([]);
  await nextSweep();
  expect(news()).toHaveLength(1);
  await sweep(ports);
  expect(news()).toHaveLength(1);
  expect(errors).toHaveLength(1);
});

test("however long a name others chose, told first and then logged, in 200 characters", async () => {
  await bind("theirs", { kind: "User", name: "eyJ".repeat(30_000) });
  await using steps = await openSteps(world);
  const { log } = steps.ports;
  const logged: { foreign?: { subjects: unknown }; told: number }[] = [];
  const error = (fields: object) => void logged.push({ ...fields, told: news().length });
  await sweep({ ...steps.ports, log: { ...log, error } });
  const name = "eyJ".repeat(67).slice(0, 200);
  expect(logged).toMatchObject([{ foreign: { subjects: [{ kind: "User", name }] }, told: 1 }]);
});

test("once more when it was gone and stands again, as after a restore of the hub, and not while it stands", async () => {
  await bind("stays");
  await bind("goes");
  const errors: object[] = [];
  await using steps = await openSteps(world);
  const { log, grants } = steps.ports;
  const ports = { ...steps.ports, log: { ...log, error: (fields: object) => void errors.push(fields) } };
  const seeing = (survey: Ports["grants"]["survey"]): Ports => ({ ...ports, grants: { ...grants, survey } });
  await sweep(ports);
  expect(news()).toHaveLength(1);
  const restore = world.localHub?.backup();
  // A hub that was not seen whole says of nothing that it is gone.
  const unreadable = seeing(async function* () {
    yield [];
    return null;
  });
  const brokenOff = seeing(async function* () {
    yield [];
    throw new Error("away");
  });
  for (const one of [unreadable, brokenOff, ports]) await sweep(one);
  expect(news()).toHaveLength(1);

  await unbind("goes");
  await sweep(ports);
  expect(news()).toHaveLength(1);
  restore?.();
  await sweep(ports);
  expect(news()).toHaveLength(2);
  expect(news()[1]).toContain("`goes` gives `karpor-admin`");
  expect(news()[1]).not.toContain("stays");
  await sweep(ports);
  expect(news()).toHaveLength(2);
  const logged = (name: string) => errors.filter((one) => JSON.stringify(one).includes(name));
  expect([logged("stays").length, logged("goes").length]).toEqual([1, 2]);
});

async function forge(
  change: Parameters<typeof approved>[0],
  also: Record<string, string | undefined> = {},
): Promise<ReturnType<typeof approved>> {
  const place = { instance: "test", namespace: GRANTS_NAMESPACE };
  const expiresAt = world.clock.now() + HOUR;
  const forged = approved({ role: "admin", clusterRole: "karpor-admin", expiresAt, ...change });
  const admin = hubClient(world.hub, world.hub.admin);
  const { metadata, ...rest } = account(place, forged);
  const annotations = { ...metadata.annotations, ...also };
  await admin("POST", `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts`, {
    body: { ...rest, metadata: { ...metadata, annotations } },
  });
  await admin("POST", BINDINGS, { body: binding(place, forged, "karpor-admin") });
  await admin.close();
  return forged;
}

test("a grant forged in each part is taken over, and told as one that no record knows", async () => {
  const forged = await forge({}, { [`${PREFIX}/token-message`]: "D0ALICE/1700000000.000100" });
  await using steps = await openSteps(world);
  await steps.sweep();
  await steps.sweep();
  expect(news()).toEqual([expect.stringContaining(`/karpor-access revoke ${forged.id}`)]);
  expect(news()[0]).toMatch(/^\*No record knows it:\* `admin` on production for `Alice/);
  expect((await steps.ports.requests.get(forged.id))?.state).toBe("active");
});

describe("forged, and removed by the next sweep, it is told all the same", () => {
  const it = () => scene(world);
  const removedAndTold = async (steps: Steps) => {
    const [name = ""] = (await it().standing()).filter((one) => one.includes("-admin-"));
    await steps.sweep();
    expect(await it().standing()).not.toContain(name);
    expect(news()).toEqual([expect.stringMatching(/^\*Not made by the bot:\* an object/)]);
    expect(news()[0]).toContain(
      `\`${name}\` gives \`karpor-admin\` to \`${GRANTS_NAMESPACE}/${name}\`; removed`,
    );
    await steps.sweep();
    expect(news()).toHaveLength(1);
  };

  test("without a part of what its account says", async () => {
    await forge({}, { [`${PREFIX}/reason`]: undefined });
    await using steps = await openSteps(world);
    await removedAndTold(steps);
  });

  test.each([0, 7])("as generation %i of a grant that stands", async (generation) => {
    await using steps = await openSteps(world);
    const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
    const { id } = await makeRequest(steps.ports, { requester, text: "peek 1h", triggerId: "t1" });
    await steps.work();
    await forge({ id, generation });
    await removedAndTold(steps);
    expect(await it().standing()).toHaveLength(2);
  });

  test("with the id of what was asked for, and given to nobody", async () => {
    await using steps = await openSteps(world);
    const requester = { id: BOB as UserId, name: "Bob", locale: "en" } as const;
    const { id } = await makeRequest(steps.ports, { requester, text: "admin 1h because", triggerId: "t1" });
    await steps.work();
    await forge({ id });
    await removedAndTold(steps);
  });

  test("and once more when it stands again", async () => {
    await using steps = await openSteps(world);
    await steps.sweep();
    await forge({}, { [`${PREFIX}/reason`]: undefined });
    const restore = world.localHub?.backup();
    await removedAndTold(steps);
    restore?.();
    await steps.sweep();
    expect(news()).toHaveLength(2);
    expect(news()[1]).toContain("; removed");
  });
});

describe("an older account of the bot that has its rights still", () => {
  const OLD = "`karpor-access-system/karpor-access`, an older account of the bot, still has its rights";
  const sweepLater = (steps: Steps, ms: number) => {
    world.clock.jump(ms);
    return steps.sweep();
  };

  test("is told once it has stood so for a quarter of an hour: in the midst of a rotation it does, too", async () => {
    expect(await rotateHalfway(world)).toContain("Both accounts stand now");
    await using steps = await openSteps(world);
    await steps.sweep();
    await sweepLater(steps, 14 * MINUTE);
    expect(news()).toEqual([]);
    await sweepLater(steps, MINUTE);
    await sweepLater(steps, MINUTE);
    expect(news()).toEqual([expect.stringContaining(OLD)]);
    expect(news()[0]).toMatch(/has the bot's access until you run `npm run setup -- --rotate`/);
  });

  test("is told once, whichever replica sweeps: one that has just started has not seen it stand for so long", async () => {
    await rotateHalfway(world);
    await using steps = await openSteps(world);
    await steps.sweep();
    await sweepLater(steps, 15 * MINUTE);
    await using other = await openSteps(world);
    for (const each of [other, steps, other, steps]) await sweepLater(each, MINUTE);
    await sweepLater(other, 15 * MINUTE);
    expect(news()).toEqual([expect.stringContaining(OLD)]);
  });

  test("is told also where the bot itself was put back onto it", async () => {
    const file = join(dirname(world.env.KARPOR_ACCESS_CONFIG), "hub.kubeconfig");
    const before = readFileSync(file, "utf8");
    await rotateHalfway(world);
    await using steps = await openSteps(world);
    await steps.sweep();
    const admin = hubClient(world.hub, world.hub.admin);
    await admin("DELETE", "/api/v1/namespaces/karpor-access-system/serviceaccounts/karpor-access-2");
    await admin.close();
    writeFileSync(file, before);
    await sweepLater(steps, MINUTE);
    await sweepLater(steps, 15 * MINUTE);
    expect(news()).toEqual([expect.stringContaining(OLD)]);
  });
});

test("many objects, and names of any length, stay one message that Slack takes", () => {
  const one = (i: number) => ({
    kind: "ClusterRoleBinding" as const,
    name: `<&>${"x".repeat(250)}${i}`,
    uid: String(i),
    createdAt: 0,
    removed: true as const,
    clusterRole: "&".repeat(250),
    subjects: Array.from({ length: 9 }, () => ({ kind: "User", name: "`>".repeat(200) })),
  });
  for (const language of ["en", "zh"] as const) {
    const objects = Array.from({ length: 100 }, (_, i) => one(i));
    const said = mrkdwnIn(alarmMessage({ kind: "foreign", objects }, view(language)).blocks)[0] ?? "";
    expect(said.length).toBeLessThanOrEqual(3000);
    expect(said).toMatch(/100/);
    expect(said).toMatch(/92/);
    expect(said).not.toMatch(/<&>/);
  }
});
