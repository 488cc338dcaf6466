/** Time passes over access that nobody uses: what its holder is asked meanwhile, and what the records say. */
import { visibleText } from "../../sandbox/slack/index.ts";
import { MINUTE } from "../../src/domain/duration.ts";
import type { World } from "./bot.ts";

export type IdleScene = ReturnType<typeof idleScene>;

/** `heartbeat`: the hub tells up to now. */
export function idleScene(world: World, heartbeat: () => Promise<void>) {
  const record = async (reason: string) => {
    const found = (await world.records()).find((r) => r.reason === reason);
    if (!found) throw new Error(`no record of ${reason}`);
    return found;
  };
  const question = async (reason: string) => {
    const r = await record(reason);
    return r.state === "active" ? r.idle?.asked : undefined;
  };
  /** Each job that became due has run. */
  const settled = async () => {
    const lane = world.jobs.lanes.timers;
    await world.until(async () => (await lane.getWaitingCount()) + (await lane.getActiveCount()) === 0);
  };
  /** More than five minutes without a heartbeat are a gap. */
  const pass = async (ms: number, { heard = true } = {}) => {
    for (let left = ms; left > 0; left -= 4 * MINUTE) {
      await world.jump(Math.min(left, 4 * MINUTE));
      if (heard) await heartbeat();
      await settled();
    }
  };
  /** By half minutes: heard since, looked at, drawn. */
  const comes = (holds: () => unknown) =>
    world.until(async () => {
      if (await holds()) return true;
      await pass(MINUTE / 2);
      return Boolean(await holds());
    }, 90_000);
  const questions = (user: string) =>
    world.slack.dm(user).filter((m) => /Still needed|还需要吗/.test(visibleText(m)));
  return {
    ...{ record, settled, pass, comes, questions },
    state: async (reason: string) => (await record(reason)).state,
    stands: async (user: string) => {
      await comes(() => questions(user).length > 0);
      return world.slack.waitFor(() => questions(user).at(-1));
    },
    /** When its holder was. */
    told: async (reason: string) => {
      await comes(async () => (await question(reason))?.toldAt !== undefined);
      return (await question(reason))?.toldAt ?? 0;
    },
  };
}
