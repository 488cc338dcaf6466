/** A stolen kubeconfig of the bot: what a thief can do and cannot, as docs/security.md says it; and nothing after `setup --rotate`. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jumpClock } from "../../../sandbox/clock.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../../sandbox/hub/index.ts";
import type { TestHub } from "../../../sandbox/hub/types.ts";
import { foreignScope } from "../../../src/cli/checks/foreign.ts";
import type { Clock } from "../../../src/domain/clock.ts";
import { surveyHub } from "../../../src/hub/grants/foreign.ts";
import { instanceAccount } from "../../../src/hub/grants/names.ts";
import { ANYBODY, GRANTS, type StolenWorld, SYSTEM, startStolenWorld } from "./thief.ts";
import { can, cannot } from "./thief-deeds.ts";

describe("docs/security.md", () => {
  /** The points of the two lists, under the heading. */
  const lists = (path: string, heading: string) => {
    const section = readFileSync(new URL(`../../../docs/${path}`, import.meta.url), "utf8").split(
      `\n## ${heading}\n`,
    )[1];
    const points =
      section
        ?.split("\n## ")[0]
        ?.split(/\n\n(?=- )/)
        .slice(1) ?? [];
    return points.map((list) =>
      list
        .split("\n\n")[0]
        ?.split("\n")
        .map((line) => line.replace(/^- /, "")),
    );
  };
  const said = [can, cannot].map((deeds) => deeds.map(({ says }) => says));

  test("says what the thief can do and what not, no more and no less", () => {
    expect(lists("security.md", "A stolen kubeconfig of the bot")).toEqual(said);
  });
  test("says as much in Chinese", () => {
    const counts = lists("zh/security.md", "机器人的 kubeconfig 被盗").map((list) => list?.length);
    expect(counts).toEqual(said.map(({ length }) => length));
  });
});

describe("the thief on the local hub", () => {
  const clock = jumpClock();
  const jumping = { now: clock.now, sleep: async (ms: number) => clock.jump(ms) };
  onHub(() => startLocalHub({ clock }), jumping);
});
describe.skipIf(!envtestAvailable())(`the thief on a real API server (${envtestAdvice})`, () =>
  // Nothing is waited for: what a dead token is trusted for meanwhile is what is bound to it.
  onHub(startEnvtest, { now: Date.now, sleep: async () => {} }),
);

function onHub(start: () => Promise<TestHub>, clock: Clock): void {
  const opened = new AsyncDisposableStack();
  let world: StolenWorld;
  beforeAll(async () => {
    world = await startStolenWorld(await start(), clock, opened);
  }, 90_000);
  afterAll(() => opened.disposeAsync());
  const foreign = async () =>
    (await surveyHub(foreignScope(world.bot, world.config, clock), AbortSignal.timeout(5_000))).foreign;

  test.each(cannot)("cannot $says", async ({ by }) => {
    expect(await by(world)).toBe(false);
  });
  test.each(can)("can $says", async ({ by }) => {
    expect(await by(world)).toBe(true);
  });

  test("all of it is found, but for the grant that is like the bot's own", async () => {
    const names = (await foreign()).map(({ kind, name }) => `${kind} ${name}`);
    expect(names.toSorted()).toEqual([
      "ClusterRoleBinding <!channel>; rm -rf $HOME",
      "ClusterRoleBinding anybody-0",
      "ClusterRoleBinding anybody-1",
      "ClusterRoleBinding anybody-2",
      "ClusterRoleBinding by-heir",
      "ClusterRoleBinding heir",
      "ClusterRoleBinding held",
      "ClusterRoleBinding mallory",
      "ServiceAccount heir",
      "ServiceAccount held",
      "ServiceAccount mallory",
    ]);
  });

  test("setup --rotate says what goes, and without a yes nothing does", async () => {
    const before = await world.hub.objects();
    const said = await world.rotate([], false).catch((error: Error) => [error.message]);
    expect(said.at(-1)).toBe("Nothing was changed.");
    expect(await world.hub.objects()).toEqual(before);
  });

  test("setup --rotate leaves the thief with nothing, and the running bot goes on", async () => {
    const { thief, loot, bot, hub } = world;
    const said = await world.rotate([], true);
    expect(said.join("\n")).toContain("by karpor-access-system/karpor-access-2");
    // The hub's own memory of what is bound is renewed in its own time.
    for (const token of [null, thief.token, ...loot.values()]) {
      await expect.poll(() => thief.isAdmin(token)).toBe(false);
      await expect
        .poll(() => thief.ask("GET", GRANTS, undefined, token).then(({ status }) => status))
        .not.toBe(200);
    }
    for (const [name, token] of [...loot, ["stolen", thief.token] as const]) {
      const works = [
        await thief.isAdmin(token),
        await thief.bind("again", "karpor-admin", ANYBODY, { token }),
        (await thief.ask("GET", GRANTS, undefined, token)).status === 200,
        (await thief.mint(SYSTEM, "karpor-access-2", token)) !== null,
      ];
      expect([name, ...works]).toEqual([name, false, false, false, false]);
    }
    const { serviceAccounts, clusterRoleBindings } = await hub.objects();
    // The instance's own is no grant: what a token for it is good for was tried above.
    expect(serviceAccounts.map(({ metadata }) => metadata.name).toSorted()).toEqual(
      ["karpor-access-2", instanceAccount("production")].toSorted(),
    );
    expect(
      clusterRoleBindings.filter(({ subjects }) => JSON.stringify(subjects)?.includes("mallory")),
    ).toEqual([]);
    // The hub trusts the old token for 10 s more; then the bot reads its kubeconfig anew.
    const answer = () => bot.request(GRANTS).then(({ status }) => status);
    await expect.poll(answer, { timeout: 45_000, interval: 100 }).toBe(200);
    expect(await foreign()).toEqual([]);
  });

  test("once more, it makes the next", async () => {
    await world.rotate([], true);
    const { serviceAccounts } = await world.hub.objects();
    expect(serviceAccounts.map(({ metadata }) => metadata.name)).toContain("karpor-access-3");
    expect(serviceAccounts.map(({ metadata }) => metadata.name)).not.toContain("karpor-access-2");
  });
}
