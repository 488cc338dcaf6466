/** One generation of a grant is taken off the hub: binding, then account, with a probe token that may prove it. */
import { SECOND } from "../../domain/duration.ts";
import { isDoubtful } from "../../domain/epoch.ts";
import { type Going, generationDeleted, goingOf } from "../../domain/generations.ts";
import { type MintedToken, type Ports, TroubleOutside } from "../ports.ts";
import { mayAnyBeOlder } from "./as-on-hub.ts";
import { commit } from "./commit.ts";
import { reportGoing } from "./outage.ts";
import { watchProbe } from "./probe.ts";
import { takeOffUnrecorded } from "./take-off-unrecorded.ts";

/** After the binding is gone. A probe token is welcome, and not waited for where only it is slow. */
const PROBE_WITHIN_MS = SECOND;
const PROBE_LIFE_MS = 600 * SECOND;

/** While the request's lease is held. Each rejects with what the hub throws, which the record then says. */
export interface Leaving {
  /** The binding is gone: its tokens are refused. */
  unbound: Promise<void>;
  /** All is gone, and the record says so. */
  gone: Promise<void>;
}

export function leaveHub(ports: Ports, going: Going, signal: AbortSignal): Leaving {
  // Side by side: without the binding the token is refused at once, and the probe costs no time.
  const late = new AbortController();
  const minting = mintProbe(ports, going, AbortSignal.any([signal, late.signal]));
  const unbound = ports.grants.removeBinding(going, going.grant ?? {}, signal);
  const rest = async () => {
    await unbound;
    const timer = setTimeout(() => late.abort(), PROBE_WITHIN_MS);
    const probe = await minting.finally(() => clearTimeout(timer));
    await removeAccount(ports, going, probe, signal);
  };
  return { unbound, gone: reportGoing(ports, going, rest) };
}

async function removeAccount(
  ports: Ports,
  going: Going,
  probe: MintedToken | null,
  signal: AbortSignal,
): Promise<void> {
  const { grants, clock } = ports;
  const uids = going.grant ?? {};
  await takeOffMessageSince(ports, going, signal);
  await grants.removeAccount(going, uids, signal);
  const left = await grants.find(going, uids, signal);
  if (left.account?.deleting || left.binding)
    throw new TroubleOutside("stuck", "what was deleted still stands");
  if (left.account) throw new TroubleOutside("hub", "an account still stands after its deletion");
  const at = clock.now();
  const next = await commit(ports, going.id, (r) => generationDeleted(r, going.generation, at), {
    doing: "end",
  });
  const deleted = goingOf(next, going.generation);
  if (probe && deleted) watchProbe(ports, deleted, probe);
}

/** Of an older copy of Redis its account alone may know where its token stands by now. Throws what the hub throws. */
async function takeOffMessageSince(ports: Ports, going: Going, signal: AbortSignal): Promise<void> {
  if (!(await mayAnyBeOlder(ports))) return;
  const request = await ports.requests.get(going.id);
  if (!request || !isDoubtful(request, { before: ports.epoch.before() })) return;
  takeOffUnrecorded(ports, request, await ports.grants.find(going, going.grant ?? {}, signal));
}

/** A token of the account that nobody uses before the account is gone; null where that takes long, or another stands under its name. */
async function mintProbe({ grants }: Ports, going: Going, signal: AbortSignal): Promise<MintedToken | null> {
  if (!going.grant) return null;
  try {
    const probe = await grants.mint(going, PROBE_LIFE_MS, signal);
    return (probe.accountUid ?? going.grant.accountUid) === going.grant.accountUid ? probe : null;
  } catch {
    return null;
  }
}
