/** A hub that signs with another key takes no token of before (each upgrade of Karpor does that): every live grant gets a fresh one, the most urgent first. */
import { isUnseen } from "../domain/delivery.ts";
import { MINUTE } from "../domain/duration.ts";
import type { RequestId } from "../domain/ids.ts";
import type { AccessRequest, In } from "../domain/request.ts";
import { signed } from "../domain/transitions.ts";
import type { GrantKey, Ports } from "./ports.ts";
import { askFreshToken } from "./refresh-token.ts";
import { commit } from "./support/commit.ts";

const PROBE_LIFE_MS = 10 * MINUTE;
/** One account may be going at this moment. */
const PROBES_MAX = 3;

/** Of an active grant, what matters here. */
export interface LiveToken extends GrantKey {
  expiresAt: number;
  isEmergency: boolean;
  signedBy: string | undefined;
  /** A fresh one comes anyhow. */
  isComing: boolean;
}

/** Nothing where nobody has one yet. */
export const liveToken = (r: AccessRequest): LiveToken[] =>
  r.state === "active" && !isUnseen(r) ? [tokenOf(r)] : [];

const tokenOf = ({
  id,
  role,
  generation,
  expiresAt,
  emergency,
  grant,
  refresh,
}: In<"active">): LiveToken => ({
  ...{ id, role, generation, expiresAt },
  isEmergency: emergency !== undefined,
  signedBy: grant.signedBy,
  isComing: refresh !== undefined,
});

/** Asked again by each sweep: what one leaves undone the next sees. Throws nothing that concerns one grant alone. */
export async function replaceDeadTokens(ports: Ports, live: readonly LiveToken[]): Promise<void> {
  const key = await keyOfHub(ports, live);
  if (key === null) return;
  const each = async ({ id }: LiveToken, work: (id: RequestId) => Promise<unknown>) =>
    work(id).catch((error: unknown) =>
      ports.log.warn({ id, err: error }, "a token was not replaced yet; the next sweep tries again"),
    );
  for (const one of live)
    if (one.signedBy === undefined) await each(one, (id) => commit(ports, id, (r) => signed(r, key)));
  const dead = live.filter(
    ({ signedBy, isComing }) => signedBy !== undefined && signedBy !== key && !isComing,
  );
  if (dead.length === 0) return;
  ports.log.warn({ count: dead.length }, "the hub signs with another key: each live grant gets a new token");
  // Since it was looked at, its holder may have got another.
  const isDead = ({ grant, refresh }: In<"active">) => grant.signedBy !== key && !refresh;
  for (const one of dead.sort(byUrgency))
    await each(one, (id) => askFreshToken(ports, id, "upgraded", isDead));
}

/** Who has least time left loses most of it by waiting. */
const byUrgency = (a: LiveToken, b: LiveToken): number =>
  Number(b.isEmergency) - Number(a.isEmergency) || a.expiresAt - b.expiresAt;

/** As a probe token says, which the hub takes on a fresh connection: while two versions run side by side, none is the hub's. */
async function keyOfHub({ grants, log }: Ports, live: readonly LiveToken[]): Promise<string | null> {
  const { signal } = new AbortController();
  for (const one of live.slice(0, PROBES_MAX))
    try {
      const { token, signedBy } = await grants.mint(one, PROBE_LIFE_MS, signal);
      if (signedBy === null) return null;
      return (await grants.check(token, signal)) === "refused" ? null : signedBy;
    } catch (error) {
      log.warn({ id: one.id, err: error }, "the hub does not tell which key it signs with");
    }
  return null;
}
