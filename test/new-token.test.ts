/** A lost or leaked token gives way to a new one, through the outer doors: the hub refuses the old, and the access ends as before. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type JumpClock, jumpClock } from "../sandbox/clock.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../sandbox/hub/envtest.ts";
import type { TestHub } from "../sandbox/hub/types.ts";
import { buttonsOf, type SlackMessage, visibleText } from "../sandbox/slack/index.ts";
import { HOUR, MINUTE, SECOND } from "../src/domain/duration.ts";
import type { In } from "../src/domain/request.ts";
import { APPROVALS, BOB, startBot, startWorld, type World } from "./helpers/bot.ts";
import { login } from "./helpers/login.ts";
import { scene, TOKEN, tokenIn } from "./helpers/scene.ts";

const local = async () => undefined;
describe("on the local hub", () => tell(local));
describe.skipIf(!envtestAvailable())(`on a real API server (${envtestAdvice})`, () => tell(startEnvtest));

function tell(start: (clock: JumpClock) => Promise<TestHub | undefined>) {
  let world: World;
  let bot: Awaited<ReturnType<typeof startBot>>;
  let real: TestHub | undefined;
  let it: ReturnType<typeof scene>;

  beforeEach(async () => {
    const clock = jumpClock();
    real = await start(clock);
    world = await startWorld({ clock, ...(real ? { hub: real } : {}) });
    bot = await startBot(world);
    it = scene(world);
  });
  afterEach(async () => {
    await bot.stop();
    await world.close();
    await real?.stop();
  });

  const record = async () => (await world.records())[0] as In<"active">;
  const menu = (message: SlackMessage, choice: string) =>
    world.slack.select(BOB, message, "menu", choice, { confirm: true });
  const isAnother = (token: string) => (message: SlackMessage) =>
    tokenIn(message) !== "" && tokenIn(message) !== token;
  const newMessage = (than: string) => world.slack.waitFor(() => world.slack.dm(BOB).find(isAnother(than)));
  const works = async (token: string) => ![401, 403].includes(await login(world.hub, token));
  const isActive = () => world.until(async () => (await record()).state === "active");
  const isProved = async () => (await record()).former?.every(({ verification }) => verification) === true;
  /** The server's own memory of a token counts in its own time. */
  const isRefused = (token: string) => world.until(async () => (await login(world.hub, token)) === 401);
  async function prove(): Promise<void> {
    await world.until(async () => (await record()).former?.every((one) => one.deletedAt) === true);
    await world.jump(11 * SECOND);
    await world.until(isProved, 5_000).catch(() => world.jump(3 * SECOND));
    await world.until(isProved);
  }

  test("leaked: it stops at once, the channel is told, a new one comes, and the end stays", async () => {
    const first = await it.get("guest 8h", "debugging");
    const old = tokenIn(first);
    const { expiresAt } = await record();
    await menu(first, "I leaked it");
    const second = await newMessage(old);
    expect(await works(old)).toBe(false);
    expect(await works(tokenIn(second))).toBe(true);
    expect(visibleText(second)).toMatch(/New token:.*The one you had works no more\./s);
    expect(second.ts).not.toBe(first.ts);
    expect(world.slack.dm(BOB).filter((m) => tokenIn(m) !== "")).toHaveLength(1);
    await isActive();
    expect(await record()).toMatchObject({ state: "active", generation: 2, expiresAt });
    const told = await it.channel("Token leaked:");
    expect(visibleText(told)).toContain("It stops within 10 s");

    await prove();
    await isRefused(old);
    expect(await works(tokenIn(second))).toBe(true);
    const stopped = await it.channel("Token leaked, stopped:");
    expect(stopped.ts).toBe(told.ts);
    // A probe token that is slow to be made is not waited for: then its account's absence is the proof.
    expect(visibleText(stopped)).toMatch(/Karpor refuses the token|The token's account is gone/);
    expect(world.slack.messages(APPROVALS).map(visibleText).join()).not.toMatch(TOKEN);
    expect(await it.standing()).toHaveLength(2);
    const trail = bot.trail().slice(-5);
    expect(trail.map(({ to, generation }) => [to, generation])).toEqual([
      ["active", 1],
      ["approved", 2],
      ["delivering", 2],
      ["active", 2],
      ["active", 1],
    ]);
    expect(trail[1]).toMatchObject({ who: BOB, why: "the token of generation 1 leaked" });
    expect(trail[4]).toMatchObject({
      who: "bot",
      verification: { method: expect.stringMatching(/probe|absence/) },
    });

    await world.slack.click(BOB, second, "release", { confirm: true });
    await it.proveEnd();
    await isRefused(tokenIn(second));
  });

  test("ended while the new one is made or proved: no token works, and it is said of all", async () => {
    const first = await it.get("guest 8h", "debugging");
    await menu(first, "I leaked it");
    const second = await newMessage(tokenIn(first));
    await isActive();
    await world.slack.click(BOB, second, "release", { confirm: true });
    await it.proveEnd();
    expect(await record()).toMatchObject({ state: "ended" });
    expect(await isProved()).toBe(true);
    await Promise.all([first, second].map((message) => isRefused(tokenIn(message))));
    expect(await it.standing()).toEqual([]);
  });

  // Of these, which hub it is makes no difference.
  if (start !== local) return;

  test("hidden: New token brings another in a message of its own; the reminders go on", async () => {
    const first = await it.get("guest 3h", "debugging");
    const old = tokenIn(first);
    await world.jump(2 * HOUR);
    await it.dm(BOB, "1 h left");
    await world.slack.click(BOB, first, "hide");
    const hidden = await it.dm(BOB, "Token hidden.");
    expect(buttonsOf(hidden)).toEqual(["New token", "I leaked it", "Ask for more time", "End now"]);
    await world.slack.click(BOB, hidden, "newToken", { confirm: true });
    const second = await newMessage(old);
    expect(await works(old)).toBe(false);
    expect(await works(tokenIn(second))).toBe(true);
    await isActive();
    await world.until(async () => !world.slack.dm(BOB).some((m) => visibleText(m).includes("Token hidden")));
    await prove();
    await isRefused(old);
    expect(world.slack.messages(APPROVALS).map(visibleText).join()).not.toContain("leaked");
    const rings = world.slack.dm(BOB).filter((m) => visibleText(m).includes("1 h left"));
    expect(rings).toHaveLength(1);
    await world.jump(50 * MINUTE);
    await it.dm(BOB, "10 min left");
  });

  test("five an hour; the sixth is refused with the way that stops it at once, and an hour later there is one", async () => {
    let message = await it.get("guest 8h", "debugging");
    for (let n = 0; n < 5; n++) {
      await menu(message, "New token");
      message = await newMessage(tokenIn(message));
      await isActive();
    }
    const last = tokenIn(message);
    await menu(message, "I leaked it");
    const refused = await it.whisper(BOB, "5 new tokens an hour are the most");
    expect(buttonsOf(refused)).toEqual(["End now"]);
    expect(await works(last)).toBe(true);
    await world.jump(HOUR);
    await menu(message, "New token");
    await newMessage(last);
    await isActive();
    await world.until(async () => (await it.standing()).length === 2);
  });

  test("from status, and from what says that one has it already", async () => {
    const first = await it.get("guest 8h", "debugging");
    await it.say(BOB, "status");
    await world.slack.select(BOB, await it.whisper(BOB, "1 open:"), "menu", "New token", { confirm: true });
    const second = await newMessage(tokenIn(first));
    await it.whisper(BOB, "it comes in our DM");
    await isActive();
    await it.say(BOB, "guest 1h again");
    await world.slack.click(BOB, await it.whisper(BOB, "You already have this"), "newToken", {
      confirm: true,
    });
    await world.slack.waitFor(() =>
      world.slack.dm(BOB).find((m) => isAnother(tokenIn(first))(m) && isAnother(tokenIn(second))(m)),
    );
    expect(await works(tokenIn(second))).toBe(false);
  });
}
