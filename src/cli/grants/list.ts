/** `grants list` and `grants show`: what is granted, by Redis and by the hub, whichever answers. */
import type { Bot } from "../../bot.ts";
import type { RequestId } from "../../request/ids.ts";
import { mayHoldAccess, type Request } from "../../request/record.ts";
import { orNull } from "../../store/reading.ts";
import { alignColumns, isoTime, shortLine } from "../print.ts";
import {
  type GrantOnHub,
  type GrantsAnswer,
  type GrantsContext,
  NEITHER_ANSWERS,
  readObjects,
} from "./open.ts";

/** Access that is granted, or approved for later. */
export async function listGrants(context: GrantsContext): Promise<GrantsAnswer> {
  const { bot, redisTrouble } = context;
  const onHub = await readObjects(context);
  const records = redisTrouble === null ? await readGranted(bot) : null;
  if (!onHub && !records) throw new Error(NEITHER_ANSWERS);
  const known = new Set<string | null>(records?.map(({ id }) => id));
  const others = (onHub?.grants ?? []).filter(({ id }) => !known.has(id));
  const state = records ? "on Karpor, without a record" : "on Karpor";
  const rows = [...(records ?? []).map(recordRow), ...others.map((one) => bindingRow(one, state))];
  rows.sort((a, b) => (a.until ?? "~").localeCompare(b.until ?? "~"));
  const lines = rowLines(rows);
  if (!records) lines.unshift(`${redisTrouble}: this is what is on Karpor.`);
  if (!onHub) lines.unshift("Karpor does not answer: this is what Redis knows.");
  return { isDone: true, json: { redis: records !== null, hub: onHub !== null, grants: rows }, lines };
}

async function readGranted({ store }: Bot): Promise<Request[]> {
  const records = await store.readAll(await store.unfinished());
  return records.filter((one) => mayHoldAccess(one) || one.state === "scheduled");
}

/** A column each, in this order. */
type GrantRow = Record<"id" | "state" | "role" | "holder" | "until" | "approvedBy" | "reason", string | null>;

const recordRow = ({ id, state, role, requester, endsAt, approvals, reason }: Request): GrantRow => ({
  id,
  state,
  role,
  holder: requester,
  until: isoTime(endsAt),
  approvedBy: approvals.map(({ by, rule }) => by ?? `rule ${rule}`).join(", ") || null,
  reason,
});

/** The hub knows the ClusterRole, and not which role of the file it was. */
const bindingRow = ({ id, name, clusterRole, requester, endsAt }: GrantOnHub, state: string): GrantRow => ({
  id: id ?? name,
  state,
  role: clusterRole,
  holder: requester,
  until: isoTime(endsAt),
  approvedBy: null,
  reason: null,
});

function rowLines(rows: GrantRow[]): string[] {
  if (rows.length === 0) return ["Nothing is granted."];
  const head = ["ID", "STATE", "ROLE", "HOLDER", "UNTIL", "APPROVED BY", "REASON"];
  return alignColumns([head, ...rows.map((row) => Object.values(row).map((cell) => shortLine(cell ?? "?")))]);
}

/** The record of one request, and its objects on the hub. */
export async function showGrant(context: GrantsContext, id: RequestId): Promise<GrantsAnswer> {
  const { bot, redisTrouble } = context;
  const onHub = await readObjects(context);
  const record = redisTrouble === null ? orNull(await bot.store.read(id)) : null;
  if (!onHub && redisTrouble) throw new Error(NEITHER_ANSWERS);
  const binding = onHub?.grants.find((one) => one.id === id) ?? null;
  const account = onHub?.accounts.get(id) ?? null;
  if (!record && !binding && !account) {
    const why = redisTrouble ? `; ${redisTrouble}` : "";
    return { isDone: false, json: null, lines: [`Nothing is known of ${id}${why}.`] };
  }
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
  const known = steps.flatMap(([at, what]) => (at == null ? [] : [`  ${isoTime(at)}  ${shortLine(what)}`]));
  const until = endsAt === null ? "" : `, until ${isoTime(endsAt)}`;
  return [
    `${id}, ${state}: ${role} for ${requester}${until}`,
    `Reason: ${shortLine(reason) || "none"}`,
    ...known,
  ];
}
