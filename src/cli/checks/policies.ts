/** What the replicas that run go by: one and the same file, and the one that the doctor reads. */
import { type Policy, policyFrom } from "../../domain/policy-file.ts";
import { createPolicies, type PoliciesOptions } from "../../store/policies.ts";
import { type Finding, ok, warn } from "./finding.ts";

const CHECK = "policies";

/** Throws StoreDown. */
export async function checkPolicies(
  means: Omit<PoliciesOptions, "policy">,
  { digest: own }: Pick<Policy, "digest">,
): Promise<Finding> {
  // It goes by none, so that all the others' are told.
  const held = await createPolicies({ ...means, policy: policyFrom("{}", "none") }).others();
  const [first, ...more] = held.map(({ digest }) => digest);
  if (first === undefined) return ok(CHECK, "no replica runs");
  if (more.length > 0)
    return warn(
      CHECK,
      `replicas go by different files (${[first, ...more].map((one) => one.slice(0, 8)).join(" and ")}): only what each of them allows is approved`,
      "Where it lasts, see which replica's /status tells of a file that is not valid, or does not have the new one",
    );
  return ok(CHECK, `every replica goes by ${first === own ? "this file" : "another file than this one"}`);
}
