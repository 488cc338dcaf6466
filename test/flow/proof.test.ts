/** "Ended" is said only when the delivered token is refused, whatever stands in between, and what is doubted is said. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import { visibleText } from "../../sandbox/slack/index.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import { ALICE, APPROVALS, BOB, startBot, startWorld, type World } from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { scene, tokenIn } from "../helpers/scene.ts";
import { swept } from "../helpers/swept.ts";

const ACCOUNTS = "/api/v1/namespaces/karpor-access/serviceaccounts";
const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

let world: World;
let bot: Awaited<ReturnType<typeof startBot>>;
let it: ReturnType<typeof scene>;
let admin: ReturnType<typeof hubClient>;
let token: string;

beforeEach(async () => {
  world = await startWorld();
  bot = await startBot(world);
  it = scene(world);
  admin = hubClient(world.hub, world.hub.admin);
  token = tokenIn(await it.get("guest 8h", "first"));
});
afterEach(async () => {
  hub().meddle(undefined);
  await admin.close();
  await bot.stop();
  await world.close();
});

const hub = () => {
  if (!world.localHub) throw new Error("not on the local hub");
  return world.localHub;
};
const record = async () => (await world.records())[0];
const saysEnded = () =>
  [...world.slack.dm(BOB), ...world.slack.messages(APPROVALS)].some((m) => /^\*?Ended/.test(visibleText(m)));
const alert = () => world.slack.messages(APPROVALS).filter((m) => visibleText(m).includes("Not confirmed:"));
const nameOfGrant = async () => (await it.standing())[0] ?? "";

/** Minutes pass, sweeps included; whenever the end is said, the delivered token must be refused. */
async function pass(minutes: number): Promise<void> {
  for (let i = 0; i < minutes * 4; i++) {
    await world.jump(15 * SECOND);
    if (i % 4 === 3)
      await world.jobs.lanes.timers.add(
        "sweep",
        {},
        { jobId: `sweep-${world.clock.now()}`, removeOnComplete: true },
      );
    await settle();
    if (saysEnded()) expect(await login(world.hub, token)).toBe(401);
  }
}

const settle = () => world.until(async () => (await world.atWork()).length === 0);

async function passUntil(holds: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 20 && !(await holds()); i++) await pass(1);
  expect(await holds()).toBe(true);
}

const ended = async () => (await record())?.state === "ended";

/** Proved by what the hub answers: of its own time the delivered token has hours left, and it lets nobody in. */
async function provedWithHoursLeft(): Promise<void> {
  await passUntil(ended);
  expect(["probe", "absence"]).toContain(bot.trail().at(-1)?.verification?.method);
  const { exp } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
    exp: number;
  };
  expect(exp * SECOND - world.clock.now()).toBeGreaterThan(7 * HOUR);
  expect(await login(world.hub, token)).toBe(401);
}

/** Whoever waits for a proof sees that there is none. */
async function notSaidToBeEnded(): Promise<void> {
  expect(await ended()).toBe(false);
  expect(saysEnded()).toBe(false);
}

test("RBAC is switched off: nothing is proved while rubbish logs in, and it is said; on again, it ends", async () => {
  hub().setRbac(false);
  await it.say(BOB, "revoke");
  await pass(3);
  await notSaidToBeEnded();
  expect(alert().map(visibleText).join()).toContain("lets anybody in");
  hub().setRbac(true);
  await provedWithHoursLeft();
});

describe.each([404, 403, 502] as const)("an ingress answers %i in the hub's place", (status) => {
  test("nothing is deleted by it, nothing is proved by it, and it is said", async () => {
    hub().meddle({ before: async () => ({ status, html: true }), after: async () => true });
    await it.say(BOB, "revoke");
    await pass(2);
    await notSaidToBeEnded();
    expect(await it.standing()).toHaveLength(2);
    expect(alert().map(visibleText).join()).toContain("omething else answers in the place");
    hub().meddle(undefined);
    await provedWithHoursLeft();
    expect(await it.standing()).toEqual([]);
  });
});

describe("somebody took the labels off", () => {
  const strip = async (path: string) => {
    const body = { metadata: { labels: null } };
    const type = "application/merge-patch+json";
    expect((await admin("PATCH", path, { body, type })).status).toBe(200);
  };
  const told = () => world.slack.dm(ALICE).map(visibleText);

  test("the account: the administrators read its name, it is known by its uid, and goes", async () => {
    const name = await nameOfGrant();
    await strip(`${ACCOUNTS}/${name}`);
    await swept(world);
    await world.until(async () => told().length > 0);
    expect(told()).toEqual([expect.stringMatching(/^\*Not made by the bot:\*/)]);
    expect(told()[0]).toContain(`an account among the grants': \`karpor-access/${name}\``);
    expect((await record())?.state).toBe("active");
    await it.say(BOB, "revoke");
    await provedWithHoursLeft();
    expect(await it.standing()).toEqual([]);
  });

  test("both: the administrators read that somebody changed it, and it ends by itself", async () => {
    const name = await nameOfGrant();
    await strip(`${ACCOUNTS}/${name}`);
    await strip(`${BINDINGS}/${name}`);
    await swept(world);
    await provedWithHoursLeft();
    expect(told()).toEqual([expect.stringMatching(/^\*Changed by hand:\* the binding of `guest`/)]);
    expect((await record())?.state === "ended" && (await record())).toMatchObject({
      end: { cause: "altered" },
    });
    expect(await it.standing()).toEqual([]);
  });
});

test.each([
  ["account", ACCOUNTS],
  ["binding", BINDINGS],
])("a finalizer holds the %s: not confirmed, in its own words, until it is gone", async (_what, kind) => {
  const path = `${kind}/${await nameOfGrant()}`;
  const finalizers = (all: string[] | null) =>
    admin("PATCH", path, { body: { metadata: { finalizers: all } }, type: "application/merge-patch+json" });
  await finalizers(["example.com/hold"]);
  await world.jump(30 * MINUTE);
  await it.say(BOB, "revoke");
  await pass(3);
  expect(await ended()).toBe(false);
  expect(alert().map(visibleText).join()).toContain("holds what was deleted");
  await finalizers(null);
  await provedWithHoursLeft();
});

test("the hub goes on accepting the probe of the account that is gone: no absence proves it any more, only the token's own time", async () => {
  hub().setAccountLookup(false);
  await it.say(BOB, "revoke");
  await world.until(async () => "deletedAt" in ((await record()) ?? {}));
  // Two seconds later whoever has no probe would look, too.
  await world.jump(11 * SECOND);
  await world.until(async () => alert().length > 0);
  const unproven = "Karpor still accepts a token of the removed account";
  expect(alert().map(visibleText).join()).toContain(unproven);
  await it.dm(BOB, unproven);
  expect(bot.trail().at(-1)?.why).toBe("a token was accepted after its account was removed");
  expect(await it.standing()).toEqual([]);
  // Known to the hub, and without a binding: for nobody else was it taken off.
  expect(await login(world.hub, token)).toBe(403);
  await pass(3);
  await notSaidToBeEnded();
  // Mended, and the account is absent for all to see: it was so when its token was accepted.
  hub().setAccountLookup(true);
  await pass(3);
  await notSaidToBeEnded();
  expect(alert().map(visibleText).join()).toContain(unproven);
  await world.jump(8 * HOUR);
  await passUntil(ended);
  expect(bot.trail().at(-1)?.verification?.method).toBe("expiry");
  const words = "That Karpor refuses the token could not be shown; the token's own time has run out.";
  await it.dm(BOB, words);
});

test("the hub is restored from a backup between deletion and proof: removed again, and proved then", async () => {
  const restore = hub().backup();
  await it.say(BOB, "revoke");
  // Sooner it would only be removed once more before the bot looks whether it is gone.
  await world.until(async () => "deletedAt" in ((await record()) ?? {}));
  // Whatever job comes next may remove it again before anybody could log in.
  restore();
  await provedWithHoursLeft();
  expect(await it.standing()).toEqual([]);
});

test("the hub is restored from a backup long after the end: what came back is removed", async () => {
  const restore = hub().backup();
  await it.say(BOB, "revoke");
  await passUntil(ended);
  restore();
  await world.jobs.lanes.timers.add("sweep", {}, { jobId: "sweep-after" });
  await world.until(async () => (await it.standing()).length === 0);
  expect(await login(world.hub, token)).toBe(401);
});

describe("somebody makes an account of the same name by hand", () => {
  const revokeAndRemake = async () => {
    const name = await nameOfGrant();
    await it.say(BOB, "revoke");
    await world.until(async () => (await it.standing()).length === 0);
    expect((await admin("POST", ACCOUNTS, { body: { metadata: { name } } })).status).toBe(201);
    return async () => (await it.standing()).filter((one) => one === name);
  };

  test("the probe of the old one is refused: that is the proof, and theirs stays", async () => {
    const theirs = await revokeAndRemake();
    await passUntil(ended);
    expect(bot.trail().at(-1)?.verification?.method).toBe("probe");
    expect(await theirs()).toHaveLength(1);
  });

  test("before the end begins: a token of theirs is no probe, and its acceptance contradicts nothing", async () => {
    const name = await nameOfGrant();
    expect((await admin("DELETE", `${ACCOUNTS}/${name}`)).status).toBe(200);
    expect((await admin("POST", ACCOUNTS, { body: { metadata: { name } } })).status).toBe(201);
    await pass(3);
    expect(await ended()).toBe(false);
    expect(bot.trail().map(({ why }) => why)).not.toContain(
      "a token was accepted after its account was removed",
    );
    expect(alert().map(visibleText).join()).toContain("made an account of the same name");
    await admin("DELETE", `${ACCOUNTS}/${name}`);
    await provedWithHoursLeft();
  });

  test("without a probe nothing can be shown: said so, until the token's own time has run out", async () => {
    const minting = /\/token$/;
    hub().meddle({
      before: async ({ path }) => (minting.test(path) ? { status: 503 } : undefined),
      after: async () => true,
    });
    const theirs = await revokeAndRemake();
    await pass(3);
    expect(await ended()).toBe(false);
    expect(alert().map(visibleText).join()).toContain("made an account of the same name");
    await world.jump(8 * HOUR);
    await passUntil(ended);
    expect(bot.trail().at(-1)?.verification?.method).toBe("expiry");
    await it.dm(BOB, "the token's own time has run out");
    expect(await theirs()).toHaveLength(1);
  });
});
