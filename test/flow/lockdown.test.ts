/** All access is locked down, and unlocked again; all of a person or role is revoked: commands and modals in, Slack and hub out. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type JumpClock, jumpClock } from "../../sandbox/clock.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import {
  ALICE,
  APPROVALS,
  BOB,
  CAROL,
  catalog,
  MEI,
  startBot,
  startWorld,
  type World,
} from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { inputOf, type Scene, scene, tokenIn } from "../helpers/scene.ts";

const PROVED_WITHIN_MS = 30_000;

describe("on the local hub", () => tell(async () => undefined));
describe.skipIf(!envtestAvailable())(`on a real API server (${envtestAdvice})`, () => tell(startEnvtest));

function tell(start: (clock: JumpClock) => Promise<TestHub | undefined>) {
  let world: World;
  let bot: Awaited<ReturnType<typeof startBot>>;
  let it: Scene;
  let real: TestHub | undefined;

  beforeAll(async () => {
    const clock = jumpClock();
    real = await start(clock);
    const breakGlass = { by: ["S0DEV"], max: "30m", review: ["S0SRE"] };
    const roles = { ...catalog, admin: { ...catalog.admin, breakGlass } };
    world = await startWorld({ clock, roles, ...(real ? { hub: real } : {}) });
    bot = await startBot(world);
    it = scene(world);
  }, 90_000);
  afterAll(async () => {
    await bot?.stop();
    await world?.close();
    await real?.stop();
  });

  const modal = (user: string, words: string) =>
    world.slack.waitFor(() => world.slack.views(user).findLast((v) => JSON.stringify(v).includes(words)));
  /** Types it, and sends the modal that it opens once that says what stands. */
  async function endAll(line: string, found: string, user = ALICE) {
    await it.say(user, line);
    const view = await modal(user, found);
    return world.slack.submit(user, view.id, { [inputOf(view)]: "laptop stolen" });
  }
  const loginOf = (token: string) => login(world.hub, token);
  /** A real API server has no such page, and says so to whom it lets in. */
  const isGood = async (token: string) => [200, 404].includes(await loginOf(token));
  const isGone = (token: string) => world.until(async () => [401, 403].includes(await loginOf(token)));
  /** A step each time: the counting waits for the clock. Beside a real API server time is that server's own. */
  async function proved(...words: string[]) {
    for (const until = performance.now() + PROVED_WITHIN_MS; performance.now() < until; ) {
      await world.jump(3_000);
      const found = world.slack
        .messages(APPROVALS)
        .findLast((m) => words.every((one) => visibleText(m).includes(one)));
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`not seen: ${words.join()}`);
  }
  const states = async () => Object.fromEntries((await world.records()).map((r) => [r.reason, r.state]));

  test("a drill says what would happen, to administrators alone, and changes nothing", async () => {
    await it.get("guest 4h", "first");
    await it.say(BOB, "lockdown —drill");
    await it.whisper(BOB, "can do this");
    await it.say(ALICE, "lockdown --drill");
    const told = visibleText(await it.whisper(ALICE, "Drill, nothing was changed"));
    expect(told).toContain("1 grant of 1 person (1 `guest`)");
    expect(told).toContain("1 binding would be taken away first");
    await it.say(ALICE, "lockdown drill.");
    await it.say(ALICE, "锁定演练。");
    await world.slack.waitFor(() => {
      const drills = world.slack.ephemerals(ALICE).filter((m) => visibleText(m).includes("Drill, nothing"));
      return drills.length === 3 || undefined;
    });
    expect(await states()).toEqual({ first: "active" });
  });

  test("whoever is no administrator reads so in the modal, and sends nothing", async () => {
    await it.say(BOB, "lockdown because");
    const view = await modal(BOB, "Nothing changed:");
    expect(view.submit).toBeUndefined();
    expect(await states()).toEqual({ first: "active" });
  });

  test("locked down: tokens are refused, one message counts, and nothing is granted", async () => {
    const second = await it.get("guest 2h", "second", CAROL);
    const first = await it.dm(BOB, "Only for you.");
    const waits = await it.ask("guest", "waiting", MEI);
    await endAll("lockdown", "2 grants of 2 people");
    await it.whisper(ALICE, "Locked down.");
    await Promise.all([isGone(tokenIn(first)), isGone(tokenIn(second))]);
    await world.until(async () => (await it.standing()).length === 0);

    const live = await proved("All 2 are confirmed");
    // A real API server remembers for 10 s that it knew them.
    await world.until(async () => (await loginOf(tokenIn(first))) === 401);
    await world.until(async () => (await loginOf(tokenIn(second))) === 401);
    expect(visibleText(live)).toContain("Locked down by alice");
    expect(visibleText(live)).toContain("laptop stolen");
    expect(
      world.slack.messages(APPROVALS).filter((m) => visibleText(m).includes("Locked down by")),
    ).toHaveLength(1);
    expect(await states()).toEqual({ first: "ended", second: "ended", waiting: "pending" });
    expect(visibleText(await it.dm(BOB, "Revoked by"))).toContain("laptop stolen");

    // Approve, approve with a note, deny; ask; break glass.
    await world.slack.click(CAROL, waits, "approve");
    await it.whisper(CAROL, "locked all access down");
    await world.slack.click(CAROL, waits, "deny");
    await modal(CAROL, "locked all access down");
    await it.say(BOB, "guest 1h again");
    await it.whisper(BOB, "locked all access down");
    await it.say(BOB, "peek 15m again");
    await it.say(BOB, "emergency admin 10m again");
    await it.say(MEI, "status");
    expect(visibleText(await it.whisper(MEI, "访问已锁定"))).toContain("R-");
    expect(await bot.held()).toContain("lockdown");
    expect(await states()).toEqual({ first: "ended", second: "ended", waiting: "pending" });
  });

  test("it is one: another administrator's word ends nothing twice; and it survives a restart", async () => {
    await bot.stop();
    bot = await startBot(world);
    await endAll("lockdown because", "No access stands now");
    await it.whisper(ALICE, "Locked down already");
    await it.say(BOB, "guest 1h still");
    await it.whisper(BOB, "locked all access down");
  });

  test("a Redis that lost it learns it from the hub before anything is granted", async () => {
    await world.commands.del(world.keys.lockdown);
    await world.slack.click(CAROL, await it.channel("waiting"), "approve");
    await world.until(async () => (await states()).waiting !== "pending");
    await world.jump(5_000);
    await world.until(async () => (await world.commands.hexists(world.keys.lockdown, "record")) === 1);
    await world.until(async () => {
      await world.jump(5_000);
      return (await states()).waiting === "ended";
    });
    expect(it.everShown(MEI)).not.toMatch(/eyJ/);
    expect(await it.standing()).toEqual([]);
  });

  test("unlock needs a reason, removes both, and access is given again", async () => {
    await it.say(BOB, "unlock please");
    await it.whisper(BOB, "can do this");
    await it.say(ALICE, "unlock .");
    await it.whisper(ALICE, "say why");
    await it.say(ALICE, "unlock found it again");
    await it.whisper(ALICE, "Unlocked.");
    expect(visibleText(await it.channel("Unlocked by alice"))).toContain("found it again");
    expect(await world.commands.hexists(world.keys.lockdown, "record")).toBe(0);
    const { serviceAccounts } = await world.hub.objects();
    const anchor = serviceAccounts.find(({ metadata }) => metadata.name === "karpor-access-instance-test");
    expect(anchor?.metadata.annotations).not.toHaveProperty(["karpor-access.io/lockdown"]);
    expect(anchor?.metadata.annotations).toHaveProperty(["karpor-access.io/epoch"]);
    await it.say(ALICE, "unlock twice");
    await it.whisper(ALICE, "not locked down");
    await world.jump(10_000);
    expect(await bot.held()).toEqual([]);
    await it.get("guest 1h", "after");
  });

  test("revoke all @person, revoke all ROLE: theirs alone, counted in one message", async () => {
    const after = await it.dm(BOB, "Only for you.");
    const carols = await it.get("guest 1h", "of carol", CAROL);
    const admins = await it.get("admin 1h", "as admin", MEI);
    await it.say(ALICE, "revoke all gest x");
    await it.whisper(ALICE, "neither a role nor a person");
    await endAll("revoke all @bob", "1 grant of 1 person");
    await isGone(tokenIn(after));
    await proved("Revoked by alice", "It is confirmed: Karpor refuses the token");
    expect([await isGood(tokenIn(carols)), await isGood(tokenIn(admins))]).toEqual([true, true]);
    await endAll("revoke all admin", "1 grant of 1 person");
    await isGone(tokenIn(admins));
    expect(await isGood(tokenIn(carols))).toBe(true);
  });
}
