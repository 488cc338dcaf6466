/** What the hub's audit log tells of use: to any replica, twice, late and in any order, and each batch until somebody took it. */
import type { RequestId } from "../../src/domain/ids.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { eventOfHeartbeat, eventOfUse } from "../helpers/hub-tells.ts";
import { IDLE_RELEASED_MS, usesIn } from "./core.ts";
import { IDLE_AFTER_MS } from "./people.ts";
import type { Replica } from "./replica.ts";
import type { World } from "./world.ts";

/** A later heartbeat may come before a batch that is as old. */
const RESENT_WITHIN_MS = 100_000;
/** Of what is told so short before, a look that has begun need not know. */
const JUST_BEFORE_MS = 5_000;

interface Use {
  id: RequestId;
  at: number;
  event: object;
  /** When a replica had taken it. */
  takenAt?: number;
}

export type HubLog = ReturnType<typeof createHubLog>;

export function createHubLog(world: World, living: () => Replica[]) {
  const { clock, slack, story } = world;
  const uses: Use[] = [];
  /** When each question was first seen to stand, by its mark. */
  const questions = new Map<string, number>();
  slack.onEvent((change) => {
    const mark = change.kind === "message" ? String(change.message.blocks?.[0]?.block_id) : "";
    if (/:idle:\d+$/.test(mark) && !questions.has(mark)) questions.set(mark, clock.now());
  });
  let turn = 0;

  async function send(items: object[], times: number): Promise<boolean> {
    const all = living();
    const some = Array.from({ length: times }, () => all[turn++ % all.length]);
    const taken = await Promise.all(some.map((one) => one?.takesBatch(items)));
    return taken.includes(true);
  }

  async function sendUses(): Promise<void> {
    const batch = uses.filter(({ takenAt }) => takenAt === undefined).reverse();
    if (batch.length === 0) return;
    const isTaken = await send(
      batch.map(({ event }) => event),
      1 + (turn % 2),
    );
    for (const use of isTaken ? batch : []) use.takenAt = clock.now();
  }

  return {
    async use(r: AccessRequest, isLate: boolean): Promise<void> {
      const at = clock.now();
      story.say(`${r.id} is used${isLate ? ", of which the hub tells late" : ""}`);
      uses.push({ id: r.id, at, event: eventOfUse(r, `use-${uses.length}`, at) });
      if (!isLate) await sendUses();
    },
    /** When time has passed. */
    async tell(): Promise<void> {
      const isOld = ({ at, takenAt }: Use) => takenAt === undefined && clock.now() - at > RESENT_WITHIN_MS;
      if (uses.some(isOld)) await sendUses();
      if (!uses.some(isOld)) await send([eventOfHeartbeat(world.instance, `beat-${turn}`, clock.now())], 1);
    },
    /** What is wrong when all is healed. */
    async wrong(records: readonly AccessRequest[]): Promise<string[]> {
      await sendUses();
      const counted = await Promise.all([...new Set(uses.map(({ id }) => id))].map(miscounted));
      return [
        ...records.flatMap((r) => ("end" in r && r.end.cause === "idle" ? idleEnd(r.id, r.end.at) : [])),
        ...counted.flat(),
      ];
    },
  };

  function idleEnd(id: RequestId, end: number): string[] {
    const asked = [...questions.keys()].flatMap((mark) =>
      mark.startsWith(`${id}:`) ? [Number(mark.split(":").at(-1))] : [],
    );
    const at = Math.max(...asked.filter((one) => one <= end));
    const until = (questions.get(`${id}:idle:${at}`) ?? end) + IDLE_RELEASED_MS;
    const used = uses.find(
      (use) =>
        use.id === id &&
        use.at > at - IDLE_AFTER_MS &&
        (use.at <= until || (use.takenAt ?? end) < end - JUST_BEFORE_MS),
    );
    return [
      ...(until > end ? [`${id} ended as idle, and its holder was not asked in time`] : []),
      ...(used ? [`${id} ended as idle, and was used ${Math.round((end - used.at) / 1000)} s before`] : []),
    ];
  }

  async function miscounted(id: RequestId): Promise<string[]> {
    const kept = await world.commands.hmget(world.keys.use(id), "reads", "changed", "refused");
    const [reads = 0, changed = 0, refused = 0] = kept.map(Number);
    const [is, should] = [usesIn({ reads, changed, refused }), uses.filter((use) => use.id === id).length];
    return is === should ? [] : [`${id} was used ${should} times, and ${is} times by what is counted`];
  }
}
