/** The people that an entry of the trail names, by their Slack ids. Pure. */
import { UserId } from "../../domain/ids.ts";

/** Each once; whatever the version that wrote it. */
export function peopleIn(trail: object): UserId[] {
  const { requester, askedBy, who, approvals } = trail as Record<string, unknown>;
  const approvers = Array.isArray(approvals)
    ? approvals.map((one: { who?: unknown } | null) => one?.who)
    : [];
  const all = [requester, askedBy, who, ...approvers].flatMap((id) => UserId.safeParse(id).data ?? []);
  return [...new Set(all)];
}
