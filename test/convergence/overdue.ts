/** Nothing that is over stands on the hub for long, while the hub answers and somebody is there to end it, whatever else is wrong. */
import type { KubeObject } from "../../sandbox/hub/types.ts";
import type { AccessRequest } from "../../src/domain/request.ts";
import { isOver } from "./core.ts";
import type { World } from "./world.ts";

/** What a sweep, a retry and a lost job may take together. */
const MINUTES_MAX = 4;

export function createOverdue(world: World) {
  const minutes = new Map<string, number>();
  const wrong: string[] = [];
  let seen = world.disturbances();
  /** To be called when a minute is over. */
  async function minuteOver(calm: boolean): Promise<void> {
    if (!calm) return;
    const now = world.disturbances();
    const fair = now === seen && world.trouble.spell("hub") === undefined;
    seen = now;
    const over = fair ? await standing(world) : new Map<string, string>();
    for (const name of minutes.keys()) if (!over.has(name)) minutes.delete(name);
    for (const [name, why] of over) {
      const count = (minutes.get(name) ?? 0) + 1;
      minutes.set(name, count);
      if (count !== MINUTES_MAX + 1) continue;
      wrong.push(`${name} is over, and still stands after ${count} minutes: ${why}`);
      world.story.say(`  ! ${wrong.at(-1)}`);
    }
  }
  return { minuteOver, wrong: (): readonly string[] => wrong };
}

/** What is over and stands, and why it is, when whoever is at something is done: on a slow machine that may be its end. */
async function standing(world: World): Promise<Map<string, string>> {
  const overdue = async () => {
    const [{ accounts, bindings }, records] = await Promise.all([world.objects(), world.records()]);
    const bound = new Set(bindings.map(({ metadata }) => metadata.name));
    return accounts.flatMap((account) => {
      const { name } = account.metadata;
      const why = isKnownOver(world, account, bound.has(name), records);
      return why ? [[name, why] as const] : [];
    });
  };
  if ((await overdue()).length === 0) return new Map();
  await world.allLetGo();
  return new Map(await overdue());
}

/** Why it must end, as far as a bot can know: without Redis, the hub alone tells. */
function isKnownOver(
  { clock, trouble }: World,
  { metadata }: KubeObject,
  isBound: boolean,
  records: readonly AccessRequest[],
): string | undefined {
  const record = records.find(({ id }) => id === metadata.labels?.["karpor-access.io/request"]);
  if (record && trouble.spell("Redis") === undefined)
    return isOver(record, clock.now()) ? `its record is ${record.state}` : undefined;
  if (!isBound) return "it has no binding any more";
  const until = Date.parse(metadata.annotations?.["karpor-access.io/expires-at"] ?? "");
  return until <= clock.now() ? "its time is over" : undefined;
}
