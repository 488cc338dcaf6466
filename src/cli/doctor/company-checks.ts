/** The companies' checks answer a ping, signed with the secret that both sides know. */
import { pingCompany } from "../../policy/company-check.ts";
import type { CompanyCheck } from "../../policy/roles.ts";
import { Refused } from "../../request/refused.ts";
import { type Finding, fail, ok, type Side, warn } from "./finding.ts";

export const checkCompanies = (side: Side): Promise<Finding[]> =>
  Promise.all(
    Object.entries(side.config.roles).flatMap(([role, { check }]) => (check ? ping(side, role, check) : [])),
  );

async function ping({ config }: Side, role: string, check: CompanyCheck): Promise<Finding> {
  const name = `company check ${role}`;
  const { host } = new URL(check.url);
  try {
    if (await pingCompany(config, check)) return ok(name, `${host} answers a ping`);
    const fix = `Let it answer {"ok": true} to kind: ping, as docs/approval.md says`;
    return warn(name, `${host} answers, and does not know ping`, fix);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return fail(
      name,
      `${host} gives no answer that counts (${error.note.data.why}): ${role} is refused`,
      `See that it runs, is reached from here, and has the secret in ${check.secretEnv}`,
    );
  }
}
