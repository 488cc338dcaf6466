/** Promise 5: while Slack, the hub or Redis is away nothing is lost, people are told, and what is over still ends. */
import { Queue } from "bullmq";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../src/request/durations.ts";
import { eventually } from "../helpers/eventually.ts";
import { ALICE, BOB, CAROL, MEI } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";
import { buttonsOf, type Scene, sceneOf, tokenIn, visibleText } from "../helpers/scene.ts";
import { type LogLine, type Running, startReplica, startWorld, type World } from "../helpers/world.ts";

const FIVE = [1, 2, 3, 4, 5];
const names = (word: string) => FIVE.map((nth) => `${word}${nth}`);
const config = {
  roles: {
    ...roles,
    ...Object.fromEntries([...names("one"), ...names("two")].map((name) => [name, roles.guest])),
  },
};
/** Two tries after the first: each 5 s of real time. */
const WATCHED = 11 * SECOND;

async function inWorld(work: (world: World, scene: Scene, replica: Running) => Promise<void>) {
  const world = await startWorld({ config });
  try {
    await work(world, sceneOf(world), await startReplica(world));
  } finally {
    world.redis.resume();
    await world.hub.up();
    await world.close();
  }
}

const askEach = async (scene: Scene, roleNames: string[]) => {
  for (const role of roleNames) await scene.say(BOB, `${role} 2h reason of ${role}`);
};

async function approveEach(world: World, scene: Scene, roleNames: string[]) {
  for (const role of roleNames)
    await world.slack.click(ALICE, await scene.card(`reason of ${role}`), "approve");
}

const allOf = (world: World, roleNames: string[], state: string) =>
  eventually(async () => {
    const found = (await world.records()).filter(
      (one) => roleNames.includes(one.role) && one.state === state,
    );
    return found.length === roleNames.length;
  });

const pass = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A job is tried once in 5 s, and once more by a sweep: how many tries of one job were more than that. */
function needlessTries(lines: LogLine[]): number {
  const tried = lines.filter(({ msg }) => msg.includes("tried again"));
  const jobs = Map.groupBy(tried, ({ id, msg }) => `${id} ${msg}`);
  const needless = [...jobs.values()].map((tries) => {
    const times = tries.map(({ time }) => Date.parse(String(time)));
    const usual = Math.floor((Math.max(...times) - Math.min(...times)) / (5 * SECOND)) + 2;
    return tries.length - usual;
  });
  return Math.max(0, ...needless);
}

/** What an operator is told: each cause once when it begins, and once when it is over. */
const told = (lines: LogLine[]) =>
  lines
    .filter(({ level }) => ["warn", "error", "fatal"].includes(level))
    .map(({ msg }) => msg.split(/ is /)[0] + (/ is (\w+)/.exec(msg)?.[0] ?? ""));

test("Karpor, then Redis is away: the approval is not lost, people are told, and the access ends", () =>
  inWorld(async (world, scene) => {
    const card = await scene.ask("guest 1h", "while it is away");
    await world.hub.down();
    await world.slack.click(ALICE, card, "approve");
    await scene.because("while it is away", "granting");
    world.clock.jump(21 * SECOND);
    await scene.dm(BOB, "Approved, not ready yet:");
    await world.hub.up();
    const delivered = await scene.tokenOf(BOB);
    world.redis.pause();
    await scene.say(MEI, "status");
    await scene.whisper(MEI, "cannot reach its records");
    await world.jump(HOUR + MINUTE);
    await eventually(async () => {
      await world.sweep();
      return (await scene.login(tokenIn(delivered))) !== "good";
    });
  }));

describe.concurrent("Slack is away", () => {
  test.for([
    ["503", { status: 503 }, ["Slack is away", "Slack is back"]],
    ["429", { retryAfter: 6 }, []],
    ["silence", { hang: true }, ["Slack is away", "Slack is back"]],
  ] as const)("%s", ([, failure, expected]) =>
    inWorld(async (world, scene, { lines }) => {
      await askEach(scene, names("one"));
      await allOf(world, names("one"), "waiting");
      const cards = await Promise.all(names("one").map((role) => scene.card(`reason of ${role}`)));
      await scene.say(ALICE, "pending"); // looked up a moment ago, so that approving needs nothing of Slack
      world.slack.meddle({ before: async () => failure, after: async () => true });
      for (const card of cards) await world.slack.click(ALICE, card, "approve");
      await askEach(scene, names("two"));
      await pass(WATCHED);
      expect(needlessTries(lines)).toBe(0);
      expect(told(lines)).toEqual(expected.slice(0, 1));
      world.slack.meddle(undefined);
      await allOf(world, names("one"), "active");
      await allOf(world, names("two"), "waiting");
      await world.slack.waitFor(() => world.slack.dm(BOB).filter((one) => tokenIn(one) !== "").length === 5);
      for (const role of names("two")) await scene.card(`reason of ${role}`);
      expect(told(lines)).toEqual(expected);
    }),
  );
});

describe.concurrent("the hub is away", () => {
  test.for(["down", "hang", "403 at its start"] as const)("%s", (how) =>
    inWorld(async (world, scene, { lines }) => {
      const { hub } = world;
      await askEach(scene, names("one"));
      await allOf(world, names("one"), "waiting");
      await Promise.all(names("one").map((role) => scene.card(`reason of ${role}`)));
      if (how === "hang") hub.hang(true);
      else await hub.down();
      await approveEach(world, scene, names("one"));
      await allOf(world, names("one"), "granting");
      await scene.say(BOB, "two1 1h asked while it is away");
      const refused = await scene.whisper(BOB, "Karpor does not answer");
      expect(buttonsOf(refused)).toContain("Ask again");
      if (how === "403 at its start") {
        hub.meddle({ before: async () => ({ status: 403 }), after: async () => true });
        await hub.up();
      } else {
        world.clock.jump(21 * SECOND);
        await scene.dm(BOB, "Approved, not ready yet:");
        await scene.card("Approved, not ready yet:");
      }
      await pass(WATCHED);
      expect(needlessTries(lines)).toBe(0);
      expect(told(lines)).toEqual(["hub is away"]);
      expect((await world.records()).map(({ state }) => state)).toEqual(Array(5).fill("granting"));
      hub.meddle(undefined);
      hub.hang(false);
      await hub.up();
      await allOf(world, names("one"), "active");
      await world.slack.waitFor(() => world.slack.dm(BOB).filter((one) => tokenIn(one) !== "").length === 5);
      await world.slack.waitFor(
        () => !world.slack.dm(BOB).some((one) => visibleText(one).includes("not ready yet")),
      );
      await world.sweep();
      expect(told(lines)).toEqual(["hub is away", "hub is back"]);
    }),
  );
});

test("the hub refuses the bot a right: the holder and the operator are told, once", () =>
  inWorld(async (world, scene, { lines }) => {
    const isBinding = ({ method, path }: { method: string; path: string }) =>
      method === "POST" && path.endsWith("/clusterrolebindings");
    const before = async (call: Parameters<typeof isBinding>[0]) =>
      isBinding(call) ? { status: 403 } : undefined;
    world.hub.meddle({ before, after: async () => true });
    await scene.ask("one1 1h", "no right to bind");
    await scene.ask("two1 1h", "none for the second either");
    for (const reason of ["no right to bind", "none for the second either"])
      await world.slack.click(ALICE, await scene.card(reason), "approve");
    await allOf(world, ["one1", "two1"], "granting");
    world.clock.jump(21 * SECOND);
    await scene.dm(BOB, "not ready yet:");
    await eventually(async () => (await world.records()).every(({ trouble }) => trouble === "held-back"));
    expect(told(lines)).toEqual(["the hub refuses a step; npm run doctor says what the bot may not do"]);
    world.hub.meddle(undefined);
    await allOf(world, ["one1", "two1"], "active");
  }));

describe.concurrent("Redis is away", () => {
  test("for an hour: people are told, and what is over ends on the hub", () =>
    inWorld(async (world, scene, { lines }) => {
      const delivered = await scene.get("guest 1h", "over meanwhile");
      await scene.ask("guest 3h", "waits through it", CAROL);
      await allOf(world, ["guest"], "active").catch(() => {});
      world.redis.pause();
      const answers = () =>
        world.slack.ephemerals(MEI).filter((one) => visibleText(one).includes("cannot reach its records"));
      for (const line of ["status", "peek 15m", "end"]) await scene.say(MEI, line);
      await world.slack.waitFor(() => answers().length === 3);
      await world.jump(HOUR + MINUTE);
      await eventually(async () => {
        await world.sweep();
        return (await scene.onHub()).filter((name) => name.includes("-r-")).length === 1;
      });
      expect(await scene.login(tokenIn(delivered))).not.toBe("good");
      expect(told(lines)).toEqual(["Redis is away"]);
      expect(needlessTries(lines)).toBe(0);
      world.redis.resume();
      await world.sweep();
      const { id } = await scene.record(
        ({ reason, ending }) => reason === "over meanwhile" && ending?.deletedAt != null,
      );
      const over = await scene.proveEnd(id);
      expect(over.ending?.cause).toBe("time");
      await world.slack.click(ALICE, await scene.card("waits through it"), "approve");
      await scene.tokenOf(CAROL);
      expect(told(lines)).toEqual(["Redis is away", "Redis is back"]);
    }));

  test("from the start on: the bot starts, and ends what is over", () =>
    inWorld(async (world, scene, first) => {
      await scene.get("guest 1h", "before the start");
      await first.stop();
      world.bots.length = 0;
      world.redis.pause();
      const { lines } = await startReplica(world);
      await world.jump(HOUR + MINUTE);
      await eventually(async () => (await scene.onHub()).length === 0);
      expect(told(lines)).toEqual(["Redis is away"]);
      world.redis.resume();
      await eventually(async () => {
        await world.sweep();
        return (await world.records())[0]?.ending?.deletedAt != null;
      });
      const [request] = await world.records();
      expect((await scene.proveEnd(request?.id ?? "")).ending?.cause).toBe("time");
      expect(told(lines)).toEqual(["Redis is away", "Redis is back"]);
    }));
});

test.concurrent("queues that run nothing: what is over ends on the hub, and a revoke takes the binding at once", () =>
  inWorld(async (world, scene) => {
    const over = tokenIn(await scene.get("guest 1h", "over meanwhile"));
    const revoked = tokenIn(await scene.get("guest 8h", "revoked meanwhile", MEI));
    const { id } = await scene.record(({ reason }) => reason === "revoked meanwhile");
    const options = { connection: { url: world.redis.url }, prefix: "{karpor-access:test}" };
    const queues = ["access", "slack"].map((name) => new Queue(name, options));
    for (const queue of queues) await queue.pause();
    await scene.say(ALICE, `revoke ${id} leaving`);
    expect(await scene.login(revoked)).toBe("unbound");
    await world.jump(HOUR + MINUTE);
    await eventually(async () => {
      await world.sweep();
      return (await scene.login(over)) !== "good";
    });
    await world.sweep();
    await world.sweep();
    for (const queue of queues) await queue.resume();
    await eventually(async () => {
      await world.jump(14 * SECOND);
      return (await world.records()).every(({ state }) => state === "closed");
    });
    const causes = (await world.records()).map(({ reason, ending }) => [reason, ending?.cause]);
    expect(new Map(causes as [string, string][])).toEqual(
      new Map([
        ["over meanwhile", "time"],
        ["revoked meanwhile", "revoked"],
      ]),
    );
    for (const queue of queues) await queue.close();
  }));
