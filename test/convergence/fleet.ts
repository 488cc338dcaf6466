/** The replicas of a sequence: who is up, whom Slack's router reaches, how time passes for all, and when they are at rest. */
import { setTimeout as delay } from "node:timers/promises";
import type { Deliver } from "../../sandbox/slack/index.ts";
import { createHubLog } from "./hub-log.ts";
import type { Plan } from "./plan.ts";
import { type Replica, startReplica } from "./replica.ts";
import type { World } from "./world.ts";

export type Fleet = ReturnType<typeof createFleet>;

const NAMES = ["A", "B"];

/** `minuteOver`: called when time has passed; `calm`: everybody had their turn, however slow the machine is. */
export function createFleet(
  world: World,
  plan: Pick<Plan, "replicas" | "whole">,
  minuteOver: (calm: boolean) => Promise<void>,
) {
  const places: (Replica | undefined)[] = Array.from({ length: plan.replicas }, () => undefined);
  /** The file that a replica has read at its start. */
  const edits: number[] = [];
  let edit = 0;
  let births = 0;
  let turn = 0;
  const living = () => places.filter((one) => one !== undefined && one.life() !== "dead") as Replica[];

  async function start(place: number): Promise<Replica | undefined> {
    births += 1;
    const name = `${NAMES[place]}${births}`;
    places[place] = undefined;
    edits[place] = edit;
    try {
      const born = await startReplica(world, name, world.config(edit), plan.whole);
      places[place] = born;
      return born;
    } catch (error) {
      world.story.say(`    ${name} does not start: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** A supervisor's work: whoever is dead, or did not start, is started again. */
  async function revive(): Promise<void> {
    for (const [place, one] of places.entries()) {
      if (one && one.life() !== "dead") continue;
      const born = await start(place);
      if (born) world.story.say(`    ${born.name} is started`);
    }
  }

  const deliver: Deliver = async (kind, payload) => {
    turn += 1;
    const all = living();
    const one = all[turn % all.length];
    if (!one) return { status: 0, ms: 0, body: "", error: "dispatch_failed" };
    return one.deliver(kind, payload);
  };
  world.slack.deliverTo(deliver);
  const hubLog = createHubLog(world, living);

  /** Nothing moves any more, or `ms` are over. */
  async function rest(ms: number): Promise<boolean> {
    const deadline = performance.now() + ms;
    for (let calm = 0, seen = -1, wait = 4; performance.now() < deadline; await delay(wait)) {
      const moves = world.trouble.moves();
      wait = moves === seen ? Math.min(wait * 1.5, 40) : 4;
      const moving =
        moves !== seen || world.trouble.underWay() > 0 || living().some((one) => one.handling() > 0);
      seen = moves;
      calm = moving || (await world.queues.promote(world.clock.now())) ? 0 : calm + 1;
      if (calm >= 2) return true;
    }
    return false;
  }

  async function jump(ms: number): Promise<void> {
    await world.queues.promote(world.clock.now());
    world.clock.jump(ms);
  }

  async function replace(place: number): Promise<void> {
    const one = places[place];
    if (one && one.life() !== "dead") await one.stop();
    await start(place);
  }

  return {
    revive,
    /** Replicas that go by different files for long give nothing that they disagree about. */
    async finishRollout(): Promise<void> {
      for (const place of places.keys()) if (edits[place] !== edit) await replace(place);
    },
    rest,
    living,
    hubLog,
    replica: (pick: number) => living()[pick % Math.max(1, living().length)],
    /** Time moves for all, what is due begins, and each minute brings its sweep. */
    async pass(ms: number, restWithin = 700): Promise<void> {
      // A minute of our clock is more than what takes that long in Redis.
      await delay(Math.max(0, world.times.now().forgottenMs - world.sinceOutage()));
      await revive();
      await world.forgetPolicies();
      await jump(ms);
      world.story.say(`  ${Math.round(ms / 1000)} s pass`);
      await hubLog.tell();
      await Promise.all(living().map((one) => Promise.race([one.minute(), delay(restWithin)])));
      await world.queues.sweep();
      await minuteOver(await rest(restWithin));
    },
    /** Too short for a sweep: what Slack told to wait comes back by itself, with nothing new of its kind beside it. */
    async linger(ms: number, restWithin: number): Promise<void> {
      await jump(ms);
      await rest(restWithin);
    },
    /** One after another, or all but the first keep what they have. */
    async restart(to: number | undefined, all: boolean): Promise<void> {
      edit = to ?? edit;
      for (const place of places.keys()) if (all || place === 0) await replace(place);
    },
    stop: () => Promise.all(living().map((one) => one.stop())),
  };
}
