/** One person's Home tab: read from the records, and drawn. */
import {
  ACTIVE_AT_HOME,
  type ActiveAtHome,
  HOME_SETTLES_MS,
  type Home,
  type NoHome,
} from "../../domain/home.ts";
import type { UserId } from "../../domain/ids.ts";
import { isFinal, isWithdrawable } from "../../domain/lifecycle.ts";
import { personOf } from "../../domain/person.ts";
import { membersOnly } from "../../domain/rules/members-only.ts";
import { usesOf } from "../evidence/uses.ts";
import {
  type AccessRequest,
  type HomeLook,
  isStoreAway,
  ListsBehind,
  type Ports,
  SlackBusy,
} from "../ports.ts";
import { type Qualifies, qualifier, type Shown } from "../support/qualifier.ts";
import { activeGrants } from "./all-active.ts";
import { rolesFor } from "./roles-for.ts";
import { openRequests } from "./status.ts";
import { waitingFor } from "./waiting-for.ts";

/** For whatever is out of order: it is drawn again then, or when it is opened again. */
const AGAIN_MS = 30_000;

/** Never rejects: what cannot be drawn now is drawn later. */
export async function drawHome(ports: Ports, person: UserId, how: HomeLook = {}): Promise<void> {
  try {
    const sheet = await ports.homeTab.look(person, how);
    const purpose = how.waits ? "show" : "redraw";
    const profile = await ports.directory.person(person, purpose);
    const refusal = membersOnly({ profile });
    const home = refusal
      ? { refusal }
      : await readHome(ports, person, purpose).catch((error) => unread(error, how));
    const outcome = await sheet.show(personOf(profile), home);
    if (outcome === "again") await ports.homes.outdated([person], HOME_SETTLES_MS);
    if (outcome === "refused") await ports.homes.forget(person);
  } catch (error) {
    const busy = error instanceof SlackBusy;
    if (!busy) ports.log.warn({ who: person, err: error }, "a Home tab could not be drawn; tried again");
    await ports.homes.outdated([person], busy ? error.retryAfterMs : AGAIN_MS);
  }
}

/** Whoever has it before them is told; for all others what they saw last is better. */
function unread(error: unknown, { waits }: HomeLook): NoHome {
  if (waits && error instanceof ListsBehind) return { refusal: { kind: "lists-behind" } };
  if (waits && isStoreAway(error)) return { refusal: { kind: "store-down" } };
  throw error;
}

async function readHome(ports: Ports, person: UserId, purpose: Shown): Promise<Home> {
  const isAmong = qualifier(ports, person, purpose);
  const [own, waiting, roles, active, lockdown] = await Promise.all([
    openRequests(ports, person),
    waitingFor(ports, person, isAmong),
    rolesFor(ports, person, purpose),
    activeFor(ports, person, isAmong),
    ports.lockdown.standing(),
  ]);
  // What is to begin later leaves the role free until then.
  const isOpen = (role: string) =>
    own.some((r) => r.role === role && r.requester.id === person && !isFinal(r) && !isLater(r));
  const uses = await usesOf(ports, [...own, ...(active?.shown ?? [])]);
  return { own, ...waiting, roles: roles.filter((role) => !isOpen(role)), active, lockdown, uses };
}

const isLater = (r: AccessRequest): boolean => r.startsAt !== undefined && isWithdrawable(r);

async function activeFor(ports: Ports, by: UserId, isAmong: Qualifies): Promise<ActiveAtHome | null> {
  if (!(await isAmong(ports.policy.admins))) return null;
  const { shown, ...rest } = await activeGrants(ports, { by, count: ACTIVE_AT_HOME }, isAmong);
  return { ...rest, shown: shown.map(({ request }) => request) };
}
