/** Whatever is wrong with what the bot depends on: it stays up, says so, makes no new grant, and ends what is over. */
import { copyFileSync, renameSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hubClient } from "../sandbox/hub/client.ts";
import type { HubFailure } from "../sandbox/hub/faults.ts";
import { visibleText } from "../sandbox/slack/index.ts";
import { StartRefused } from "../src/app.ts";
import { HOUR, MINUTE, SECOND } from "../src/domain/duration.ts";
import { ENDS_WATCH_TIMES } from "../src/flow/watch/watch-ends.ts";
import { APPROVALS, BOB, GENERAL, MEI, startBot, startWorld, type World } from "./helpers/bot.ts";
import { GRANTS_NAMESPACE } from "./helpers/bot-account.ts";
import { isEnd } from "./helpers/hub-calls.ts";
import { login } from "./helpers/login.ts";
import { openRouter } from "./helpers/router.ts";
import { scene, tokenIn } from "./helpers/scene.ts";
import { configure } from "./helpers/set-up.ts";
import { swept } from "./helpers/swept.ts";

type Bot = Awaited<ReturnType<typeof startBot>>;
const ACCOUNTS = `/api/v1/namespaces/${GRANTS_NAMESPACE}/serviceaccounts`;
const ROLE = "/apis/rbac.authorization.k8s.io/v1/clusterroles/karpor-admin";

let world: World;
let bots: Bot[];
let it: ReturnType<typeof scene>;
beforeEach(async () => {
  world = await startWorld();
  bots = [];
  it = scene(world);
});
afterEach(async () => {
  world.redis.resume();
  for (const bot of bots) await bot.stop();
  await world.close();
});

const hub = () => {
  if (!world.localHub) throw new Error("not on the local hub");
  return world.localHub;
};
async function start(times?: Parameters<typeof startBot>[1]): Promise<Bot> {
  const bot = await startBot(world, times);
  bots.push(bot);
  return bot;
}
async function stop(bot: Bot): Promise<void> {
  bots.splice(bots.indexOf(bot), 1);
  await bot.stop();
}
/** Bob has a grant of an hour, and no bot runs. */
async function left(): Promise<void> {
  const bot = await start();
  await it.get("guest 1h", "before");
  await stop(bot);
}
/** Bob released his grant, and its account was not let go; no bot runs. */
async function leftUnbound(): Promise<void> {
  const bot = await start();
  await it.get("guest 7d", "before");
  await answers({ status: 500 }, isEnd);
  await it.say(BOB, "revoke");
  await world.until(async () => (await it.standing()).length === 1);
  await stop(bot);
  await answers();
  world.clock.jump(2 * MINUTE);
}
/** Bob has a grant, somebody deletes its account when what it owns is gone, and no bot runs. */
async function leftDeleting(): Promise<void> {
  const bot = await start();
  await it.get("guest 7d", "before");
  await stop(bot);
  const [name] = await it.standing();
  await admin("DELETE", `${ACCOUNTS}/${name}`, { propagationPolicy: "Foreground" });
  expect(await it.standing()).toHaveLength(2);
}
const admin = async (method: "GET" | "DELETE" | "POST", path: string, body?: object) => {
  const ask = hubClient(world.hub, world.hub.admin);
  try {
    return (await ask(method, path, body && { body })).body;
  } finally {
    await ask.close();
  }
};
async function withoutRole() {
  const { metadata: { name } = { name: "" }, ...rest } = await admin("GET", ROLE);
  await admin("DELETE", ROLE);
  return () => admin("POST", ROLE.slice(0, ROLE.lastIndexOf("/")), { ...rest, metadata: { name } });
}
/** The hub, to whatever it is asked, or to these; as ever when left out. */
const answers = async (failure?: HubFailure, isMeant: typeof isEnd = () => true) =>
  hub().meddle(
    failure && {
      before: async (call) => (isMeant(call) ? failure : undefined),
      after: async () => true,
    },
  );
const errors = ({ lines }: Bot, cause: string) =>
  lines.filter((line) => line.level === "error" && line.cause === cause);
const noticed = async (bot: Bot) =>
  ((await bot.status()).body as { notices: { cause: string }[] }).notices.map(({ cause }) => cause);
const tokenOf = (person: string) => world.slack.dm(person).find((m) => tokenIn(m) !== "");
/** Approved, and not made: a grant that may be made is there within a tenth of this. */
async function waits(reason: string): Promise<void> {
  await world.until(async () => (await stateOf(reason)) === "approved");
  for (let looks = 0; looks < 50; looks++) {
    await new Promise((later) => setTimeout(later, 20));
    expect(await stateOf(reason)).toBe("approved");
  }
}
const ended = (reason: string) =>
  world.until(async () => {
    await world.jump(SECOND);
    return (await stateOf(reason)) === "ended";
  });
/** Within 10 s of the look that was under way. */
const seenSoon = async (holds: () => Promise<boolean>) => {
  for (let seconds = 0; seconds < 20 && !(await holds()); seconds++) {
    await world.jump(SECOND);
    await delay(100);
  }
  await world.until(holds);
};
const stateOf = async (reason: string) => (await world.records()).find((r) => r.reason === reason)?.state;

describe("at a start", () => {
  test("with something of ours on the hub, failing checks hold back new grants only", async () => {
    await left();
    await withoutRole();
    world.slack.people.inviteBot(APPROVALS, false);
    const bot = await start();
    expect(await bot.ready()).toEqual({ status: 200, body: { ready: true } });
    expect(await bot.status()).toMatchObject({ status: 503, body: { ok: false } });
    expect(await bot.held()).toEqual(expect.arrayContaining(["slack channel", "role admin"]));

    await it.say(MEI, "peek 15m meanwhile");
    await waits("meanwhile");
    await world.jump(HOUR);
    await world.until(async () => (await it.standing()).length === 0);
    await ended("before");
    expect(tokenOf(MEI)).toBeUndefined();
    expect(await bot.held()).toHaveLength(2);
    expect(errors(bot, "slack channel")).toHaveLength(1);
  });

  test("what is mended is seen within 10 s, said once, and what waited goes on", async () => {
    await left();
    const putBack = await withoutRole();
    const bot = await start();
    await it.say(MEI, "peek 15m meanwhile");
    await waits("meanwhile");
    for (let tries = 0; tries < 3; tries++) await world.jump(10 * SECOND);
    await putBack();
    await seenSoon(async () => (await bot.status()).status === 200);
    await world.jump(5 * SECOND);
    await world.slack.waitFor(() => tokenOf(MEI));
    expect(errors(bot, "role admin")).toHaveLength(1);
    expect(
      bot.lines.filter(({ msg, cause }) => cause === "role admin" && msg.startsWith("over:")),
    ).toHaveLength(1);
  });

  test("with nothing of ours, a failing check refuses it, in words", async () => {
    await withoutRole();
    const refused = await start().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(StartRefused);
    expect((refused as StartRefused).message).toMatch(/role admin: ClusterRole karpor-admin does not exist/);
  });

  test("with nothing on the hub but a question that waits, it stays up", async () => {
    const bot = await start();
    await it.ask("guest 1h", "asked");
    await stop(bot);
    await withoutRole();
    expect(await (await start()).held()).toContain("role admin");
  });

  test("without its kubeconfig it is refused; with something to end it stays up, and goes on when the file is there", async () => {
    const kubeconfig = world.env.KARPOR_ACCESS_CONFIG.replace("config.yml", "hub.kubeconfig");
    const [hide, show] = [
      () => renameSync(kubeconfig, `${kubeconfig}.gone`),
      () => renameSync(`${kubeconfig}.gone`, kubeconfig),
    ];
    hide();
    await expect(start()).rejects.toThrow(/hub: Cannot read the kubeconfig .*: put it there/);
    show();
    await left();
    hide();
    const bot = await start();
    expect(await bot.held()).toEqual(["hub"]);
    expect(errors(bot, "hub").map(({ msg }) => msg)).toEqual([
      `Cannot read the kubeconfig ${kubeconfig}: put it there, or correct hub.kubeconfig; new grants wait`,
    ]);
    await world.slack.command(BOB, GENERAL, "revoke");
    await it.dm(BOB, "Ending");
    expect(await it.standing()).toHaveLength(2);
    show();
    await world.jump(MINUTE);
    await world.until(async () => (await it.standing()).length === 0);
    await ended("before");
    await world.until(async () => (await bot.held()).length === 0);
  });

  test("Redis is away: what is over ends all the same, and a revoke is answered", async () => {
    await left();
    world.clock.jump(HOUR);
    world.redis.pause();
    const bot = await start();
    await world.until(async () => (await it.standing()).length === 0);
    expect((await bot.ready()).status).toBe(200);
    expect(await bot.held()).toEqual(expect.arrayContaining(["redis", "records"]));
    await world.slack.command(BOB, GENERAL, "revoke");
    await it.whisper(BOB, "Nothing changed");
    world.redis.resume();
    await world.until(async () => (await stateOf("before").catch(() => null)) !== null);
    await world.jump(10 * SECOND);
    await ended("before");
  });

  test("Slack refuses the bot: ends go on, and it comes in when Slack lets it", async () => {
    await left();
    world.slack.failNext("*", "account_inactive", Number.POSITIVE_INFINITY);
    const bot = await start();
    expect(await bot.ready()).toMatchObject({ status: 503, body: { ready: false } });
    expect(await bot.held()).toEqual(["slack token"]);
    const early = await fetch(`http://127.0.0.1:${bot.app.port}/slack/events`, {
      method: "POST",
      body: "{}",
    });
    expect([early.status, early.headers.get("retry-after")]).toEqual([503, "5"]);
    await world.jump(HOUR);
    await world.until(async () => (await it.standing()).length === 0);
    world.slack.clearFailures();
    await seenSoon(async () => (await bot.ready()).status === 200);
    await ended("before");
    expect((await world.slack.command(BOB, GENERAL, "help")).status).toBe(200);
  });

  test("Slack refuses another token than it took before: the records wait, ends do not", async () => {
    await left();
    const { SLACK_BOT_TOKEN } = world.env;
    world.env.SLACK_BOT_TOKEN = "xoxb-mistyped";
    const bot = await start({ ends: { everyMs: 50, standstillAfterMs: SECOND } });
    expect(await bot.held()).toEqual(expect.arrayContaining(["slack token", "redis owner"]));
    await world.jump(HOUR);
    await world.until(async () => (await it.standing()).length === 0);
    expect(await stateOf("before")).toBe("active");
    await stop(bot);
    world.env.SLACK_BOT_TOKEN = SLACK_BOT_TOKEN;
    await start();
    await ended("before");
  });

  test("neither Redis nor the hub answers, so that nothing can be known: it stays up, and ends what it can when it can", async () => {
    await left();
    world.redis.pause();
    await hub().down();
    world.clock.jump(HOUR);
    const bot = await start({ ends: { everyMs: 50, standstillAfterMs: MINUTE } });
    expect(await bot.held()).toEqual(expect.arrayContaining(["redis", "hub"]));
    await hub().up();
    await world.until(async () => (await it.standing()).length === 0);
  });

  const UNWELL = [
    { is: "a check fails", spoil: withoutRole },
    {
      is: "a check fails and Redis is empty",
      spoil: () => Promise.all([withoutRole(), world.commands.flushall()]),
    },
    { is: "Redis is away", spoil: async () => world.redis.pause() },
  ];
  const HALF = [
    { how: "lost its binding a minute ago", leave: leftUnbound },
    { how: "somebody deletes", leave: leftDeleting },
  ];

  test.each(UNWELL.flatMap((unwell) => HALF.map((half) => ({ ...unwell, ...half }))))(
    "$is beside an account that $how: all of it goes",
    async ({ spoil, leave }) => {
      await leave();
      await spoil();
      await start();
      await world.until(async () => (await it.standing()).length === 0);
    },
  );
});

describe("while it runs", () => {
  test.each([
    ["it does not answer", "hub", (off: boolean) => (off ? hub().down() : hub().up())],
    ["RBAC is switched off", "hub rbac", async (off: boolean) => hub().setRbac(!off)],
    [
      "its clock is 90 s ahead of this machine's",
      "hub clock",
      async (off: boolean) => hub().skew(off ? 90 * SECOND : 0),
    ],
  ])(
    "the hub: %s, and that holds back new grants until it is over, and is logged once, as is its end",
    async (_, cause, set) => {
      const bot = await start();
      expect(await bot.status()).toEqual({
        status: 200,
        body: { ok: true, instance: "test", causes: [], notices: [] },
      });
      await set(true);
      await world.jump(MINUTE);
      await world.until(async () => (await bot.held()).includes(cause));
      expect((await bot.ready()).status).toBe(200);
      await it.say(MEI, "peek 15m meanwhile");
      await waits("meanwhile");
      expect(await it.standing()).toEqual([]);
      expect(errors(bot, cause)).toHaveLength(1);
      await set(false);
      await seenSoon(async () => (await bot.status()).status === 200);
      expect(bot.lines.filter((line) => line.cause === cause && line.msg.startsWith("over:"))).toHaveLength(
        1,
      );
      // What waits, waits by the clock that was believed.
      await world.jump(2 * MINUTE);
      await world.slack.waitFor(() => tokenOf(MEI));
    },
  );

  test("a card that Slack refuses is told of by every replica, until it stands", async () => {
    const ends = { everyMs: 20, standstillAfterMs: MINUTE };
    const both = [await start({ ends }), await start({ ends })];
    const held = (cause: string[]) =>
      world.until(async () => {
        await world.queue.add("sweep", {}, { removeOnComplete: true });
        await world.jump(SECOND);
        const seen = await Promise.all(both.map((bot) => bot.held()));
        return seen.every((causes) => String(causes) === String(cause));
      });
    world.slack.failNext("chat.postMessage", "restricted_action", Number.POSITIVE_INFINITY);
    await it.say(BOB, "guest 1h nowhere");
    await held(["cards restricted_action"]);
    world.slack.clearFailures();
    await held([]);
    await it.channel("nowhere");
  });

  test("Redis is full and takes no writes: a live grant ends on the hub at its time, and its record follows when there is room", async () => {
    await start({ ends: { everyMs: 50, standstillAfterMs: MINUTE } });
    const token = tokenIn(await it.get("guest 1h", "full"));
    await world.commands.config("SET", "maxmemory", "1");
    await expect(world.commands.set("any", "thing")).rejects.toThrow("OOM");
    await world.jump(HOUR - MINUTE);
    expect(await login(world.hub, token)).toBe(200);
    await world.jump(MINUTE);
    await world.until(async () => (await it.standing()).length === 0);
    expect(await login(world.hub, token)).toBe(401);
    expect(await stateOf("full")).toBe("active");
    await world.commands.config("SET", "maxmemory", "0");
    await world.until(async () => {
      await swept(world);
      await world.jump(SECOND);
      return (await stateOf("full")) === "ended";
    });
    await it.dm(BOB, "Ended at");
    await world.until(async () => !world.slack.dm(BOB).some((m) => tokenIn(m) !== ""));
  });

  test.each([
    ["refuses connections", () => hub().down(), () => hub().up()],
    ["answers that it is broken", () => answers({ status: 503 }), () => answers()],
    ["never answers", () => answers({ hang: true }), () => answers()],
  ] as const)(
    "revoked while the hub %s, and then Redis is away: the grant ends when the hub is back, and no other",
    async (_, away, back) => {
      await start({ callMs: SECOND, ends: { everyMs: 50, standstillAfterMs: MINUTE } });
      const token = tokenIn(await it.get("guest 1h", "revoked"));
      const other = tokenIn(await it.get("guest 1h", "goes on", MEI));
      await away();
      await it.say(BOB, "revoke");
      await it.dm(BOB, "Ending");
      world.redis.pause();
      expect(await it.standing()).toHaveLength(4);
      await back();
      await world.until(async () => (await it.standing()).length === 2);
      world.clock.jump(11 * SECOND);
      expect(await login(world.hub, token)).toBe(401);
      expect(await login(world.hub, other)).toBe(200);
    },
  );

  test("a queue that takes jobs and runs none is noticed, and what is over ends from the hub alone", async () => {
    const bot = await start({ ends: { everyMs: 20, standstillAfterMs: 8_000 } });
    const sweeping = setInterval(() => void world.queue.add("sweep", {}, { removeOnComplete: true }), 100);
    try {
      await it.get("guest 1h", "stuck");
      expect(await bot.held()).toEqual([]);
      await world.queue.pause();
      world.clock.jump(HOUR);
      await world.until(async () => (await it.standing()).length === 0);
      expect(await bot.held()).toEqual(["sweep"]);
      expect(errors(bot, "sweep")).toHaveLength(1);
      await world.queue.resume();
      await world.until(async () => (await bot.held()).length === 0);
    } finally {
      clearInterval(sweeping);
    }
  });
});

test.each([1, -1])(
  "the hub's clock is 59 s off (times %i), and new grants are made; 61 s, and they wait",
  async (sign) => {
    const bot = await start();
    const looks = () => hub().requests.filter(({ path }) => path === "/version").length;
    const before = looks();
    hub().skew(sign * 59 * SECOND);
    await world.until(async () => {
      await world.jump(MINUTE);
      await delay(100);
      return looks() >= before + 2;
    });
    expect(await bot.held()).toEqual([]);
    await it.say(MEI, "peek 15m meanwhile");
    await world.slack.waitFor(() => tokenOf(MEI));
    hub().skew(sign * 61 * SECOND);
    await world.jump(MINUTE);
    await seenSoon(async () => (await bot.held()).includes("hub clock"));
  },
);

test.each([
  ["ahead", 5 * MINUTE],
  ["behind", -5 * MINUTE],
])("the hub's clock goes 5 minutes %s while a grant lives: it ends when the hub says so", async (_, off) => {
  const bot = await start();
  const token = tokenIn(await it.get("guest 1h", "drifts"));
  const expiresAt = (await world.records()).map((r) => ("expiresAt" in r ? r.expiresAt : 0))[0] ?? 0;
  const left = () => expiresAt - world.clock.now() - off;
  hub().skew(off);
  await world.jump(MINUTE);
  await seenSoon(async () => (await bot.held()).includes("hub clock"));
  // The hub believes what it has seen of a token for ten seconds.
  await world.jump(left() - 20 * SECOND);
  await swept(world);
  expect(await login(world.hub, token)).toBe(200);
  expect(await it.standing()).toHaveLength(2);
  await world.jump(left() + SECOND);
  await swept(world);
  await world.until(async () => (await it.standing()).length === 0);
  expect(await login(world.hub, token)).toBe(401);
});

test("one replica's clock is 50 s slow and another's 50 s fast: a grant ends when the hub says so", async () => {
  const off = async (ms: number) => {
    const { now, sleep } = world.callersClock;
    bots.push(await startBot({ ...world, callersClock: { now: () => now() + ms, sleep } }));
  };
  await off(-50 * SECOND);
  await off(50 * SECOND);
  const token = tokenIn(await it.get("guest 1h", "skewed"));
  const expiresAt = (await world.records()).map((r) => ("expiresAt" in r ? r.expiresAt : 0))[0] ?? 0;
  expect(Math.abs(expiresAt - world.clock.now() - HOUR)).toBeLessThan(5 * SECOND);
  await world.jump(expiresAt - 5 * SECOND - world.clock.now());
  await swept(world);
  expect(await it.standing()).toHaveLength(2);
  expect(await login(world.hub, token)).toBe(200);
  await world.jump(7 * SECOND);
  await world.until(async () => (await it.standing()).length === 0);
  expect(world.clock.now()).toBeLessThan(expiresAt + 40 * SECOND);
});

test("a standstill of the queue is noticed within 3 minutes, and a sweep or two that fail are none", () => {
  const { everyMs, standstillAfterMs } = ENDS_WATCH_TIMES;
  expect(everyMs + standstillAfterMs).toBeLessThanOrEqual(3 * MINUTE);
  expect(standstillAfterMs).toBeGreaterThan(2 * MINUTE);
});

describe("behind a router that heeds readiness, a signed revoke gets its answer", () => {
  const revoked = () => it.dm(BOB, "Ending");
  test.each([
    ["the hub does not answer", async () => void (await hub().down()), revoked],
    ["Redis does not answer", async () => world.redis.pause(), () => it.whisper(BOB, "Nothing changed")],
    ["a ClusterRole is gone", async () => void (await withoutRole()), revoked],
  ])("when %s", async (_, spoil, answered) => {
    const bot = await start();
    await it.get("guest 1h", "mine");
    await spoil();
    world.clock.jump(MINUTE);
    await world.until(async () => (await bot.held()).length > 0);
    await using router = await openRouter(bot.app.port);
    world.slack.deliverTo(router.url);
    expect((await world.slack.command(BOB, GENERAL, "revoke")).status).toBe(200);
    expect(visibleText(await answered())).not.toBe("");
    await hub()
      .up()
      .catch(() => {});
  });

  const invalid = async () =>
    configure(world, (file) => Object.assign(file.roles.peek, { approval: "nobody" }));
  /** A replica beside it, whose file has a role less. */
  const another = async () => {
    const path = world.env.KARPOR_ACCESS_CONFIG.replace("config.yml", "other.yml");
    const beside = { ...world, env: { ...world.env, KARPOR_ACCESS_CONFIG: path } };
    copyFileSync(world.env.KARPOR_ACCESS_CONFIG, path);
    configure(beside, ({ roles }) => delete roles.peek);
    bots.push(await startBot(beside));
  };
  test.each([
    ["its file was edited into what is not valid", "configuration", invalid],
    ["another replica goes by another file", "policies differ", another],
  ])("when %s, and the grant ends", async (_, cause, spoil) => {
    const bot = await start();
    await it.get("guest 4h", "mine");
    await spoil();
    await world.until(async () => {
      await world.jump(5 * SECOND);
      return (await noticed(bot)).includes(cause);
    });
    await using router = await openRouter(bot.app.port);
    world.slack.deliverTo(router.url);
    expect((await world.slack.command(BOB, GENERAL, "revoke")).status).toBe(200);
    await revoked();
    await world.until(async () => (await it.standing()).length === 0);
    await ended("mine");
  });
});

test("in Socket Mode, a replica without Redis leaves commands to the one that has it", async () => {
  await using socketWorld = await startWorld({ transport: "socket" });
  const cutOff = { ...socketWorld, env: { ...socketWorld.env, REDIS_URL: "redis://127.0.0.1:1" } };
  const [well, ill] = [await startBot(socketWorld), await startBot(cutOff, {}, { stopWithin: 200 })];
  try {
    for (const one of [well, ill])
      expect(await one.ready()).toEqual({ status: 200, body: { ready: true, connections: 1 } });
    await socketWorld.until(async () => {
      socketWorld.clock.jump(5 * SECOND);
      return (await ill.ready()).status === 503 && socketWorld.slack.socket.connections() === 1;
    });
    for (let asked = 0; asked < 4; asked++) await socketWorld.slack.command(BOB, GENERAL, "status");
    expect(ill.lines.filter(({ msg }) => msg.includes("could not be answered"))).toEqual([]);
    expect(socketWorld.slack.troubles()).toEqual([]);
  } finally {
    await well.stop();
    await ill.app.stop();
  }
});
