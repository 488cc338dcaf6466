/** What stands on the hub and gives access past the bot is told once an object: in the log, and to the administrators. */
import type { ForeignObject, Ports } from "../ports.ts";

/** Throws nothing: what fails is told by the next sweep. */
export async function reportForeign(
  ports: Pick<Ports, "told" | "admins" | "log">,
  found: readonly ForeignObject[],
): Promise<void> {
  const { log } = ports;
  try {
    await once(ports, "logged", found, async (fresh) => {
      for (const object of fresh)
        log.error({ foreign: object }, "gives access past the bot, which did not make it");
      return true;
    });
    await once(ports, "told", found, (objects) => ports.admins.tell({ kind: "foreign", objects }));
  } catch (error) {
    log.warn({ err: error }, "what others made on the hub was not told; the next sweep tries again");
  }
}

/** Remembered afterwards: rather twice than never. */
async function once(
  { told }: Pick<Ports, "told">,
  how: "logged" | "told",
  found: readonly ForeignObject[],
  tell: (fresh: ForeignObject[]) => Promise<boolean>,
): Promise<void> {
  const byKey = new Map(found.map((one) => [`foreign:${how}:${identityOf(one)}`, one]));
  const keys = await told.fresh([...byKey.keys()]);
  const fresh = keys.flatMap((key) => byKey.get(key) ?? []);
  if (fresh.length > 0 && (await tell(fresh))) await told.remember(keys);
}

/** Another bot's grants would be told at each of them. */
const identityOf = ({ elsewhere, instance, uid }: ForeignObject): string =>
  elsewhere === undefined ? uid : `${instance}/${elsewhere}`;
