/** What is removed or altered on the hub by others ends its grant within seconds; what we removed says nothing. */
import { MINUTE, SECOND } from "../../domain/duration.ts";
import type { AccessRequest } from "../../domain/request.ts";
import { repairGrant } from "../mend/repair.ts";
import { sweepBeside } from "../mend/sweep.ts";
import type { GrantChange, GrantWatch, Ports } from "../ports.ts";
import { endedWith } from "../support/end-together.ts";

const BUSY_MS = 250;
const AT_ONCE = 8;
/** Between two tries to watch a hub that does not let us: meanwhile the sweep alone compares. */
const AGAIN_MS = { first: SECOND, most: MINUTE / 2 } as const;

/** Each run resolves to how many ms later the next is due. */
export function watchHub(
  ports: Ports,
  watch: GrantWatch,
  change: (change: GrantChange) => void,
): (signal: AbortSignal) => Promise<number> {
  let swept = Number.NEGATIVE_INFINITY;
  const missed = () => {
    const now = ports.clock.now();
    // One that ends again and again leaves it to each minute's sweep.
    if (Math.abs(now - swept) < MINUTE) return;
    swept = now;
    void sweepBeside(ports).catch((error: unknown) =>
      ports.log.warn({ err: error }, "what the watch missed is left to the next sweep"),
    );
  };
  let wait = 0;
  return async (signal) => {
    const began = ports.clock.now();
    try {
      await watch.run({ change, missed }, signal);
      if (wait > 0) ports.log.info({}, "the hub is watched again");
      wait = 0;
      // What ends at once, however politely, would be asked without pause.
      if (ports.clock.now() - began < AGAIN_MS.first) return AGAIN_MS.first;
    } catch (error) {
      if (signal.aborted) return 0;
      if (wait === 0) ports.log.warn({ err: error }, "the hub is not watched; trying on");
      wait = Math.min(Math.max(wait * 2, AGAIN_MS.first), AGAIN_MS.most);
    }
    return wait;
  };
}

/** Looks at what changed, some at a time: one grant's two objects, and what all replicas see, end it once. */
export function createChangeReader(ports: Ports): (change: GrantChange) => void {
  const waiting: GrantChange[] = [];
  let running = 0;
  const read = async (change: GrantChange) => {
    const done = await readChange(ports, change).catch((error: unknown) => {
      ports.log.warn({ id: change.id, err: error }, "a change on the hub is left to the sweep");
      return true;
    });
    if (!done) later(change);
  };
  const drain = async () => {
    if (running >= AT_ONCE) return;
    running += 1;
    for (let next = waiting.shift(); next && !ports.stopping.aborted; next = waiting.shift())
      await read(next);
    running -= 1;
  };
  const tell = (change: GrantChange) => {
    waiting.push(change);
    void drain();
  };
  const later = (change: GrantChange) =>
    void ports.clock.sleep(BUSY_MS, ports.stopping).then(
      () => tell(change),
      () => {},
    );
  return tell;
}

/** False while somebody else is at this grant. */
async function readChange(ports: Ports, change: GrantChange): Promise<boolean> {
  const { id } = change;
  if (!mayConcern(await ports.requests.get(id), change, ports.clock.now())) return true;
  // Its binding goes first, and its record then: by the flow that does both.
  if (await endedWith(ports, id)) return true;
  const held = await ports.lease.hold(id, async ({ signal }) => {
    const request = await ports.requests.get(id);
    if (request && isStanding(request, change)) await repairGrant(ports, request, signal);
  });
  return held !== null;
}

/** What is being set up may be active by the time its lease is free; of what is over, the binding goes before its record. */
function mayConcern(request: AccessRequest | null, change: GrantChange, now: number): boolean {
  if (request?.generation !== change.generation) return false;
  const { state } = request;
  if (state === "approved" || state === "delivering") return true;
  return isStanding(request, change) && "expiresAt" in request && now < request.expiresAt;
}

const isStanding = (request: AccessRequest, { generation, uid }: GrantChange): boolean =>
  request.state === "active" &&
  request.generation === generation &&
  [request.grant.accountUid, request.grant.bindingUid].includes(uid);
