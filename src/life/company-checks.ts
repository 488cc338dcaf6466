/**
 * Asks a role's company check (a web service of the company), and tells log and admins when one stops or starts to answer:
 * without its answer nobody gets access to the role. It changes no record.
 */
import type { Bot } from "../bot.ts";
import { askCompany, pingCompany, type Subject } from "../policy/company-check.ts";
import { findRole } from "../policy/roles.ts";
import { DAY, SECOND } from "../request/durations.ts";
import { Refused } from "../request/refused.ts";
import { tellOfCheck } from "./sweep/admin-notices.ts";

/**
 * Asks the check of the request's role, whenever the request is judged. Returns the time that the check allows, ms; null:
 * it sets no limit, or the role has no check. Throws Refused when it denies, or does not answer.
 */
export async function askCheck(bot: Bot, subject: Subject): Promise<number | null> {
  const { role } = subject.request;
  if (!findRole(bot.config, role).check) return null;
  try {
    const allowed = await askCompany(bot.config, subject, bot.clock.now);
    noteAside(bot, role, null);
    return allowed;
  } catch (error) {
    if (error instanceof Refused) noteAside(bot, role, whyFailed(error));
    throw error;
  }
}

/** Notes it beside the request, which does not wait for that. */
const noteAside = (bot: Bot, role: string, why: string | null): void =>
  void noteCheck(bot, role, why).catch(bot.outages.note);

/** Pings every role's check, with each second sweep: a silent check shows before anybody asks for access. Throws StoreAway. */
export async function pingChecks(bot: Bot): Promise<void> {
  const { config } = bot;
  const checks = Object.entries(config.roles).flatMap(([role, { check }]) =>
    check ? [{ role, check }] : [],
  );
  const pings = checks.map(async ({ role, check }) => {
    const why = await pingCompany(config, check).then(() => null, whyFailed);
    await noteCheck(bot, role, why);
  });
  await Promise.all(pings);
}

/** Returns why the check failed; null: it answered, even with a no. */
function whyFailed(error: unknown): string | null {
  if (!(error instanceof Refused)) throw error;
  return error.note.code === "check-failed" ? String(error.note.data.why) : null;
}

/** The admins hear of it only when the check stays silent for so long. */
const TOLD_AFTER = 30 * SECOND;
const SILENCE_TOLD_FOR = 30 * DAY;

/** Logs a change at once; tells the admins once that the silence begins, and once that it ends. */
async function noteCheck(bot: Bot, role: string, why: string | null): Promise<void> {
  const { companyChecks, clock, log, store } = bot;
  const before = companyChecks.get(role);
  const told = `told:check:${role}`;
  if (why === null) {
    companyChecks.set(role, null);
    if (before) log.warn({ role }, `the company's check of ${role} answers again`);
    // Before a restart another process may have told.
    if (before !== null && (await store.forget(told))) await tellOfCheck(bot, role, null);
    return;
  }
  const since = before?.since ?? clock.now();
  companyChecks.set(role, { since, why });
  if (before?.why !== why) log.warn({ role, why }, `the company's check of ${role} fails: ${why}`);
  if (clock.now() - since >= TOLD_AFTER && (await store.once(told, SILENCE_TOLD_FOR)))
    await tellOfCheck(bot, role, why);
}
