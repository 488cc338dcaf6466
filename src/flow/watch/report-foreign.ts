/** What stands on the hub and gives access past the bot is told once an object, as long as it stands: in the log, and to the administrators. */
import type { ForeignObject, Ports } from "../ports.ts";

/** `areAll`: the hub was seen whole, and nothing else of the kind stands. Throws nothing: what fails is told by the next sweep. */
export async function reportForeign(
  ports: Pick<Ports, "told" | "admins" | "log">,
  standing: readonly ForeignObject[],
  { areAll }: { areAll: boolean },
): Promise<void> {
  const { told, log } = ports;
  const found = standing.map(short);
  try {
    // Before it is told: whoever dies then would leave it told, and not known to stand.
    await told.noteStanding("foreign", keysOf(found), { areAll });
    try {
      await once(ports, "told", found, (objects) => ports.admins.tell({ kind: "foreign", objects }));
    } finally {
      await once(ports, "logged", found, async (fresh) => {
        for (const object of fresh)
          log.error({ foreign: object }, "gives access past the bot, which did not make it");
        return true;
      });
    }
  } catch (error) {
    log.warn({ err: error }, "what others made on the hub was not told; the next sweep tries again");
  }
}

const LONGEST = 200;
const MOST_SUBJECTS = 20;

/** Whoever made it chose its texts, and of some the hub takes any length. */
function short(object: ForeignObject): ForeignObject {
  const subjects = object.subjects?.slice(0, MOST_SUBJECTS).map(cut);
  return { ...cut(object), ...(subjects && { subjects }) };
}

const cut = <T extends object>(texts: T): T =>
  Object.fromEntries(
    Object.entries(texts).map(([key, value]) => [
      key,
      typeof value === "string" ? value.slice(0, LONGEST) : value,
    ]),
  ) as T;

type How = "logged" | "told";

/** Remembered afterwards: rather twice than never. */
async function once(
  { told }: Pick<Ports, "told">,
  how: How,
  found: readonly ForeignObject[],
  tell: (fresh: ForeignObject[]) => Promise<boolean>,
): Promise<void> {
  const byKey = new Map(found.map((one) => [keyOf(how, one), one]));
  const keys = await told.fresh([...byKey.keys()]);
  const fresh = keys.flatMap((key) => byKey.get(key) ?? []);
  if (fresh.length > 0 && (await tell(fresh))) await told.remember(keys);
}

/** Another bot's grants come and go, and are told once a namespace. Of an older account each replica knows by itself. */
const keysOf = (found: readonly ForeignObject[]): string[] =>
  found
    .filter(({ elsewhere, older }) => elsewhere === undefined && !older)
    .flatMap((one) => [keyOf("logged", one), keyOf("told", one)]);

const keyOf = (how: How, one: ForeignObject): string => `foreign:${how}:${identityOf(one)}`;

/** Another bot's grants would be told at each of them. */
const identityOf = ({ elsewhere, instance, uid }: ForeignObject): string =>
  elsewhere === undefined ? uid : `${instance}/${elsewhere}`;
