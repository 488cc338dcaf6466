/** `grants list` and `grants show`: what is granted, by Redis and by the hub, whichever answers. */

import type { RequestId } from "../../request/ids.ts";
import { mayHoldAccess, type Request } from "../../request/record.ts";
import { orNull } from "../../store/reading.ts";
import { type Answer, type GrantOnHub, type GrantsContext, NEITHER, type OnHub, readHub } from "./open.ts";
import { isoTime, printable, table } from "./print.ts";

interface Row {
  id: string;
  state: string;
  role: string;
  holder: string | null;
  until: string | null;
  approvedBy: string | null;
  reason: string | null;
}

/** What is granted, or approved for later. */
export async function listGrants(context: GrantsContext): Promise<Answer> {
  const onHub = await readHub(context);
  const records = context.redisTrouble === null ? await readGranted(context) : null;
  if (!onHub && !records) throw new Error(NEITHER);
  const known = new Set<string | null>(records?.map(({ id }) => id));
  const others = (onHub?.grants ?? []).filter(({ id }) => !known.has(id));
  const state = records ? "on Karpor, without a record" : "on Karpor";
  const rows = [...(records ?? []).map(rowFor), ...others.map((one) => rowOnHub(one, state))];
  rows.sort((a, b) => (a.until ?? "~").localeCompare(b.until ?? "~"));
  const json = { redis: records !== null, hub: onHub !== null, grants: rows };
  return { isDone: true, json, lines: [...awayLines(context, onHub), ...rowLines(rows)] };
}

async function readGranted({ bot: { store } }: GrantsContext): Promise<Request[]> {
  const records = await store.readAll(await store.unfinished());
  return records.filter((one) => mayHoldAccess(one) || one.state === "scheduled");
}

const rowFor = (request: Request): Row => ({
  ...{ id: request.id, state: request.state, role: request.role, holder: request.requester },
  until: isoTime(request.endsAt),
  approvedBy: approversIn(request),
  reason: request.reason,
});

const approversIn = ({ approvals }: Request): string | null =>
  approvals.map(({ by, rule }) => by ?? `rule ${rule}`).join(", ") || null;

/** The hub knows the ClusterRole, and not which role of the file it was. */
const rowOnHub = ({ id, name, clusterRole, requester, endsAt }: GrantOnHub, state: string): Row => ({
  ...{ id: id ?? name, state, role: clusterRole, holder: requester, until: isoTime(endsAt) },
  ...{ approvedBy: null, reason: null },
});

function awayLines({ redisTrouble }: GrantsContext, onHub: OnHub | null): string[] {
  if (redisTrouble) return [`${redisTrouble}: this is what is on Karpor.`];
  return onHub ? [] : ["Karpor does not answer: this is what Redis knows."];
}

function rowLines(rows: Row[]): string[] {
  if (rows.length === 0) return ["Nothing is granted."];
  const head = ["ID", "STATE", "ROLE", "HOLDER", "UNTIL", "APPROVED BY", "REASON"];
  const cells = rows.map(({ id, state, role, holder, until, approvedBy, reason }) =>
    [id, state, role, holder ?? "?", until ?? "?", approvedBy ?? "?", reason ?? "?"].map(printable),
  );
  return table([head, ...cells]);
}

/** What the record says of one request, and what of it is on the hub. */
export async function showGrant(context: GrantsContext, id: RequestId): Promise<Answer> {
  const { redisTrouble } = context;
  const onHub = await readHub(context);
  const record = redisTrouble === null ? orNull(await context.bot.store.read(id)) : null;
  if (!onHub && redisTrouble) throw new Error(NEITHER);
  const binding = onHub?.grants.find((one) => one.id === id) ?? null;
  const account = onHub?.accounts.get(id) ?? null;
  if (!record && !binding && !account)
    return {
      isDone: false,
      json: null,
      lines: [`Nothing is known of ${id}${redisTrouble ? `; ${redisTrouble}` : ""}.`],
    };
  const head = record ? storyLines(record) : [`${id}: ${redisTrouble ?? "no record"}`];
  const objects = `${account ? "its account" : "no account"}, ${binding ? "its binding" : "no binding"}`;
  const there = onHub ? `On Karpor: ${objects}.` : "Karpor does not answer: what is there is not known.";
  return { isDone: true, json: { record, account, binding }, lines: [...head, there] };
}

function storyLines(request: Request): string[] {
  const {
    id,
    state,
    role,
    requester,
    askedBy,
    reason,
    askedAt,
    approvals,
    activeAt,
    endsAt,
    ending,
    outcome,
  } = request;
  const steps: [at: number | null | undefined, what: string][] = [
    [askedAt, `asked${askedBy === requester ? "" : ` by ${askedBy}`}`],
    ...approvals.map(({ at, by, rule }): [number, string] => [at, `approved by ${by ?? `rule ${rule}`}`]),
    [activeAt, "set up"],
    [ending?.at, `end began: ${ending?.cause} ${ending?.by ?? ""} ${ending?.words}`],
    [ending?.proof?.at, `end proved: ${ending?.proof?.method}`],
    [outcome?.at, `closed: ${outcome?.kind} ${outcome?.refusal?.code ?? ""}`],
  ];
  const known = steps.flatMap(([at, what]) => (at == null ? [] : [`  ${isoTime(at)}  ${printable(what)}`]));
  const until = endsAt === null ? "" : `, until ${isoTime(endsAt)}`;
  return [
    `${id}, ${state}: ${role} for ${requester}${until}`,
    `Reason: ${printable(reason) || "none"}`,
    ...known,
  ];
}
