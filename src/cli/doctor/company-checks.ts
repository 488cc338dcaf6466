/** The companies' checks answer a ping, signed with the secret that both sides know. */
import { pingCompany } from "../../policy/company-check.ts";
import type { CompanyCheck } from "../../policy/roles.ts";
import { Refused } from "../../request/refused.ts";
import { type Finding, fail, ok, type SlackSide, warn } from "./finding.ts";

type CompanySide = Pick<SlackSide, "config" | "clock">;

export async function checkCompanies(side: CompanySide): Promise<Finding[]> {
  const checked = Object.entries(side.config.roles).flatMap(([role, { check }]) =>
    check ? [{ role, check }] : [],
  );
  return Promise.all(checked.map(({ role, check }) => ping(side, role, check)));
}

async function ping({ config, clock }: CompanySide, role: string, check: CompanyCheck): Promise<Finding> {
  const name = `company check ${role}`;
  const { host } = new URL(check.url);
  try {
    if (await pingCompany(config, check, clock.now())) return ok(name, `${host} answers a ping`);
    const fix = `Let it answer {"ok": true} to kind: ping, as docs/approval.md says`;
    return warn(name, `${host} answers, and does not know ping`, fix);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const message = `${host} gives no answer that counts (${error.note.data.why}): ${role} is refused`;
    return fail(
      name,
      message,
      `See that it runs, is reached from here, and has the secret in ${check.secretEnv}`,
    );
  }
}
