/** What was allowed beforehand, looked at with today's catalog and today's people: by what a request passes, and whether that still stands. */
import { type Allowance, type Allowed, allowedBy, counted, covers, isOpen } from "../../domain/allowance.ts";
import type { Role } from "../../domain/catalog.ts";
import type { AllowanceId, UserId } from "../../domain/ids.ts";
import { Refused } from "../../domain/refusal.ts";
import type { Decision } from "../../domain/request.ts";
import { approversOf, neededOf } from "../../domain/today.ts";
import type { AccessRequest, Ports, Purpose } from "../ports.ts";

/** How many must allow it, as the catalog says today. */
export const countNeeded = ({ approval }: Role): number => (approval === "none" ? 1 : approval.count);

/** Throws Refused(unknown-allowance). */
export async function loadAllowance({ allowances }: Ports, id: AllowanceId): Promise<Allowance> {
  const allowance = await allowances.get(id);
  if (!allowance) throw new Refused({ kind: "unknown-allowance", word: id });
  return allowance;
}

/** Those of this person that wait or stand. Throws StoreDown. */
export async function openAllowances(
  { allowances, clock }: Pick<Ports, "allowances" | "clock">,
  person: UserId,
): Promise<Allowance[]> {
  return (await allowances.of(person)).filter((a) => isOpen(a, clock.now()));
}

/** By what a request that would be asked passes at once; null where nothing lets it. Throws what the directory throws. */
export async function allowedBeforehand(
  ports: Ports,
  request: AccessRequest,
  role: Role,
): Promise<Allowed | null> {
  const now = ports.clock.now();
  const moment = { now, before: ports.epoch.before() };
  const all = await ports.allowances.of(request.requester.id);
  for (const allowance of all.filter((a) => covers(a, request, moment))) {
    const able = await ableToday(ports, allowance, request, role, "decide");
    if (able) return allowedBy(allowance, able, request, now);
  }
  return null;
}

/** Whether the one by which it passed stands at this moment, too. Throws what the directory throws. */
export async function stillAllowed(
  ports: Ports,
  request: AccessRequest,
  { allowance: passed, at }: Decision,
  role: Role,
): Promise<boolean> {
  const allowance = passed && (await ports.allowances.get(passed));
  if (!allowance || !covers(allowance, request, { now: at, before: ports.epoch.before() })) return false;
  return (await ableToday(ports, allowance, request, role, "grant")) !== null;
}

/** Those who allowed it and are approvers, both as it was asked and today; null where they are too few. */
async function ableToday(
  { directory }: Ports,
  allowance: Allowance,
  request: AccessRequest,
  role: Role,
  purpose: Purpose,
) {
  const { approvers } = request;
  const today = approversOf(role) ?? approvers;
  const looked = await Promise.all(
    allowance.allowedBy.map(async ({ by: { id } }) => {
      const [{ standing }, asked, now] = await Promise.all([
        directory.person(id, purpose),
        directory.qualifies(id, approvers, purpose),
        directory.qualifies(id, today, purpose),
      ]);
      return standing === "member" && asked && now ? [id] : [];
    }),
  );
  const able = counted(allowance, looked.flat());
  return able.length >= Math.max(allowance.count, neededOf(request, role)) ? able : null;
}
