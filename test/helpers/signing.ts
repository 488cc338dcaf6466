/** A world where two people approve by passkey, each in Chromium with a device of their own. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { stringify } from "yaml";
import { freePort } from "../../sandbox/child.ts";
import type { SlackMessage } from "../../sandbox/slack/index.ts";
import type { Request } from "../../src/request/record.ts";
import { keysFor } from "../../src/store/keys.ts";
import { type Device, openDevice, pageLinkIn } from "./device.ts";
import { CHROMIUM } from "./machine.ts";
import { ALICE, CAROL } from "./people.ts";
import { roles } from "./roles.ts";
import { sceneOf, visibleText } from "./scene.ts";
import { startReplica, startWorld, usualConfig } from "./world.ts";

const signedBy = (count: number) => ({
  ...roles.guest,
  approval: { by: ["S0SRE"], within: "4h", count, passkey: true },
});

/** `pair` is approved by both of them, the others by one. A person asks for a role once: each test has its own. */
const BY_ONE = ["vault", "safe", "chest", "locker", "cellar", "attic", "shed"];
const SIGNED_ROLES = {
  ...roles,
  ...Object.fromEntries(BY_ONE.map((name) => [name, signedBy(1)])),
  pair: signedBy(2),
};

export type SigningWorld = Awaited<ReturnType<typeof startSigningWorld>>;

export async function startSigningWorld() {
  await using opened = new AsyncDisposableStack();
  const browser = opened.adopt(
    await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] }),
    (one) => one.close(),
  );
  const port = await freePort();
  const web = `http://localhost:${port}`;
  const world = opened.adopt(await startWorld({ config: { web } }), (one) => one.close());
  world.env.PORT = String(port);
  const { slack } = world;
  const scene = sceneOf(world);
  await startReplica(world);
  const [alice, carol] = [await openDevice(browser), await openDevice(browser)];
  const enrol = async (user: string, device: Device): Promise<string> => {
    await scene.say(user, "passkey");
    await device.open(pageLinkIn(await scene.whisper(user, "Make a passkey")));
    await device.press();
    return device.line();
  };
  const passkeys = { [ALICE]: [await enrol(ALICE, alice)], [CAROL]: [await enrol(CAROL, carol)] };
  const kept = opened.move();
  const signing = {
    ...{ world, scene, web, alice, carol, passkeys },

    writeConfig(config: Record<string, unknown> = {}) {
      const whole = { ...usualConfig, web, roles: SIGNED_ROLES, passkeys, ...config };
      writeFileSync(join(world.folder, "config.yml"), stringify(whole));
    },

    /** As an operator: the file is changed, and the bot starts again. */
    async restart(config: Record<string, unknown> = {}) {
      await Promise.all(world.bots.splice(0).map((running) => running.stop()));
      signing.writeConfig(config);
      await startReplica(world);
    },

    /** Presses Approve on a card; resolves to the link that the presser alone gets, or to what they are told. */
    async press(user: string, card: SlackMessage, action = "approve-signed"): Promise<string> {
      const before = slack.ephemerals(user).length;
      await slack.click(user, card, action);
      const answer = await slack.waitFor(() => slack.ephemerals(user).slice(before).at(-1));
      return pageLinkIn(answer) || visibleText(answer);
    },

    /** And signs; resolves to what the page says then. */
    async approve(user: string, device: Device, card: SlackMessage, action?: string): Promise<string> {
      await device.open(await signing.press(user, card, action));
      return device.press();
    },

    byReason: (reason: string, state: Request["state"]) =>
      scene.record((one) => one.reason === reason && one.state === state),

    /** Writes a record as who can write to Redis, and has RECORDS_KEY too. */
    async forge(request: Request, change: Partial<Request>) {
      const forged = { ...request, ...change, version: `forged ${request.version}` };
      const record = world.signer.sign(`request:${request.id}`, JSON.stringify(forged));
      await world.commands.hset(keysFor("test").request(request.id), { version: forged.version, record });
      await world.sweep();
    },

    /** What the page sends, sent by somebody else. */
    send: (path: string, body: string, headers: Record<string, string> = { origin: web }) =>
      fetch(`${web}/access/${path}`, { method: "POST", headers, body }),

    close: () => kept.disposeAsync(),
  };
  await signing.restart();
  return signing;
}
