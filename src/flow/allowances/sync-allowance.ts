/** The messages about an allowance are what its record says: posted once, redrawn when something changes. What fails, the sweep does. */
import { type Allowance, type Said, statusOf } from "../../domain/allowance.ts";
import type { AllowanceId } from "../../domain/ids.ts";
import { POSTS_MAX, UNKNOWN, withRedraw } from "../../domain/messages.ts";
import { type Held, type Place, type Ports, PostRefused, PostUnanswered } from "../ports.ts";
import { outdateHomes } from "../support/outdate-homes.ts";
import { persist } from "../support/persist.ts";

const BUSY_MS = 200;

type Key = "line" | "dm";
const KEYS: readonly Key[] = ["line", "dm"];

/** What the message must show; null where there is to be none. */
function mustShow(a: Allowance, key: Key, now: number): string | null {
  const status = statusOf(a, now);
  if (key === "line") return status === "waiting" ? `waiting:${a.allowedBy.length}` : status;
  // Nobody is told of what never stood.
  return status === "standing" || a.dm ? status : null;
}

const isToRedraw = ({ redraw }: Allowance, now: number) => redraw !== undefined && redraw.at <= now;

const outdated = (a: Allowance, now: number): Key[] =>
  KEYS.filter((key) => {
    const shows = mustShow(a, key, now);
    return shows !== null && a[key]?.shows !== shows;
  });

/** Never rejects. */
export async function syncAllowance(ports: Ports, id: AllowanceId): Promise<void> {
  const work = async ({ assertHeld, isTakenOver }: Held) => {
    if (isTakenOver) await noteTakenOver(ports, id);
    for (;;) {
      assertHeld();
      const now = ports.clock.now();
      const a = await ports.allowances.get(id);
      if (a && isToRedraw(a, now)) {
        await ports.allowances.update(id, (r) => toRedraw(r, now));
        continue;
      }
      const [key] = a ? outdated(a, now) : [];
      if (!a || !key) return;
      await show(ports, a, key);
      void outdateHomes(ports);
    }
  };
  try {
    // Whoever holds it may have looked for the last time.
    while (!(await ports.lease.hold(id, work))) await ports.clock.sleep(BUSY_MS, ports.stopping);
  } catch (error) {
    ports.log.warn(
      { id, err: error },
      "a message about an allowance is not as it should be; the sweep goes on",
    );
  }
}

/** For the sweep. Never rejects. */
export async function syncAllowances(ports: Ports): Promise<void> {
  const all = await ports.allowances.all().catch((error: unknown) => {
    ports.log.warn({ err: error }, "what was allowed beforehand could not be looked at");
    return [];
  });
  const now = ports.clock.now();
  for (const a of all)
    if (isToRedraw(a, now) || outdated(a, now).length > 0) await syncAllowance(ports, a.id);
}

/** Something older may come over what is drawn from now on, as of a request's messages (messages.ts). */
const noteTakenOver = (ports: Ports, id: AllowanceId): Promise<void> =>
  persist(ports, async () => {
    if (await ports.allowances.get(id))
      await ports.allowances.update(id, (a) => redrawLater(a, ports.clock.now()));
  });

function redrawLater(a: Allowance, now: number): Allowance | null {
  const edited = outdated(a, now).filter((key) => a[key]?.ts);
  return edited.length === 0 ? null : { ...a, redraw: withRedraw(a.redraw, edited, now) };
}

function toRedraw(a: Allowance, now: number): Allowance | null {
  if (!isToRedraw(a, now)) return null;
  const { redraw, ...known } = a;
  for (const key of redraw?.keys ?? []) if (known[key]?.ts) known[key] = { ...known[key], shows: UNKNOWN };
  return known;
}

async function show(ports: Ports, a: Allowance, key: Key): Promise<void> {
  const shows = mustShow(a, key, ports.clock.now());
  if (shows === null) return;
  const sent = a[key];
  if (sent?.ts) await ports.allowanceNotifier.redraw(a, key, sent);
  const { channel, ts } = sent?.ts ? sent : await post(ports, a, key);
  await note(ports, a, key, { channel, ts, shows });
}

// Forgotten while Redis is away, it would be posted once more.
const note = (ports: Ports, { id }: Allowance, key: Key, said: Said): Promise<Allowance> =>
  persist(ports, () => ports.allowances.update(id, (now) => ({ ...now, [key]: said })));

/** Without a place where Slack takes it never, or never said of two posts whether it did. */
async function post(ports: Ports, a: Allowance, key: Key): Promise<Place> {
  const nowhere = { channel: "", ts: "" };
  try {
    return await ports.allowanceNotifier.post(a, key);
  } catch (error) {
    if (!(error instanceof PostRefused || error instanceof PostUnanswered)) throw error;
    // Whoever else is to approve learns of it by this alone: the sweep tries again.
    if (error instanceof PostRefused && statusOf(a, ports.clock.now()) === "waiting") throw error;
    ports.log.warn({ id: a.id, key, err: error }, "a message about an allowance may stand nowhere");
    const unanswered = (a[key]?.unanswered ?? 0) + 1;
    if (error instanceof PostRefused || unanswered >= POSTS_MAX) return nowhere;
    await note(ports, a, key, { ...nowhere, shows: "", unanswered });
    throw error;
  }
}
