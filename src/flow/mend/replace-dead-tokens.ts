/** A hub that signs with another key takes no token of before (each upgrade of Karpor does that): every live grant gets a fresh one, the most urgent first. */
import { isUnseen } from "../../domain/delivery.ts";
import { MINUTE } from "../../domain/duration.ts";
import type { RequestId } from "../../domain/ids.ts";
import type { AccessRequest, In } from "../../domain/request.ts";
import { signed } from "../../domain/transitions.ts";
import type { GrantKey, Ports } from "../ports.ts";
import { askFreshToken } from "../refresh-token.ts";
import { commit } from "../support/commit.ts";
import { eachRecord } from "../support/each-record.ts";

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

/** Of all live tokens, what is held of each: nothing but its grant's id. */
export interface LiveTokens {
  /** By the key that signed them; undefined where that is not known. */
  ids: Map<string | undefined, RequestId[]>;
  /** With which the hub can be asked for its key. */
  probes: GrantKey[];
}

export const noLiveTokens = (): LiveTokens => ({ ids: new Map(), probes: [] });

export function noteToken({ ids, probes }: LiveTokens, r: AccessRequest): void {
  for (const { signedBy, ...one } of liveToken(r)) {
    const same = ids.get(signedBy);
    if (same) same.push(one.id);
    else ids.set(signedBy, [one.id]);
    if (probes.length < PROBES_MAX) probes.push(one);
  }
}

/** Asked again by each sweep: what one leaves undone the next sees. Throws nothing that concerns one grant alone. */
export async function replaceDeadTokens(ports: Ports, { ids, probes }: LiveTokens): Promise<void> {
  const key = await keyOfHub(ports, probes);
  if (key === null) return;
  const each = async ({ id }: Pick<LiveToken, "id">, work: (id: RequestId) => Promise<unknown>) =>
    work(id).catch((error: unknown) =>
      ports.log.warn({ id, err: error }, "a token was not replaced yet; the next sweep tries again"),
    );
  for (const id of ids.get(undefined) ?? [])
    await each({ id }, () => commit(ports, id, (r) => signed(r, key)));
  const dead: LiveToken[] = [];
  for (const [signedBy, some] of ids)
    if (signedBy !== undefined && signedBy !== key)
      await eachRecord(ports, some, (r) => {
        // Since it was looked at, its holder may have got another.
        dead.push(...liveToken(r).filter((one) => one.signedBy === signedBy && !one.isComing));
      });
  if (dead.length === 0) return;
  ports.log.warn({ count: dead.length }, "the hub signs with another key: each live grant gets a new token");
  const isDead = ({ grant, refresh }: In<"active">) => grant.signedBy !== key && !refresh;
  for (const one of dead.sort(byUrgency))
    await each(one, (id) => askFreshToken(ports, id, "upgraded", isDead));
}

/** Who has least time left loses most of it by waiting. */
const byUrgency = (a: LiveToken, b: LiveToken): number =>
  Number(b.isEmergency) - Number(a.isEmergency) || a.expiresAt - b.expiresAt;

/** As a probe token says, which the hub takes on a fresh connection: while two versions run side by side, none is the hub's. */
async function keyOfHub({ grants, log }: Ports, probes: readonly GrantKey[]): Promise<string | null> {
  const { signal } = new AbortController();
  for (const one of probes)
    try {
      const { token, signedBy } = await grants.mint(one, PROBE_LIFE_MS, signal);
      if (signedBy === null) return null;
      return (await grants.check(token, signal)) === "refused" ? null : signedBy;
    } catch (error) {
      log.warn({ id: one.id, err: error }, "the hub does not tell which key it signs with");
    }
  return null;
}
