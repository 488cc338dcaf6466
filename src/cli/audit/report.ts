/** `audit report`: who had what, who approved it, how it ended, and whether that is proved; a Markdown table. */
import { z } from "zod";
import type { Bot } from "../../bot.ts";
import { DAY } from "../../request/durations.ts";
import { Approval, Ending, Request } from "../../request/record.ts";
import { UsageError } from "../options.ts";
import { utcTime } from "./time.ts";

export const REPORT_OPTIONS = { days: { type: "string" } } as const;

/** What an entry says of a request. */
const Told = z.object({
  ...Request.pick({ id: true, requester: true, role: true }).shape,
  at: z.number(),
  event: z.string(),
  approvals: z.array(Approval),
  ending: Ending.nullable(),
});
type Told = z.infer<typeof Told>;

interface Grant extends Told {
  began: number;
  /** Whose approvals a passkey signed, as the entries of the approvals say. */
  signers: ReadonlySet<string>;
}

export async function reportAccess(bot: Bot, days = "30", say: (line: string) => void): Promise<true> {
  if (!/^[1-9]\d{0,3}$/.test(days)) throw new UsageError("--days takes a number of days, such as 30.");
  const now = bot.clock.now();
  const since = now - Number(days) * DAY;
  const grants = (await readGrants(bot)).filter(
    ({ began, ending }) => began >= since || (ending?.at ?? now) >= since,
  );
  say(`# Access to ${bot.config.hub.name}, ${utcTime(since)} to ${utcTime(now)} UTC`);
  say("");
  say("| Request | Person | Role | From | Approved by | Until | Why | Proved |");
  say("|---|---|---|---|---|---|---|---|");
  for (const grant of grants) say(`| ${cellsFor(grant).map(asCell).join(" | ")} |`);
  say("");
  say(
    `${grants.length} grants; ${grants.filter(({ ending }) => ending?.proof == null).length} of them not proved to have ended.`,
  );
  return true;
}

/** By when they began; of each the last entry says how it is. */
async function readGrants({ store }: Bot): Promise<Grant[]> {
  const grants = new Map<string, Grant>();
  const signersById = new Map<string, Set<string>>();
  for await (const entry of store.trail.read()) {
    const told = Told.safeParse(store.trail.open(entry)).data;
    if (!told) continue;
    const signers = signersById.get(told.id) ?? new Set();
    for (const { by, signed } of told.approvals) if (by && signed) signers.add(by);
    signersById.set(told.id, signers);
    const began = grants.get(told.id)?.began ?? (told.event === "access.granted" ? told.at : null);
    if (began !== null) grants.set(told.id, { ...told, began, signers });
  }
  return [...grants.values()];
}

function cellsFor({ id, requester, role, began, approvals, signers, ending }: Grant): string[] {
  const proved = ending?.proof ? `${utcTime(ending.proof.at)} (${ending.proof.method})` : "no";
  const ended = ending
    ? [utcTime(ending.at), ending.by ? `${ending.cause} by ${ending.by}` : ending.cause]
    : ["goes on", ""];
  return [id, requester, role, utcTime(began), approvers(approvals, signers), ...ended, ending ? proved : ""];
}

/** People, or the rule that needed none. */
const approvers = (approvals: Approval[], signers: Grant["signers"]): string =>
  approvals
    .map(({ by, rule }) => (by === null ? `rule ${rule}` : `${by}${signers.has(by) ? " (passkey)" : ""}`))
    .join(", ");

const asCell = (text: string): string => text.replaceAll("|", "\\|");
