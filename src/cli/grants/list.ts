/** `grants list`: what is granted or approved for later, by Redis and by the hub, whichever answers. */
import { isGranted } from "../../domain/request.ts";
import type { AccessRequest, GrantObjects } from "../../flow/ports.ts";
import { type Answer, type GrantsMeans, nullIfAway } from "./means.ts";
import { instant, printed, table } from "./print.ts";

const HUB_WITHIN_MS = 15_000;

interface Row {
  id: string;
  state: string;
  role: string;
  holder: { id: string; name: string } | null;
  approvedBy: string | null;
  from: string | null;
  until: string | null;
  reason: string;
}

/** Throws one sentence where neither answers. */
export async function list({ ports }: GrantsMeans): Promise<Answer> {
  const standing = await ports.grants.list(AbortSignal.timeout(HUB_WITHIN_MS)).catch(() => null);
  const found = await recorded(ports.requests.unsettled()).catch(nullIfAway);
  if (!found && !standing)
    throw new Error("Neither Redis nor Karpor answers: npm run doctor says what keeps them.");
  const records = found !== null;
  const known = found ?? [];
  const granted = new Set(known.filter(isGranted).map(({ id }) => id));
  const others = byLatest(standing ?? []).filter(({ key }) => !granted.has(key.id));
  const beside = new Set(others.map(({ key }) => key.id));
  const grants = known.filter((r) => isListed(r) && !beside.has(r.id)).map(rowOf);
  const rows = [...grants, ...others.map(standingRow)].sort((a, b) => order(a).localeCompare(order(b)));
  return {
    good: true,
    json: { redis: records, hub: standing !== null, grants: rows },
    lines: lines(rows, records, standing !== null),
  };
}

const order = ({ until, id }: Row): string => `${until ?? "~"} ${id}`;

async function recorded(batches: AsyncIterable<AccessRequest[]>): Promise<AccessRequest[]> {
  const all: AccessRequest[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

const isListed = (r: AccessRequest): boolean => r.state === "scheduled" || isGranted(r);

const rowOf = (r: AccessRequest): Row => ({
  id: r.id,
  state: "outage" in r && r.outage ? `${r.state}, ${r.outage.what}` : r.state,
  role: r.role,
  holder: { id: r.requester.id, name: r.requester.name },
  approvedBy: "decision" in r ? (r.decision.by === "policy" ? "policy" : r.decision.by.name) : null,
  from: instant(r.startsAt ?? ("decision" in r ? r.decision.at : undefined)),
  until: instant("expiresAt" in r ? r.expiresAt : undefined),
  reason: r.reason,
});

/** Of a request the last generation alone. */
const byLatest = (standing: readonly GrantObjects[]): GrantObjects[] => [
  ...new Map(
    standing.toSorted((a, b) => a.key.generation - b.key.generation).map((on) => [on.key.id, on]),
  ).values(),
];

function standingRow({ key, account, binding }: GrantObjects): Row {
  const known = account?.annotations ?? null;
  return {
    id: key.id,
    state: account && binding ? "on Karpor" : "on Karpor, ending",
    role: key.role,
    holder: known && { id: known.requester.id, name: known.requester.name },
    approvedBy: known && (known.approvedBy === "policy" ? "policy" : known.approvedBy.name),
    from: instant(known?.startsAt ?? known?.approvedAt),
    until: instant(account?.expiresAt ?? undefined),
    reason: known?.reason ?? "",
  };
}

function lines(rows: readonly Row[], records: boolean, hub: boolean): string[] {
  const away = records
    ? hub
      ? []
      : ["Karpor does not answer: this is what Redis knows."]
    : ["Redis does not answer: this is what stands on Karpor."];
  if (rows.length === 0) return [...away, "Nothing is granted."];
  const head = ["ID", "STATE", "ROLE", "HOLDER", "UNTIL", "APPROVED BY", "REASON"];
  const cells = rows.map(({ id, state, role, holder, until, approvedBy, reason }) =>
    [
      id,
      state,
      role,
      holder ? `${holder.name} (${holder.id})` : "?",
      until ?? "?",
      approvedBy ?? "?",
      reason,
    ].map(printed),
  );
  return [...away, ...table([head, ...cells])];
}
