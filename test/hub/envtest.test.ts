/** Grants on a real kube-apiserver set up like the hub. */
import { it } from "vitest";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../sandbox/hub/envtest.ts";
import { grantsContract } from "./contract.ts";

if (envtestAvailable()) grantsContract("grants on a real API server", startEnvtest);
else {
  // Reporters show the names of skipped tests only when asked.
  process.stderr.write(`Skipped: grants on a real API server. It ${envtestAdvice}.\n`);
  it.skip(`grants on a real API server ${envtestAdvice}`);
}
