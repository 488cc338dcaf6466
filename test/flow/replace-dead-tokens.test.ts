/** A hub that signs with another key: who gets a new token, in which order, and when nobody does. */
import { afterEach, beforeEach, expect, test } from "vitest";
import type { RequestId, UserId } from "../../src/domain/ids.ts";
import { sweep } from "../../src/flow/mend/sweep.ts";
import type { Grants, Ports } from "../../src/flow/ports.ts";
import { makeRequest } from "../../src/flow/request.ts";
import { BOB, CAROL, catalog, MEI, startWorld, type World } from "../helpers/bot.ts";
import { tokenIn } from "../helpers/scene.ts";
import { openSteps, type Steps } from "../helpers/steps.ts";

let world: World;
let steps: Steps;
beforeEach(async () => {
  world = await startWorld({
    roles: { ...catalog, page: { ...catalog.peek, duration: { default: "15m", max: "2d" } } },
  });
  steps = await openSteps(world);
});
afterEach(async () => {
  await steps[Symbol.asyncDispose]();
  await world.close();
});

async function grant(user: string, text: string): Promise<RequestId> {
  const requester = { id: user as UserId, name: user, locale: "en" } as const;
  const { id } = await makeRequest(steps.ports, { requester, text, triggerId: `${user} ${text}` });
  await steps.work();
  return id;
}
/** As if the hub signed with this key, and took those tokens on a fresh connection. */
const signing = (signedBy: string | null, more: Partial<Grants> = {}): Ports => {
  const { grants } = steps.ports;
  const mint: Grants["mint"] = async (...asked) => ({ ...(await grants.mint(...asked)), signedBy });
  return { ...steps.ports, grants: { ...grants, mint, ...more } };
};
const active = async (id: RequestId) => {
  const request = await steps.ports.requests.get(id);
  if (request?.state !== "active") throw new Error(`it is ${request?.state}`);
  return request;
};
const tokens = () => [BOB, CAROL, MEI].flatMap((user) => world.slack.dm(user).map(tokenIn).filter(Boolean));

test("the same key: nothing is asked for", async () => {
  const id = await grant(BOB, "page 1h");
  const { grant: made } = await active(id);
  expect(made.signedBy).toEqual(expect.any(String));
  await sweep(steps.ports);
  expect((await active(id)).refresh).toBeUndefined();
});

test("another key: each gets a new token, who has least time left first, and once", async () => {
  const ids = [await grant(BOB, "page 2h"), await grant(MEI, "page 10m"), await grant(CAROL, "page 1d")];
  const before = tokens();
  const asked: RequestId[] = [];
  const ports = signing("another");
  const noting: Ports = {
    ...ports,
    jobs: {
      ...ports.jobs,
      add: (lane, step, id, version) => {
        if (step === "refreshToken") asked.push(id);
        return ports.jobs.add(lane, step, id, version);
      },
    },
  };
  await sweep(noting);
  expect(asked).toEqual([ids[1], ids[0], ids[2]]);
  await sweep(noting);
  expect(asked).toHaveLength(3);
  await steps.work(ports);
  for (const id of ids) expect((await active(id)).grant.signedBy).toBe("another");
  await sweep(noting);
  expect(asked).toHaveLength(3);
  const after = tokens();
  expect(after).toHaveLength(3);
  expect(after.filter((token) => before.includes(token))).toEqual([]);
});

test("what was made before keys were written down counts as signed by the key of now", async () => {
  const id = await grant(BOB, "page 1h");
  await steps.ports.requests.update(id, (r) => {
    if (r.state !== "active") return null;
    const { signedBy: _, ...made } = r.grant;
    return { ...r, grant: made };
  });
  await sweep(signing("first"));
  expect(await active(id)).toMatchObject({ grant: { signedBy: "first" } });
  expect((await active(id)).refresh).toBeUndefined();
  await sweep(signing("second"));
  expect(await active(id)).toMatchObject({ refresh: { why: "upgraded" } });
});

test("what Redis lost meanwhile gets a new token, too: its account says which key signed the one it has", async () => {
  const id = await grant(BOB, "page 1h");
  await world.commands.flushall();
  steps.forgetJobs();
  const ports = signing("another");
  await sweep(ports);
  expect(await active(id)).toMatchObject({ adopted: true });
  await sweep(ports);
  expect(await active(id)).toMatchObject({ refresh: { why: "upgraded" } });
  await steps.work(ports);
  await world.commands.flushall();
  steps.forgetJobs();
  await sweep(ports);
  await sweep(ports);
  const again = await active(id);
  expect(again).toMatchObject({ adopted: true, grant: { signedBy: "another" } });
  expect(again.refresh).toBeUndefined();
});

test.each<[string, () => Ports]>([
  ["says no key", () => signing(null)],
  [
    "refuses on a fresh connection what it has just signed",
    () => signing("another", { check: async () => "refused" }),
  ],
  ["gives no token", () => signing("another", { mint: () => Promise.reject(new Error("away")) })],
])("a hub that %s changes nothing", async (_what, ports) => {
  const id = await grant(BOB, "page 1h");
  await sweep(ports());
  expect((await active(id)).refresh).toBeUndefined();
});
