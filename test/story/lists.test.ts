/** Story 6: lists show what their reader may see, ten at a time, and cost the same however much others hold. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { HOUR } from "../../src/request/durations.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, APPROVALS, BOB, CAROL, GUS, MEI } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { buttonsOf, type Scene, sceneOf, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

const TWELVE = Array.from({ length: 12 }, (_, index) => `peek${index + 1}`);

let world: World;
let scene: Scene;

beforeAll(async () => {
  const many = Object.fromEntries(TWELVE.map((name) => [name, roles.peek]));
  world = await startWorld({ config: { roles: { ...roles, ...many } } });
  scene = sceneOf(world);
  await startReplica(world);
});
afterEach(async () => {
  await scene.clear();
  await world.jump(HOUR); // so that the limit of requests in an hour is each test's own
});
afterAll(() => world.close());

type Shown = Parameters<typeof visibleText>[0];

/** Ids of requests, in the order in which they are shown. */
const idsIn = (shown: Shown): string[] => [...new Set(visibleText(shown).match(/R-[0-9A-Z]{10}/g))];

/** What the command answers. */
async function list(user: string, line: string) {
  const { ephemeral } = await scene.say(user, line);
  if (!ephemeral) throw new Error(`nothing was answered to ${line}`);
  return ephemeral;
}

async function holdTwelve(user: string) {
  for (const role of TWELVE) await scene.say(user, `${role} 1h`);
  await allActive(user, TWELVE.length);
}

/** For BOB, who may not approve them. */
async function askTwelve() {
  for (let nth = 1; nth <= 12; nth++) await scene.say(CAROL, `for @bob guest ${nth}h waits-${nth}`);
  await eventually(
    async () => (await world.records()).filter(({ state }) => state === "waiting").length === 12,
  );
}

const allActive = (user: string, count: number) =>
  eventually(async () => {
    const held = (await world.records()).filter(
      ({ requester, state }) => requester === user && state === "active",
    );
    return held.length === count;
  });

describe("what they show", () => {
  test("nothing, to who has nothing", async () => {
    expect(visibleText(await list(MEI, "status"))).toContain("暂无");
    expect(visibleText(await list(BOB, "pending"))).toContain("Nothing waits for you.");
    expect(visibleText(await list(ALICE, "active"))).toContain("Nobody has access now.");
    expect(visibleText(await list(GUS, "history"))).toContain("No requests");
  });

  test("status: ten of what one has, and the others by a click", async () => {
    await holdTwelve(BOB);
    const first = await list(BOB, "status");
    expect(idsIn(first)).toHaveLength(10);
    expect(buttonsOf(first)).toContain("End now");
    expect(buttonsOf(first)).not.toContain("Newer");
    await world.slack.click(BOB, first, "Older");
    const second = await scene.whisper(BOB, "You have or wait for");
    await world.slack.waitFor(() => idsIn(second).length === 2);
    expect(buttonsOf(second)).not.toContain("Older");
    await world.slack.click(BOB, second, "Newer");
    await world.slack.waitFor(() => idsIn(second).length === 10);
  });

  test("pending: what waits for this person, not their own, and decided on the card", async () => {
    await askTwelve();
    const first = await list(ALICE, "pending");
    expect(idsIn(first)).toHaveLength(10);
    expect(buttonsOf(first)).not.toContain("Approve 1 h");
    const { ts } = await scene.card("waits-2");
    const card = `<https://local.slack.com/archives/${APPROVALS}/p${ts.replace(".", "")}|card>`;
    expect(visibleText(first)).toContain(`approve it on its ${card}`);
    await world.slack.click(ALICE, first, "Older");
    await world.slack.waitFor(() => idsIn(first).length === 2);
    expect(idsIn(await list(CAROL, "pending"))).toEqual([]);
    expect(idsIn(await list(BOB, "pending"))).toEqual([]);
  });

  test("active: for approvers and admins alone, by its end", async () => {
    await holdTwelve(BOB);
    expect(idsIn(await list(ALICE, "active"))).toHaveLength(10);
    expect(visibleText(await list(MEI, "active"))).toContain("无法显示");
    await world.slack.click(ALICE, await list(ALICE, "active"), "Older");
    const rest = await scene.whisper(ALICE, "Access now");
    await world.slack.waitFor(() => idsIn(rest).length === 2);
    expect(buttonsOf(rest).filter((label) => label === "Revoke…")).toHaveLength(2);
  });

  test("history: one's own for everybody, another's for admins", async () => {
    await holdTwelve(BOB);
    const own = await list(BOB, "history");
    expect(idsIn(own)).toHaveLength(10);
    await world.slack.click(BOB, own, "Older");
    await world.slack.waitFor(() => buttonsOf(own).includes("Newer"));
    expect(idsIn(await list(ALICE, "history @bob"))).toHaveLength(10);
    expect(visibleText(await list(MEI, "history @bob"))).toContain("无法显示");
  });

  test("show: the story of one request, for who takes part in it", async () => {
    await scene.say(BOB, "peek 1h to be told");
    const { id } = await scene.because("to be told", "active");
    await scene.say(BOB, "end peek");
    await scene.proveEnd(id);
    const story = visibleText(await list(BOB, `show ${id}`));
    for (const event of [
      "asked for",
      "approved automatically",
      "access began",
      "ended by",
      "end confirmed by Karpor",
    ])
      expect(story).toContain(event);
    expect(visibleText(await list(ALICE, `show ${id.toLowerCase()}`))).toContain("end confirmed");
    expect(visibleText(await list(CAROL, `show ${id}`))).toContain("Not shown");
    expect(visibleText(await list(BOB, "show R-0000000000"))).toContain("No such request");
  });
});

describe("Home", () => {
  test("what one has and what waits, with a button to ask; a click there is answered there", async () => {
    await holdTwelve(BOB);
    await askTwelve();
    await world.slack.openHome(ALICE);
    const home = await world.slack.waitFor(() => world.slack.home(ALICE));
    expect(visibleText({ text: "", blocks: home.blocks })).toContain("Waiting for you");
    expect(buttonsOf(home)).toContain("Request access");
    await scene.say(MEI, "peek 1h");
    const { id } = await scene.record(({ requester, state }) => requester === MEI && state === "active");
    await world.slack.openHome(MEI);
    await world.slack.waitFor(() => buttonsOf(world.slack.home(MEI) ?? {}).includes("立即结束"));
    await world.slack.click(MEI, { home: true }, "end", { confirm: true });
    await scene.record((one) => one.id === id && one.ending !== null);
    await world.slack.waitFor(() => !buttonsOf(world.slack.home(MEI) ?? {}).includes("立即结束"));
    await world.slack.openHome(BOB);
    await world.slack.waitFor(() => buttonsOf(world.slack.home(BOB) ?? {}).includes("Older"));
    await world.slack.click(BOB, { home: true }, "Older");
    expect(idsIn({ text: "", blocks: (await scene.form(BOB)).blocks }).length).toBeGreaterThan(0);
  });
});

test("our DM and Home say that words are not read there, with a button to ask: the DM once", async () => {
  for (const [user, words, button] of [
    [BOB, "I read commands only", "Request access"],
    [MEI, "我只读取命令", "申请权限"],
  ] as const) {
    const said = () => world.slack.dm(user).filter((message) => visibleText(message).includes(words));
    await world.slack.openHome(user, "messages");
    await world.slack.openHome(user, "messages");
    const greeting = await scene.dm(user, words);
    await world.slack.openHome(user);
    await world.slack.waitFor(() => JSON.stringify(world.slack.home(user)).includes(words));
    expect(said()).toHaveLength(1);
    await world.slack.click(user, greeting, button);
    await world.slack.closeView(user, (await scene.form(user)).id);
  }
});

describe("what they cost", () => {
  const LISTS: [user: string, line: string][] = [
    [GUS, "status"],
    [MEI, "pending"],
    [ALICE, "pending"],
    [ALICE, "active"],
    [GUS, "history"],
    [ALICE, "history @bob"],
  ];

  test("the same commands, however much others hold", async () => {
    await holdTwelve(BOB);
    await askTwelve();
    await settled();
    const before = [];
    for (const [user, line] of LISTS) before.push(await costOf(() => list(user, line)));
    const homeBefore = await costOf(() => openHome(MEI));
    await holdTwelve(ALICE);
    await settled();
    for (const [index, [user, line]] of LISTS.entries())
      expect([line, await costOf(() => list(user, line))]).toEqual([line, before[index]]);
    expect(await costOf(() => openHome(MEI))).toBe(homeBefore);
    expect(Math.max(...before)).toBeLessThan(40);
  });
});

const openHome = (user: string) => world.slack.openHome(user);

/** Every message shows its record, so that nothing but the list reads records. */
const settled = () =>
  eventually(async () => {
    const names = await world.commands.keys("{karpor-access:test}:request:*");
    const drawn = await Promise.all(names.map((name) => world.commands.hmget(name, "version", "drawn")));
    return drawn.every(([version, shown]) => version === shown);
  });

/** How many commands that read records and indexes it takes; the least of three, since queues look about as well. */
async function costOf(deed: () => Promise<unknown>): Promise<number> {
  const costs = [];
  for (let tries = 0; tries < 3; tries++) {
    const before = await readsSoFar();
    await deed();
    costs.push((await readsSoFar()) - before);
  }
  return Math.min(...costs);
}

async function readsSoFar(): Promise<number> {
  const stats = await world.commands.info("commandstats");
  const counts = [...stats.matchAll(/^cmdstat_(?:hmget|hgetall|zrange|zrevrange|zcount):calls=(\d+)/gm)];
  return counts.reduce((sum, [, calls]) => sum + Number(calls), 0);
}
