/** With HUB=real the worlds are on a real kube-apiserver. Here is what stays with the stand-in, and why. */
import { describe } from "vitest";

export const isRealHub = process.env.HUB === "real";

const ONLY_ON_THE_STAND_IN = {
  "a hub with RBAC off": "Karpor says at a path of its own whether it is on, and a kube-apiserver has none",
  "a hub that is restored from a copy": "a kube-apiserver gives each object a uid of its own",
  "the hub's audit log":
    "a kube-apiserver reads at its start where to send it, and tells this machine's time",
};

/** `describe`, or `describe.skip` on a real API server. */
export const onStandIn = (_what: keyof typeof ONLY_ON_THE_STAND_IN) => describe.skipIf(isRealHub);

/** One line for each. */
export const skippedOnRealHub = (): string[] =>
  isRealHub
    ? Object.entries(ONLY_ON_THE_STAND_IN).map(
        ([what, why]) => `Skipped with HUB=real: tests of ${what}, since ${why}.`,
      )
    : [];
