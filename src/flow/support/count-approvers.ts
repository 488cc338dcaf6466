/** How many could approve a request, before anybody is asked: of those asked and of today's, whoever sees its card. */
import { channelFor, type Role } from "../../domain/catalog.ts";
import type { UserId } from "../../domain/ids.ts";
import { partyIds } from "../../domain/parties.ts";
import type { AccessRequest } from "../../domain/request.ts";
import type { ApproverFacts } from "../../domain/rules/rule.ts";
import { everAsked, everToday, neededOf } from "../../domain/today.ts";
import type { Ports } from "../ports.ts";

/** Null where nobody need approve. Throws SlackBusy, and what the directory throws. */
export async function countApprovers(
  { directory, policy, channel: usual }: Pick<Ports, "directory" | "policy" | "channel">,
  request: AccessRequest,
  role: Role,
  purpose: "ask" | "grant" = "ask",
): Promise<ApproverFacts | null> {
  if (request.approvers.length === 0) return null;
  // A card stands where it was posted, of whatever role its request becomes.
  const channel = request.messages.card?.channel || channelFor(policy.roles, request.role, usual);
  const today = everToday(role);
  const [asked, now, inChannel] = await Promise.all([
    directory.members(everAsked(request), purpose),
    today && directory.members(today, purpose),
    directory.inChannel(channel),
  ]);
  const isAmong = (all: readonly UserId[] | null) => (id: UserId) => all === null || all.includes(id);
  const parties = partyIds(request);
  const others = asked.filter(isAmong(now)).filter((id) => !parties.includes(id));
  const here = others.filter(isAmong(inChannel));
  const needed = neededOf(request, role);
  const able = await directory.countMembers(here, needed);
  return { needed, able, outside: others.length - here.length, channel };
}
