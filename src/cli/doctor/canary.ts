/** One grant on the hub from its making to its refusal, timed; under an instance of its own, so no sweep sees it. */
import { randomBytes } from "node:crypto";
import type { Config } from "../../config.ts";
import { canaryRequest } from "../../domain/canary.ts";
import { SECOND } from "../../domain/duration.ts";
import type { Clock } from "../../flow/ports.ts";
import { flight } from "../../flow/watch/canary.ts";
import type { HubClient } from "../../hub/client/client.ts";
import { createGrants } from "../../hub/grants/grants.ts";
import { doctorInstance } from "../../hub/grants/whose.ts";
import { type Finding, fail, ok } from "../checks/finding.ts";

/** What it cannot take away, or is killed before, the next doctor takes away. */
export async function canary(client: HubClient, config: Config, clock: Clock): Promise<Finding[]> {
  const { namespace } = config.hub;
  const grants = createGrants({ client, instance: doctorInstance(config.instance), namespace, clock });
  const request = canaryRequest(config, randomBytes(5), clock.now(), "doctor");
  const findings: Finding[] = [];
  try {
    for await (const [step, ms] of flight(grants, request, { clock, signal: new AbortController().signal }))
      findings.push(ok(`canary ${step}`, `${(ms / SECOND).toFixed(2)} s`));
  } catch (error) {
    const message = error instanceof Error ? error.message : "no usable answer";
    findings.push(fail("canary", message, "npm run doctor: what else failed is the cause"));
  }
  return findings;
}
