/** Homes that show something older are drawn anew: for those who opened theirs in the last day, and merged. */
import { decidersOf } from "../../domain/home.ts";
import type { UserId } from "../../domain/ids.ts";
import { partyIds } from "../../domain/parties.ts";
import { type OutdatedHomes, type Ports, SlackBusy } from "../ports.ts";
import { drawHome } from "./home.ts";

const LOOK_MS = 1_000;
const AGAIN_MS = 10_000;
const AT_ONCE = 8;

/** Resolves to the ms until the next look. Never rejects. */
export async function redrawHomes(ports: Ports): Promise<number> {
  const due = await ports.homes.take();
  if (due.people.length + due.requests.length > 0) await redraw(ports, due);
  return LOOK_MS;
}

async function redraw(ports: Ports, due: OutdatedHomes): Promise<void> {
  try {
    const left = await concerned(ports, due);
    const next = async () => {
      for (let person = left.pop(); person; person = left.pop()) await drawHome(ports, person);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  } catch (error) {
    if (!(error instanceof SlackBusy))
      ports.log.warn({ err: error }, "whose Home tabs are outdated could not be told; tried again");
    await ports.homes.outdated([...due.people, ...due.requests], AGAIN_MS);
  }
}

/** Whoever decides anything sees what all others do; who does not, sees their own. */
async function concerned(ports: Ports, { people, requests }: OutdatedHomes): Promise<UserId[]> {
  const openers = await ports.homes.openers();
  if (openers.length === 0) return [];
  const [found, deciders] = await Promise.all([
    ports.requests.getMany(requests),
    requests.length > 0 ? ports.directory.members(decidersOf(ports.policy), "redraw") : [],
  ]);
  const parties = found.flatMap((r) => (r && r !== "unreadable" ? partyIds(r) : []));
  const all = new Set([...people, ...parties, ...deciders]);
  return openers.filter((opener) => all.has(opener));
}
