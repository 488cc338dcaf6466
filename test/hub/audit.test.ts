/** The audit log of the hub's stand-in tells what kube-apiserver's tells. */
import { it } from "vitest";
import { systemClock } from "../../sandbox/clock.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import { auditContract } from "./audit-contract.ts";

auditContract("the audit log of the local hub", async ({ policy, webhook }) => {
  const hub = await startLocalHub({ clock: systemClock() });
  hub.audit.keep(policy);
  hub.audit.tellTo(webhook);
  return hub;
});

if (envtestAvailable())
  auditContract("the audit log of a real API server", (files) => startEnvtest(undefined, files));
else it.skip(`the audit log of a real API server ${envtestAdvice}`);
