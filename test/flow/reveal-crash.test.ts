/** A token is shown at a click, whatever dies, is slow or happens in between: a view bears one only while its record says so, and never after the end. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type SlackMessage, visibleText } from "../../sandbox/slack/index.ts";
import { revealsOf, SHOWN_FOR_MS } from "../../src/domain/delivery.ts";
import { HOUR, MINUTE, SECOND } from "../../src/domain/duration.ts";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import type { In } from "../../src/domain/request.ts";
import { askMoreTime } from "../../src/flow/ask-more-time.ts";
import { decideRequest } from "../../src/flow/decide.ts";
import { liveToken } from "../../src/flow/mend/replace-dead-tokens.ts";
import { type Ports, TroubleOutside } from "../../src/flow/ports.ts";
import { provisionGrant } from "../../src/flow/provision.ts";
import { askFreshToken } from "../../src/flow/refresh-token.ts";
import { renewToken } from "../../src/flow/renew-token.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { revealToken } from "../../src/flow/reveal-token.ts";
import { releaseGrant } from "../../src/flow/revoke.ts";
import { commit } from "../../src/flow/support/commit.ts";
import { validateRequester } from "../../src/flow/validate.ts";
import { slackClient } from "../../src/slack/outbound/client.ts";
import { refusedReply } from "../../src/slack/views/index.ts";
import { ALICE, BOB, CAROL, catalog, GENERAL, MEI, startWorld, type World } from "../helpers/bot.ts";
import { login } from "../helpers/login.ts";
import { TOKEN } from "../helpers/scene.ts";
import { Crash, dyingAt, openSteps, type Steps } from "../helpers/steps.ts";
import { view as drawnIn } from "../slack/records.ts";

const vault = { ...catalog.peek, duration: { default: "15m", max: "8h" }, delivery: "reveal" };

let world: World;
let steps: Steps;
let asked = 0;
beforeAll(async () => {
  const by = { by: ["S0SRE"], within: "4h" };
  const approved = {
    vault1: { ...vault, approval: by },
    vault2: { ...vault, approval: { ...by, count: 2 } },
    vault3: { ...vault, approval: { ...by, fallback: { by: [MEI], after: "30m" } } },
    vault4: {
      ...vault,
      approval: by,
      breakGlass: { by: ["S0DEV"], max: "30m", review: ["S0SRE", MEI] },
    },
    vault5: { ...vault, approval: by, duration: { default: "15m", max: "1h", total: "8h" } },
  };
  world = await startWorld({ roles: { ...catalog, vault, ...approved } });
  steps = await openSteps(world);
}, 60_000);
afterAll(async () => {
  await steps?.[Symbol.asyncDispose]();
  await world?.close();
});

const by = BOB as UserId;
/** Bob has it for so long. */
async function live(time: string): Promise<RequestId> {
  asked += 1;
  const requester = { id: by, name: "Bob", locale: "en" } as const;
  const wish = { requester, text: `vault ${time} number ${asked}.`, triggerId: `t${asked}` };
  const { id } = await makeRequest(steps.ports, wish);
  await steps.work();
  return id;
}
const record = async (id: RequestId) => (await steps.ports.requests.get(id)) as In<"active">;
/** As Redis lost it, and the hub had it. */
async function adopted(id: RequestId): Promise<In<"active">> {
  await world.commands.del(world.keys.request(id), world.keys.unsettled);
  await steps.sweep();
  await steps.work();
  return record(id);
}

/** As a click opens it. */
async function opened(): Promise<{ id: string; hash: string }> {
  const { triggerId } = await world.slack.command(BOB, GENERAL, "a click");
  const slack = slackClient(world.env.SLACK_BOT_TOKEN, { apiUrl: world.slack.apiUrl, interactive: true });
  const blocks = [{ type: "section" as const, text: { type: "plain_text" as const, text: "Making" } }];
  const title = { type: "plain_text" as const, text: "Your token" };
  const { view } = await slack.views.open({ trigger_id: triggerId, view: { type: "modal", title, blocks } });
  return { id: view?.id ?? "", hash: view?.hash ?? "" };
}
const seen = (): string => visibleText({ text: "", blocks: world.slack.views(BOB).at(-1)?.blocks ?? [] });
const token = (): string => TOKEN.exec(seen())?.[0] ?? "";

async function end(id: RequestId): Promise<void> {
  await releaseGrant(steps.ports, { id, by });
  await steps.finish();
  expect(token()).toBe("");
  expect(await record(id)).toMatchObject({ state: "ended", reveals: { views: [] } });
}

/** A new process: the old one's jobs and leases are gone. */
async function restart(ms: number): Promise<void> {
  await steps.restart(ms);
  await steps.work();
}

test("after any step of it: what is seen is in the record, and goes in time", async () => {
  const id = await live("8h");
  let survived = false;
  for (let last = 1; !survived; last++) {
    world.clock.jump(7 * MINUTE);
    const view = await opened();
    const dying = dyingAt(steps.ports, last);
    try {
      await revealToken(dying.ports, { id, by, view });
      survived = true;
      expect(dying.steps.slice(-2)).toEqual(["requests.update", "tokenViews.show"]);
      expect(await login(world.hub, token())).toBe(200);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    const { views } = revealsOf(await record(id));
    if (token() !== "") expect(views.map((one) => one.id)).toContain(view.id);
    await restart(SHOWN_FOR_MS);
    expect(token()).toBe("");
    expect(revealsOf(await record(id)).views).toEqual([]);
  }
  await end(id);
});

test.each([
  ["it ends", (id: RequestId) => releaseGrant(steps.ports, { id, by })],
  ["two minutes pass", async () => world.clock.jump(SHOWN_FOR_MS)],
])("%s while its maker sleeps, about to show it: nothing is shown", async (_, meanwhile) => {
  const id = await live("1h");
  const view = await opened();
  const asleep = {
    ...steps.ports,
    tokenViews: {
      ...steps.ports.tokenViews,
      show: async (...args: Parameters<typeof steps.ports.tokenViews.show>) => {
        await meanwhile(id);
        await steps.work();
        return steps.ports.tokenViews.show(...args);
      },
    },
  };
  await revealToken(asleep, { id, by, view });
  expect(token()).toBe("");
  expect(seen()).toMatch(/No longer shown:|Shown for 2 min:/);
  if ((await record(id)).state === "active") await end(id);
  else await steps.finish();
});

test.each([
  ["the end", "late", (id: RequestId) => releaseGrant(steps.ports, { id, by })],
  [
    "a lockdown",
    "locked-down",
    () =>
      steps.ports.lockdown.set({
        ...{ by: { id: ALICE as UserId, name: "Alice", locale: "en" }, qualified: ALICE },
        ...{ at: world.clock.now(), reason: "stolen" },
      }),
  ],
])("%s comes before it is shown, after it was made: %s", async (_, kind, meanwhile) => {
  const id = await live("1h");
  const view = await opened();
  const slow = {
    ...steps.ports,
    grants: {
      ...steps.ports.grants,
      check: async (...args: Parameters<typeof steps.ports.grants.check>) => {
        const verdict = await steps.ports.grants.check(...args);
        await meanwhile(id);
        return verdict;
      },
    },
  };
  await expect(revealToken(slow, { id, by, view })).rejects.toMatchObject({ refusal: { kind } });
  expect(seen()).toBe("Making");
  expect(revealsOf(await record(id)).count).toBe(0);
  const standing = await steps.ports.lockdown.standing();
  if (standing) await steps.ports.lockdown.lift(standing, { ...standing, reason: "found" });
  await releaseGrant(steps.ports, { id, by }).catch(() => {});
  await steps.finish();
});

test("nobody else, nothing that waits, no rules that forbid it: each has its own refusal", async () => {
  const id = await live("1h");
  const view = await opened();
  const { ports } = steps;
  const refused = (with_: Partial<typeof ports>, who = by) =>
    expect(revealToken({ ...ports, ...with_ }, { id, by: who, view })).rejects;
  await refused({}, ALICE as UserId).toMatchObject({ refusal: { kind: "not-yours" } });
  const hold = { cause: "clock", message: "off", fix: "set it", since: 0 };
  await refused({ heldBack: () => hold }).toMatchObject({ refusal: { kind: "held-back" } });
  const roles = { ...ports.policy.roles };
  delete roles.vault;
  await refused({ policy: { ...ports.policy, roles } }).toMatchObject({
    refusal: { kind: "not-allowed-now" },
  });
  for (const error of [new TroubleOutside("hub", "away"), new DOMException("slow", "TimeoutError")]) {
    const away = { ...ports.grants, mint: () => Promise.reject(error) };
    await refused({ grants: away }).toMatchObject({ refusal: { kind: "hub-away" } });
  }
  expect(seen()).toBe("Making");
  await end(id);
});

test("Karpor is upgraded: whoever was shown one is told to press again; whoever was not hears nothing", async () => {
  const id = await live("1h");
  expect(liveToken(await record(id))).toEqual([]);
  await revealToken(steps.ports, { id, by, view: await opened() });
  expect(liveToken(await record(id))).toMatchObject([{ id, signedBy: expect.any(String) }]);
  await askFreshToken(steps.ports, id, "upgraded");
  // What is shown at a click stays so, whatever other files say.
  const others = vi.fn(() => Promise.reject(new Error("nobody awaits this")));
  await steps.work({ ...steps.ports, policies: { ...steps.ports.policies, others } });
  expect(others).not.toHaveBeenCalled();
  const [message] = world.slack.dm(BOB).filter((m) => visibleText(m).includes("Show token"));
  expect(message?.text).toBe(
    "Press Show token again: Karpor was upgraded, and your old token stopped working.",
  );
  expect(JSON.stringify(world.slack.dm(BOB))).not.toMatch(TOKEN);
  const { refresh, grant } = await record(id);
  expect([refresh, grant.signedBy]).toEqual([undefined, undefined]);
  await end(id);
});

test.each(["the role is gone", "others must approve"])(
  "today %s: New token stops nothing, a leak and an upgrade do, and no press says that what is gone goes on",
  async (what) => {
    const id = await live("1h");
    await revealToken(steps.ports, { id, by, view: await opened() });
    const first = token();
    const { vault: _, vault1, ...others } = steps.ports.policy.roles;
    const roles = what === "the role is gone" || !vault1 ? others : { ...others, vault: vault1 };
    const ports = { ...steps.ports, policy: { ...steps.ports.policy, roles } };
    await expect(renewToken(ports, { id, by, why: "lost" })).rejects.toMatchObject({
      refusal: { kind: "not-allowed-now" },
    });
    expect(await record(id)).toMatchObject({ state: "active", generation: 1 });
    expect(await login(world.hub, first)).toBe(200);
    const pressed = async () => {
      const error = await revealToken(ports, { id, by, view: await opened() }).catch((thrown) => thrown);
      expect(error).toMatchObject({ refusal: { kind: "not-allowed-now" } });
      return refusedReply(error.refusal, drawnIn("en")).text;
    };
    const told =
      /A token that still works goes on until its end; if you have none, press End now and ask again/;
    await askFreshToken(ports, id, "upgraded");
    await steps.work(ports);
    expect(await pressed()).toMatch(told);
    await renewToken(ports, { id, by, why: "leaked" });
    await steps.work(ports);
    expect(await record(id)).toMatchObject({ state: "active", generation: 2 });
    expect(await login(world.hub, first)).not.toBe(200);
    expect(await pressed()).toMatch(told);
    await end(id);
  },
);

test("what came on a message follows the file: New token stops nothing where it would be shown at a click, and to nobody", async () => {
  asked += 1;
  const requester = { id: by, name: "Bob", locale: "en" } as const;
  const wish = { requester, text: `peek 15m number ${asked}.`, triggerId: `t${asked}` };
  const { id } = await makeRequest(steps.ports, wish);
  await steps.work();
  const { peek, vault1 } = steps.ports.policy.roles;
  if (!peek || !vault1) throw new Error("no such role");
  const under = (role: typeof peek): Ports => {
    const { policy } = steps.ports;
    return { ...steps.ports, policy: { ...policy, roles: { ...policy.roles, peek: role } } };
  };
  const renew = (role: typeof peek) => renewToken(under(role), { id, by, why: "lost" });
  await expect(renew(vault1)).rejects.toMatchObject({ refusal: { kind: "not-allowed-now" } });
  expect(await record(id)).toMatchObject({ state: "active", generation: 1 });
  expect(await renew({ ...vault1, delivery: "dm" })).toMatchObject({ generation: 2 });
  await steps.work();
  await releaseGrant(steps.ports, { id, by });
  await steps.finish();
});

test("one that outlives the access: record and account say until when; adopted from the hub it is shown at a click as before", async () => {
  const id = await live("15m");
  world.clock.jump(13 * MINUTE);
  await revealToken(steps.ports, { id, by, view: await opened() });
  const first = token();
  const { grant, expiresAt } = await record(id);
  expect(grant.tokenExpiresAt).toBeGreaterThan(expiresAt + 7 * MINUTE);
  const now = await adopted(id);
  expect(now).toMatchObject({ state: "active", delivery: "reveal" });
  expect(Math.abs(now.grant.tokenExpiresAt - grant.tokenExpiresAt)).toBeLessThan(SECOND);
  await revealToken(steps.ports, { id, by, view: await opened() });
  expect(token()).not.toBe(first);
  world.clock.jump(2 * MINUTE);
  await steps.work();
  await steps.finish();
  expect(await record(id)).toMatchObject({ state: "ended", end: { cause: "expired" } });
  expect(token()).toBe("");
  expect(await login(world.hub, first)).toBe(401);
});

test.each([
  ["by one", "vault1"],
  ["by two", "vault2"],
  ["by whoever is asked when nobody decides", "vault3"],
  ["in an emergency", "vault4"],
])("approved %s, adopted from the hub it is shown at a click as before", async (how, role) => {
  const requester = { id: by, name: "Bob", locale: "en" } as const;
  const text = how === "in an emergency" ? `emergency ${role} 15m all down` : `${role} 15m ${how}`;
  const { id } = await makeRequest(steps.ports, { requester, text, triggerId: how });
  await steps.work();
  const approve = async (who: string) => {
    await decideRequest(steps.ports, { id, terms: 1, by: who as UserId, verdict: { approve: true } });
    await steps.work();
  };
  if (role === "vault3") {
    world.clock.jump(31 * MINUTE);
    await steps.work();
    await approve(MEI);
  } else if (how !== "in an emergency") await approve(ALICE);
  if (role === "vault2") await approve(CAROL);
  expect(await record(id)).toMatchObject({ state: "active" });
  expect(await adopted(id)).toMatchObject({ state: "active", adopted: true });
  await revealToken(steps.ports, { id, by, view: await opened() });
  expect(await login(world.hub, token())).toBe(200);
  const roles = { ...steps.ports.policy.roles };
  delete roles[role];
  const ports = { ...steps.ports, policy: { ...steps.ports.policy, roles } };
  await expect(revealToken(ports, { id, by, view: await opened() })).rejects.toMatchObject({
    refusal: { kind: "not-allowed-now" },
  });
  await releaseGrant(steps.ports, { id, by });
  await steps.finish();
});

test("given more time than one may ask for at once, adopted from the hub it is shown at a click as before", async () => {
  const requester = { id: by, name: "Bob", locale: "en" } as const;
  const wish = { requester, text: "vault5 1h for long", triggerId: "for long" };
  const { id } = await makeRequest(steps.ports, wish);
  await steps.work();
  const approve = { terms: 1, by: ALICE as UserId, verdict: { approve: true } } as const;
  await decideRequest(steps.ports, { id, ...approve });
  await steps.work();
  const more = await askMoreTime(steps.ports, { id, by, duration: HOUR, reason: "", triggerId: "longer" });
  await validateRequester(steps.ports, more.id);
  await decideRequest(steps.ports, { id: more.id, ...approve });
  await steps.work();
  const { expiresAt, duration } = await record(id);
  expect(await adopted(id)).toMatchObject({ adopted: true, expiresAt, duration });
  await renewToken(steps.ports, { id, by, why: "lost" });
  await steps.work();
  expect(await adopted(id)).toMatchObject({ adopted: true, generation: 2, expiresAt, duration });
  await revealToken(steps.ports, { id, by, view: await opened() });
  const { policy } = steps.ports;
  const { vault5 } = policy.roles;
  /** The catalog lets one ask for no more than this by now. */
  const since = (max: number): Ports => {
    const roles = {
      ...policy.roles,
      ...(vault5 && { vault5: { ...vault5, duration: { default: max, max } } }),
    };
    return { ...steps.ports, policy: { ...policy, roles } };
  };
  await revealToken(since(HOUR), { id, by, view: await opened() });
  await expect(revealToken(since(MINUTE), { id, by, view: await opened() })).rejects.toMatchObject({
    refusal: { kind: "not-allowed-now" },
  });
  await end(id);
});

test("Slack has no room to redraw it: the message that offers it stays, and is redrawn later", async () => {
  const id = await live("1h");
  const offering = () => world.slack.dm(BOB).filter((m) => visibleText(m).includes("Show token")).length;
  const standing = offering();
  for (const failure of [{ retryAfter: 30 }, "internal_error"] as const) {
    await commit(steps.ports, id, (r) => ({
      ...r,
      requester: { ...r.requester, name: `${r.requester.name}by` },
    }));
    world.slack.failNext("chat.update", failure, 2);
    await steps.work();
    expect(offering()).toBe(standing);
    for (let i = 0; i < 4; i++) {
      world.clock.jump(31 * SECOND);
      await steps.work();
    }
    const { messages, revision } = await record(id);
    expect(messages.token).toMatchObject({ shows: "reveal", revision });
    expect(offering()).toBe(standing);
  }
  await end(id);
});

test("new tokens one after the other, before Slack took the earlier messages away: each comes in one that rings, and the last stays", async () => {
  const id = await live("1h");
  const offering = () => world.slack.dm(BOB).filter((m) => visibleText(m).includes("Show token"));
  const before = offering().map(({ ts }) => ts);
  for (const why of ["lost", "leaked"] as const) {
    await renewToken(steps.ports, { id, by, why });
    await provisionGrant(steps.ports, id);
    expect((await record(id)).state).toBe("active");
  }
  expect(offering().filter(({ ts }) => !before.includes(ts))).toHaveLength(2);
  await steps.work();
  const [last, ...others] = offering().filter((m) => visibleText(m).includes(id));
  expect(others).toEqual([]);
  expect(before).not.toContain(last?.ts);
  expect(visibleText(last as SlackMessage)).toContain("New token:");
  await end(id);
});

test("adopted from the hub it is known until when a token works that outlives its access", async () => {
  const requester = { id: by, name: "Bob", locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text: "peek 2m look", triggerId: "peek" });
  await steps.work();
  const { grant, expiresAt } = await record(id);
  expect(grant.tokenExpiresAt).toBeGreaterThan(expiresAt + 7 * MINUTE);
  const now = await adopted(id);
  expect(now).toMatchObject({ state: "active", adopted: true });
  expect(Math.abs(now.grant.tokenExpiresAt - grant.tokenExpiresAt)).toBeLessThan(2 * SECOND);
  await releaseGrant(steps.ports, { id, by });
  await steps.finish();
});

test("the hub makes nothing for a while: whoever waits is told so, by one message, and then that it is ready", async () => {
  const waiting = () => world.slack.dm(BOB).filter((m) => visibleText(m).includes("not ready yet:"));
  const { grants } = steps.ports;
  const away = async () => {
    throw new TroubleOutside("hub", "away");
  };
  const person: typeof steps.ports.directory.person = async () => {
    throw new TroubleOutside("slack", "away");
  };
  asked += 1;
  const requester = { id: by, name: "Bob", locale: "en" } as const;
  const wish = { requester, text: `vault 1h number ${asked}.`, triggerId: `t${asked}` };
  const { id } = await makeRequest(steps.ports, wish);
  await validateRequester(steps.ports, id);
  const ports = {
    ...steps.ports,
    grants: { ...grants, create: away },
    directory: { ...steps.ports.directory, person },
  };
  for (let tries = 0; tries < 4; tries++) {
    world.clock.jump(10 * SECOND);
    await provisionGrant(ports, id).catch(() => {});
  }
  expect(waiting()).toHaveLength(1);
  await steps.work();
  expect(await record(id)).toMatchObject({ state: "active" });
  await end(id);
});
