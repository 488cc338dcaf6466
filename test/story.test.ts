/** The whole life of a request, through the outer doors: signed commands and clicks in, Slack calls and hub objects out. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type JumpClock, jumpClock } from "../sandbox/clock.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../sandbox/hub/envtest.ts";
import type { TestHub } from "../sandbox/hub/types.ts";
import { buttonsOf, visibleText } from "../sandbox/slack/index.ts";
import { HOUR, MINUTE } from "../src/domain/duration.ts";
import {
  ALICE,
  APPROVALS,
  BOB,
  CAROL,
  GENERAL,
  MEI,
  startBot,
  startWorld,
  type World,
} from "./helpers/bot.ts";
import { login } from "./helpers/login.ts";
import { inputOf, type Scene, scene, tokenIn } from "./helpers/scene.ts";

describe.each(["http", "socket"] as const)("over %s", (transport) => {
  describe("on the local hub", () => tell({ transport, start: async () => undefined }));
  describe.skipIf(!envtestAvailable())(`on a real API server (${envtestAdvice})`, () =>
    tell({ transport, start: startEnvtest }),
  );
});

interface Told {
  transport: "http" | "socket";
  /** Undefined: the local hub. */
  start(clock: JumpClock): Promise<TestHub | undefined>;
}

function tell({ transport, start }: Told) {
  let world: World;
  let bot: Awaited<ReturnType<typeof startBot>>;
  let real: TestHub | undefined;

  beforeAll(async () => {
    const clock = jumpClock();
    real = await start(clock);
    world = await startWorld({ transport, clock, ...(real ? { hub: real } : {}) });
    bot = await startBot(world);
  });
  afterAll(async () => {
    await bot.stop();
    await world.close();
    await real?.stop();
  });

  const dm: Scene["dm"] = (...seen) => scene(world).dm(...seen);
  const whisper: Scene["whisper"] = (...seen) => scene(world).whisper(...seen);
  const proveEnd: Scene["proveEnd"] = (...seen) => scene(world).proveEnd(...seen);
  const cards = () => world.slack.messages(APPROVALS).filter((m) => !m.thread_ts);
  const card = (words: string) =>
    world.slack.waitFor(() => cards().find((m) => visibleText(m).includes(words)));
  test("ask, approve, get a token, be reminded, lose it on time", async () => {
    const asked = await world.slack.command(BOB, GENERAL, "guest 8h debugging the search page");
    expect(asked.status).toBe(200);
    await whisper(BOB, "Sent to");
    const pending = await card("asks for");
    expect(visibleText(pending)).toContain("debugging the search page");
    expect(buttonsOf(pending)).toEqual(["Approve 8 h", "1 h only", "Deny…"]);
    expect(buttonsOf(await dm(BOB, "Waiting for approval:"))).toEqual(["Withdraw", "Remind them"]);

    await world.slack.click(ALICE, pending, "approve");
    const ready = await dm(BOB, "Only for you.");
    const token = tokenIn(ready);
    expect(await login(world.hub, token)).not.toBe(401);
    expect(buttonsOf(ready)).toEqual(["Open Karpor", "I've copied it, hide", "Ask for more time", "End now"]);
    const activeCard = await card("Active until");
    expect(activeCard.ts).toBe(pending.ts);
    expect(buttonsOf(activeCard)).toEqual(["Revoke…"]);
    expect(visibleText(activeCard)).toMatch(/approved by <@U0ALICE/);
    const { serviceAccounts, clusterRoleBindings } = await world.hub.objects();
    expect(serviceAccounts.filter((o) => o.metadata.name.startsWith("karpor-access-guest-"))).toHaveLength(1);
    expect(
      clusterRoleBindings.filter((o) => o.metadata.name.startsWith("karpor-access-guest-")),
    ).toHaveLength(1);

    await world.jump(7 * HOUR);
    const hourly = await dm(BOB, "1 h left:");
    expect(buttonsOf(hourly)).toEqual(["Ask for more time", "End now"]);
    await world.jump(50 * MINUTE);
    await dm(BOB, "10 min left:");
    await world.slack.waitFor(() => !world.slack.dm(BOB).includes(hourly));

    await world.jump(10 * MINUTE);
    const ended = await proveEnd(BOB);
    expect(visibleText(ended)).toMatch(
      /Ended at .*, time was up:.*guest.*approved by <@U0ALICE>\. (Karpor refuses the token|The token's account is gone)/s,
    );
    await card("Ended");
    // One receipt is left in the DM, and one card.
    const left = () => world.slack.dm(BOB).filter((m) => !visibleText(m).includes("Welcome."));
    await world.slack.waitFor(() => left().length === 1);
    expect(left()).toEqual([ended]);
    const onHub = await world.hub.objects();
    expect([...onHub.serviceAccounts, ...onHub.clusterRoleBindings].filter(isGrant)).toEqual([]);
    expect(bot.trail().map(({ to }) => to)).toEqual([
      "requested",
      "pending",
      "approved",
      "delivering",
      "active",
      "ending",
      "ended",
    ]);
    // A probe token that is slow to be made is not waited for.
    expect(bot.trail().at(-1)?.verification?.method).toMatch(/probe|absence/);
  });

  test("an approver's click counts once, the late one is told who was first, and only they", async () => {
    await world.slack.command(BOB, GENERAL, "admin 2h OPS-123: roll back");
    const pending = await card("OPS-123: roll back");
    await world.slack.click(BOB, pending, "approve");
    await whisper(BOB, "cannot approve your own request");
    await world.slack.click(ALICE, pending, "Deny…");
    const form = await world.slack.waitFor(() => world.slack.views(ALICE).at(-1));
    await Promise.all([
      world.slack.click(CAROL, pending, "approve"),
      world.slack.click(ALICE, pending, "approve"),
    ]);
    const ready = await dm(BOB, "Only for you.");
    await world.slack.submit(ALICE, form.id, { [inputOf(form)]: "not today" });
    await world.slack.waitFor(() =>
      world.slack.ephemerals(ALICE).some((m) => visibleText(m).includes("your click changed nothing")),
    );
    expect(bot.trail().filter(({ to }) => to === "approved")).toHaveLength(2);

    await world.slack.click(BOB, ready, "End now", { confirm: true });
    await proveEnd(BOB);
    expect(bot.trail().findLast(({ to }) => to === "ending")).toMatchObject({ who: BOB, why: "released" });
  });

  test("a denial tells the requester why", async () => {
    await world.slack.command(MEI, GENERAL, "guest 1h 看一下搜索页");
    const pending = await card("看一下搜索页");
    const waiting = await dm(MEI, "等待");
    await world.slack.click(CAROL, pending, "Deny…");
    const form = await world.slack.waitFor(() => world.slack.views(CAROL).at(-1));
    await world.slack.submit(CAROL, form.id, { [inputOf(form)]: "use peek instead" });
    await dm(MEI, "use peek instead");
    await card("Denied by");
    await world.slack.waitFor(() => !world.slack.dm(MEI).includes(waiting));
    expect(bot.trail().at(-1)).toMatchObject({
      to: "denied",
      who: CAROL,
      why: "use peek instead",
      qualified: "S0SRE",
    });
  });

  test("a role by policy needs nobody, and revoke with one live grant ends it", async () => {
    await world.slack.command(MEI, GENERAL, "peek");
    const ready = await world.slack.waitFor(() => world.slack.dm(MEI).find((m) => tokenIn(m) !== ""));
    expect(await login(world.hub, tokenIn(ready))).not.toBe(401);
    await world.slack.command(MEI, GENERAL, "revoke");
    await world.until(async () => (await world.records()).some((r) => r.state === "ending" && r.deletedAt));
    await world.jump(11_000);
    await world.slack.waitFor(() => world.slack.dm(MEI).some((m) => buttonsOf(m).includes("再次申请")));
    await world.slack.waitFor(() => !world.slack.dm(MEI).includes(ready));
  });

  test("no token and no secret was written anywhere but into the token's own message", async () => {
    const secrets = /eyJ[\w-]{20,}|planted/;
    expect(JSON.stringify(bot.lines)).not.toMatch(secrets);
    expect(await everyWrite(world)).not.toMatch(secrets);
    expect(JSON.stringify(world.slack.notifications(BOB))).not.toMatch(secrets);
  });
}

const isGrant = (o: { metadata: { labels?: Record<string, string> } }): boolean =>
  o.metadata.labels?.["karpor-access.io/request"] !== undefined;

/** All that Redis was ever told, records and job data alike: its append-only file. */
async function everyWrite({ commands }: World): Promise<string> {
  const [, dir = ""] = (await commands.config("GET", "dir")) as string[];
  const folder = join(dir, "appendonlydir");
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name), "latin1"));
  expect(files.join("").length).toBeGreaterThan(1_000);
  return files.join("");
}
