/** An operator at the command line, in this process and by the tests' clock. */
import { setTimeout as delay } from "node:timers/promises";
import { pino } from "pino";
import { grants } from "../../../src/cli/grants/index.ts";
import { grantsOptions } from "../../../src/cli/grants/options.ts";
import { loadForHub } from "../../../src/config.ts";
import { SECOND } from "../../../src/domain/duration.ts";
import { BOB, type World } from "../../helpers/bot.ts";
import { scene, tokenIn } from "../../helpers/scene.ts";

export const AWAY = "redis://127.0.0.1:1";

export function operator(world: World) {
  const it = scene(world);
  return {
    /** Resolves to whether it did what was asked, and what it said. */
    async operate(args: string[], env: NodeJS.ProcessEnv = {}) {
      const said: string[] = [];
      const good = await grants(loadForHub({ ...world.env, ...env }), grantsOptions(args), {
        clock: world.clock,
        log: pino({ level: "silent" }),
        say: (line) => said.push(line),
        user: () => "nightshift",
        // A busy machine's Redis or hub is not taken for one that is away.
        times: { callMs: 5_000 },
      });
      return { good, says: said.join("\n") };
    },
    /** Jumps over the time that proofs take, as soon as nothing of it stands. */
    async proven<T>(running: Promise<T>): Promise<T> {
      await world.until(async () => (await it.standing()).length === 0);
      await world.until(async () => {
        const of = await world.records();
        return of.every((r) => r.state !== "active" && (r.state !== "ending" || r.deletedAt !== undefined));
      });
      await world.jump(11 * SECOND);
      const isOver = async () => (await world.records()).every(({ state }) => state !== "ending");
      await world.until(isOver, 2_000).catch(() => world.jump(3 * SECOND));
      return running;
    },
    /** Moves time for whoever waits for it, until they are done. */
    async inTime<T>(running: Promise<T>): Promise<T> {
      let isOver = false;
      const done = () => {
        isOver = true;
      };
      running.then(done, done);
      await world.until(async () => {
        if (!isOver) await world.jump(SECOND);
        await delay(50);
        return isOver;
      }, 60_000);
      return running;
    },
    async granted(reason: string, user = BOB) {
      const message = await it.get("guest 4h", reason, user);
      const record = (await world.records()).find((r) => r.reason === reason);
      return { id: record?.id ?? "", token: tokenIn(message) };
    },
  };
}
