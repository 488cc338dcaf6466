/** Grants on a real kube-apiserver set up like the hub. */
import { describe } from "vitest";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../local/envtest.ts";
import { grantsContract } from "./contract.ts";

if (envtestAvailable()) grantsContract("grants on a real API server", startEnvtest);
else describe.skip(`grants on a real API server (${envtestAdvice})`, () => {});
