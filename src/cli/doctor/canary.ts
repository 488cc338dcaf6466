/** One grant on the hub from its making to its refusal, timed; under an instance of its own, so no sweep sees it. */
import { randomBytes } from "node:crypto";
import type { Config } from "../../config.ts";
import { MINUTE, SECOND } from "../../domain/duration.ts";
import { requestId, type UserId } from "../../domain/ids.ts";
import type { Secret } from "../../domain/secret.ts";
import type { Clock, Grants, In } from "../../flow/ports.ts";
import { removeGrant } from "../../flow/support/remove-grant.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { createGrants } from "../../hub/grants/grants.ts";
import { doctorInstance } from "../../hub/grants/whose.ts";
import { type Finding, fail, ok } from "../checks/finding.ts";

const LIFE = 10 * MINUTE;
const BOUND_WITHIN = 5 * SECOND;
/** The hub trusts a token that it saw good for 10 s more. */
const REFUSED_WITHIN = 20 * SECOND;
const LOOK = 100;

export async function canary(client: HubClient, config: Config, clock: Clock): Promise<Finding[]> {
  const { namespace } = config.hub;
  const grants = createGrants({ client, instance: doctorInstance(config.instance), namespace, clock });
  const grant = request(config, clock.now());
  const findings: Finding[] = [];
  try {
    for await (const [step, ms] of live(grants, grant, clock))
      findings.push(ok(`canary ${step}`, `${(ms / SECOND).toFixed(2)} s`));
  } catch (error) {
    const message = error instanceof Error ? error.message : "no usable answer";
    findings.push(fail("canary", message, "npm run doctor: what else failed is the cause"));
  } finally {
    // What this cannot reach, or is killed before, the next doctor takes away.
    await removeGrant(grants, grant, {}, new AbortController().signal).catch(() => {});
  }
  return findings;
}

async function* live(grants: Grants, grant: In<"approved">, clock: Clock): AsyncGenerator<[string, number]> {
  const signal = AbortSignal.timeout(MINUTE);
  const timed = async <T>(work: Promise<T>): Promise<[T, number]> => {
    const began = clock.now();
    return [await work, clock.now() - began];
  };
  const [, made] = await timed(grants.create(grant, signal));
  const [{ token }, minted] = await timed(grants.mint(grant, LIFE, signal));
  yield ["mint", made + minted];
  yield ["use", (await timed(until(grants, token, "good", BOUND_WITHIN, clock)))[1]];
  const [, removed] = await timed(removeGrant(grants, grant, {}, signal));
  yield ["end", removed];
  yield ["refused", (await timed(until(grants, token, "refused", REFUSED_WITHIN, clock)))[1]];
}

async function until(grants: Grants, token: Secret, wanted: "good" | "refused", ms: number, clock: Clock) {
  for (const late = clock.now() + ms; ; await clock.sleep(LOOK)) {
    const answer = await grants.check(token, AbortSignal.timeout(ms));
    if (answer === wanted) return;
    if (clock.now() > late)
      throw new Error(`after ${ms / SECOND} s the hub still says "${answer}", not "${wanted}"`);
  }
}

/** The first role, as nobody's: the lists of the bot never see it. */
function request({ roles, digest }: Config, now: number): In<"approved"> {
  const [role = "canary", first] = Object.entries(roles)[0] ?? [];
  return {
    id: requestId(randomBytes(5)),
    version: 1,
    requester: { id: "U0DOCTOR" as UserId, name: "doctor", locale: "en" },
    role,
    clusterRole: first?.clusterRole ?? "karpor-guest",
    reason: "doctor --canary",
    duration: LIFE,
    requestedAt: now,
    enteredAt: now,
    closesAt: now + LIFE,
    approvers: [],
    policy: digest,
    terms: 1,
    revision: 1,
    generation: 1,
    messages: {},
    state: "approved",
    decision: { by: "policy", qualified: "policy", at: now },
    expiresAt: now + LIFE,
  };
}
