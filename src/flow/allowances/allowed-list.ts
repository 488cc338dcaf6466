/** What was allowed beforehand and is of use, as far as a person may see it: their own, what they allowed, and all that they could withdraw. */
import { type Allowance, isOpen, mayBeWithdrawn } from "../../domain/allowance.ts";
import type { UserId } from "../../domain/ids.ts";
import type { Ports } from "../ports.ts";
import { resolveReviewer } from "../support/reviewer.ts";
import { mayWithdraw } from "./withdraw-allowance.ts";

/** The first to end first. Throws StoreDown, Refused(look-up-failed), SlackBusy. */
export async function allowedList(ports: Ports, by: UserId): Promise<Allowance[]> {
  const before = ports.epoch.before();
  const open = (await ports.allowances.all()).filter(
    (a) => isOpen(a, ports.clock.now()) && !mayBeWithdrawn(a, { before }),
  );
  const may = await Promise.all(open.map((a) => isTheirs(a, by) || canWithdraw(ports, a, by)));
  return open.filter((_, i) => may[i]);
}

const isTheirs = ({ person, allowedBy }: Allowance, by: UserId): boolean =>
  person.id === by || allowedBy.some((one) => one.by.id === by);

async function canWithdraw(ports: Ports, a: Allowance, by: UserId): Promise<boolean> {
  const { profile, qualified } = await resolveReviewer(ports, by, mayWithdraw(ports, a), "show");
  return qualified !== null && profile.standing === "member";
}
