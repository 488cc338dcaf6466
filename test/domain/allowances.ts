/** Something allowed beforehand, for tests. */
import type { Allowance, Allower } from "../../src/domain/allowance.ts";
import { DAY, HOUR } from "../../src/domain/duration.ts";
import { AllowanceId, UserId } from "../../src/domain/ids.ts";
import type { Person } from "../../src/domain/person.ts";

export const NOW = Date.parse("2027-01-15T12:00:00Z");
export const person = (id: string, locale: Person["locale"] = "en"): Person => ({
  id: UserId.parse(id),
  name: id.slice(2).toLowerCase(),
  locale,
});
export const anna = person("U0ANNA");
export const allower = (by: Person): Allower => ({ by, qualified: "S0SRE", at: NOW });

/** Bob may have admin for 4 h at a time, for 3 days. */
export const one: Allowance = {
  id: AllowanceId.parse("A-7K2Q9FXT"),
  version: 0,
  person: person("U0BOB"),
  role: "admin",
  clusterRole: "karpor-admin",
  duration: 4 * HOUR,
  period: 3 * DAY,
  reason: "release",
  madeAt: NOW,
  until: NOW + 3 * DAY,
  count: 1,
  allowedBy: [allower(anna)],
  policy: "0".repeat(64),
};
