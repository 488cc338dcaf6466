/** Access that begins later, on either hub: at its time and no sooner; and what is withdrawn or revoked before never stood there. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type JumpClock, jumpClock } from "../sandbox/clock.ts";
import { hubClient } from "../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../sandbox/hub/envtest.ts";
import type { KubeObject, TestHub } from "../sandbox/hub/types.ts";
import { HOUR, MINUTE } from "../src/domain/duration.ts";
import { formatMoment } from "../src/domain/moment.ts";
import { ALICE, BOB, CAROL, MEI, startBot, startWorld, type World } from "./helpers/bot.ts";
import { login } from "./helpers/login.ts";
import { type Scene, scene, tokenIn } from "./helpers/scene.ts";

describe("on the local hub", () => tell(async () => undefined));
describe.skipIf(!envtestAvailable())(`on a real API server (${envtestAdvice})`, () => tell(startEnvtest));

const KINDS = [
  "/api/v1/namespaces/karpor-access/serviceaccounts",
  "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
];

function tell(start: (clock: JumpClock) => Promise<TestHub | undefined>) {
  let world: World;
  let bot: Awaited<ReturnType<typeof startBot>>;
  let it: Scene;
  let real: TestHub | undefined;

  beforeEach(async () => {
    const clock = jumpClock();
    real = await start(clock);
    world = await startWorld({ clock, ...(real ? { hub: real } : {}) });
    bot = await startBot(world);
    it = scene(world);
  }, 90_000);
  afterEach(async () => {
    await bot?.stop();
    await world?.close();
    await real?.stop();
  });

  const recordOf = async (reason: string) => (await world.records()).find((r) => r.reason === reason);
  const isState = (reason: string, state: string) =>
    world.until(async () => (await recordOf(reason))?.state === state);
  /** Of both kinds, from now on: what stood in between is seen although it is gone. */
  async function watchHub() {
    const admin = hubClient(world.hub, world.hub.admin);
    const since = await Promise.all(
      KINDS.map(async (path) => (await admin("GET", path)).body.metadata?.resourceVersion ?? ""),
    );
    return {
      async everStood(): Promise<string[]> {
        const answers = await Promise.all(
          KINDS.map((path, i) =>
            admin("GET", `${path}?watch=1&timeoutSeconds=1&resourceVersion=${since[i]}`),
          ),
        );
        await admin.close();
        return answers.flatMap(({ body }) => eventsIn(body)).map(({ object }) => object.metadata.name);
      },
    };
  }

  test("one begins at its time, one is withdrawn and one revoked before: of these nothing ever stood", async () => {
    const hub = await watchHub();
    const at = Math.ceil((world.clock.now() + 2 * HOUR) / MINUTE) * MINUTE;
    for (const [reason, user] of [
      ["release", BOB],
      ["taken back", CAROL],
      ["revoked", MEI],
    ] as const) {
      const card = await it.ask(`guest 2h from ${formatMoment({ at })}`, reason, user);
      await world.slack.click(user === CAROL ? ALICE : CAROL, card, "approve");
      await isState(reason, "scheduled");
    }
    const mine = await it.dm(CAROL, "I will message you with the token then");
    await world.slack.click(CAROL, mine, "Withdraw");
    await isState("taken back", "withdrawn");
    await it.say(ALICE, `revoke ${(await recordOf("revoked"))?.id} no more`);
    await isState("revoked", "ended");
    expect(await it.standing()).toEqual([]);

    await world.jump(at - world.clock.now());
    await isState("release", "active");
    const message = await world.slack.waitFor(() => world.slack.dm(BOB).findLast((m) => tokenIn(m) !== ""));
    const token = tokenIn(message);
    expect([401, 403]).not.toContain(await login(world.hub, token));
    const id = (await recordOf("release"))?.id.toLowerCase() ?? "";
    expect(await it.standing()).toHaveLength(2);
    const stood = (await hub.everStood()).filter((name) => /^karpor-access-.*-r-/.test(name));
    expect(stood.filter((name) => name.includes(id)).length).toBeGreaterThanOrEqual(2);
    expect(stood.filter((name) => !name.includes(id))).toEqual([]);
    for (const user of [CAROL, MEI]) expect(it.everShown(user)).not.toMatch(/eyJ/);

    await world.slack.click(BOB, message, "End now", { confirm: true });
    await it.proveEnd();
    await world.until(async () => (await login(world.hub, token)) === 401);
  });
}

/** The client reads one JSON, or leaves the text. */
function eventsIn(body: { message?: string }): { object: KubeObject }[] {
  const lines = (body.message ?? JSON.stringify(body)).split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => JSON.parse(line) as { object: KubeObject });
}
