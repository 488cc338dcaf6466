/** The doctor asks the bot that runs on its machine: each cause that holds back new grants fails, with its fix, and where none runs nothing does. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { freePort } from "../../../sandbox/child.ts";
import { SECOND } from "../../../src/domain/duration.ts";
import type { Hold } from "../../../src/domain/hold.ts";
import { statusPage } from "../../../src/http/pages.ts";
import { type HttpServer, startHttp } from "../../../src/http/server.ts";
import { startBot, startWorld, type World } from "../../helpers/bot.ts";
import { findingsOf, runDoctor } from "../../helpers/doctor.ts";
import { operator } from "../grants/operate.ts";

let well: World;
beforeAll(async () => {
  well = await startUnlimited();
});
afterAll(() => well.close());

/** Doctor runs more often here than Slack lets anybody ask for groups. */
async function startUnlimited(): Promise<World> {
  const world = await startWorld();
  world.slack.settings.limits = false;
  return world;
}

/** What doctor finds of the bot, and whether it ends with 0. */
async function found(env: Record<string, string>, world = well) {
  const run = await runDoctor(world, { env });
  return { good: run.good, ofBot: findingsOf(run).filter(({ check }) => check.startsWith("bot ")) };
}

test("a lockdown of the running bot fails, with its fix", async () => {
  await using world = await startUnlimited();
  const bot = await startBot(world);
  try {
    const env = { METRICS_PORT: String(bot.app.metricsPort) };
    expect(await found(env, world)).toEqual({
      good: true,
      ofBot: [{ check: "bot status", level: "ok", message: "it holds back no new grants" }],
    });
    await operator(world).operate(["lockdown", "a laptop is stolen"]);
    await world.until(async () => {
      await world.jump(SECOND);
      return (await bot.held()).includes("lockdown");
    });
    const { good, ofBot } = await found(env, world);
    expect(good).toBe(false);
    expect(ofBot).toContainEqual({
      check: "bot lockdown",
      level: "fail",
      message: expect.stringMatching(/^operator nightshift locked all access down .*: a laptop is stolen$/),
      fix: expect.stringContaining("the unlock command in Slack"),
    });
    const { said } = await runDoctor(world, { env }, { json: false });
    expect(said).toMatch(/\nRunning bot\n(.*\n)*? {2}fail {2}lockdown +operator nightshift locked/);
  } finally {
    await bot.stop();
  }
});

interface Said {
  /** None: of the version before. */
  instance?: string;
  holds?: string[];
  notices?: string[];
}

/** The page of a bot that says this. */
function page({ instance, holds = [], notices = [] }: Said, isPublic: boolean): Promise<HttpServer> {
  const since = well.clock.now();
  const hold = (cause: string): Hold => ({ cause, message: `of ${cause}`, fix: `mend ${cause}`, since });
  const health = {
    instance: instance as string,
    holds: () => holds.map(hold),
    notices: () => notices.map(hold),
    canary: () => null,
  };
  return startHttp(0, statusPage(health, isPublic));
}

test("a notice is a warning, and what another check says already is not said twice", async () => {
  const { port, stop } = await page({ holds: ["sweep"], notices: ["hub anonymous reads", "sealing"] }, false);
  const { good, ofBot } = await found({ METRICS_PORT: String(port) });
  await stop();
  expect(good).toBe(false);
  expect(ofBot).toEqual([
    { check: "bot sweep", level: "fail", message: "of sweep", fix: "mend sweep" },
    { check: "bot sealing", level: "warn", message: "of sealing", fix: "mend sealing" },
  ]);
});

test("on a port where others may ask, it is said where the causes stand", async () => {
  const { port, stop } = await page({ holds: ["sweep"] }, true);
  const { good, ofBot } = await found({ PORT: String(port) });
  await stop();
  expect(good).toBe(false);
  expect(ofBot).toEqual([
    {
      check: "bot status",
      level: "fail",
      message: "new grants wait, and this port does not say why",
      fix: expect.stringContaining("set METRICS_PORT"),
    },
  ]);
});

test.each([true, false])(
  "another bot on the port is not this one: what holds that back is not said",
  async (isPublic) => {
    const { port, stop } = await page({ instance: "staging", holds: ["sweep"] }, isPublic);
    const { good, ofBot } = await found({ PORT: String(port) });
    await stop();
    expect(good).toBe(true);
    expect(ofBot).toEqual([
      {
        check: "bot status",
        level: "warn",
        message: `at http://127.0.0.1:${port}/status the bot staging answers, and not this one: while it has the port, this one's start is refused`,
        fix: "Give one of both another port (PORT, METRICS_PORT)",
      },
    ]);
  },
);

test("where no bot runs that is said, and fails nothing", async () => {
  const port = await freePort();
  const unasked = (why: string) => ({
    good: true,
    ofBot: [
      {
        check: "bot status",
        level: "ok",
        message: `no running bot was asked what holds back new grants: ${why}`,
      },
    ],
  });
  expect(await found({ PORT: String(port) })).toEqual(
    unasked(`nothing listens at http://127.0.0.1:${port}/status`),
  );
  expect(await found({ PORT: "0" })).toEqual(unasked("with port 0 it listens on any"));
});

test.each([
  ["a page of its own", 'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{"ok":true}'],
  ["what is no HTTP", "-ERR unknown command\r\n"],
  ["nothing", ""],
])("another program on the port is no bot, and fails nothing: it answers %s", async (_, answer) => {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => answer && socket.end(answer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { good, ofBot } = await found({ PORT: String(port) });
  server.close();
  expect(good).toBe(true);
  expect(ofBot).toEqual([
    {
      check: "bot status",
      level: "warn",
      message: `what listens at http://127.0.0.1:${port}/status did not answer as a running karpor-access does within 2 s`,
      fix: expect.stringContaining("free the port"),
    },
  ]);
});
