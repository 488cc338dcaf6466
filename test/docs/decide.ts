/** What the bot decides under a recipe, by its own functions. */
import { readFileSync } from "node:fs";
import { expect } from "vitest";
import { parse } from "yaml";
import { ConfigFile } from "../../src/config.ts";
import { allowTermsOf } from "../../src/domain/allow-command.ts";
import { covers, isOpen } from "../../src/domain/allowance.ts";
import { channelFor } from "../../src/domain/catalog.ts";
import { parseCommand } from "../../src/domain/command.ts";
import type { Principal } from "../../src/domain/ids.ts";
import { type AskedTerms, termsOf, validating } from "../../src/domain/policy.ts";
import { factsOfMember, judge } from "../../src/domain/policy-engine.ts";
import { type Refusal, Refused } from "../../src/domain/refusal.ts";
import { passedByRule } from "../../src/domain/today.ts";
import { validated } from "../../src/domain/transitions.ts";
import { askedOf } from "../../src/flow/request.ts";
import { allower, NOW, one, person } from "../domain/allowances.ts";
import { requestedRecord } from "../domain/records.ts";
import type { Case, Recipe } from "./recipes.ts";

type Book = ReturnType<typeof load>;
type Said = Pick<Case, "decision" | "because"> & Partial<Pick<Case, "channel">>;
const deny = (because: string): Said => ({ decision: "deny", because });

function load({ yaml }: Recipe) {
  const example = readFileSync(new URL("../../karpor-access.example.yml", import.meta.url), "utf8");
  return ConfigFile.parse(merged(parse(example), parse(yaml)));
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function merged(below: unknown, above: unknown): unknown {
  if (!isMapping(below) || !isMapping(above)) return above;
  const laid = Object.entries(above).map(([key, value]) => [key, merged(below[key], value)] as const);
  return { ...below, ...Object.fromEntries(laid) };
}

/** As the flows do it, one after the other. */
export function decide(recipe: Recipe, c: Case): Said {
  const book = load(recipe);
  try {
    const terms = termsOf(parseCommand(c.types), book.roles);
    const isAmong = (all: readonly Principal[]) => all.some((p) => c.who.includes(p));
    const history = { open: c.holds, lastHour: c.asked };
    const verdict = judge(book, terms, { ...factsOfMember(isAmong), history });
    if (verdict.outcome === "deny") return deny(verdict.by.rule ? verdict.by.line : verdict.by.because);
    return settle(recipe, book, c, { terms, verdict });
  } catch (error) {
    if (error instanceof Refused) return deny(inWords(error.refusal));
    throw error;
  }
}

const inWords = (refusal: Refusal): string => ("hint" in refusal ? refusal.hint.en : refusal.kind);

interface Judged {
  terms: AskedTerms;
  verdict: ReturnType<typeof judge>;
}

function settle(recipe: Recipe, book: Book, { who }: Case, { terms, verdict }: Judged): Said {
  const role = book.roles[terms.role];
  if (!role) throw new Error(`There is no role ${terms.role}.`);
  const { emergency: _, ...asked } = terms;
  const request = requestedRecord({
    ...{
      ...asked,
      ...askedOf(role, NOW),
      requester: person(who.find((p) => p.startsWith("U")) ?? "U0ANYBODY"),
    },
    ...{ clusterRole: role.clusterRole, requestedAt: NOW },
    ...(terms.emergency ? { emergency: { review: [], reviews: [] } } : {}),
  });
  const glass = role.breakGlass?.by.find((p) => who.includes(p)) ?? null;
  const refusal = validating({ role, verdict, approvers: null, glass }, request);
  if (refusal) return deny(refusal.kind);
  const passed = passedByRule(request, verdict, { digest: request.policy, now: NOW });
  const vetted = { name: "x", locale: "en" as const, background: {} as never, glass };
  const next = validated(request, vetted, null, NOW, passed);
  if (next.state === "approved")
    return { decision: "approve", because: by(next.decision.qualified, verdict) };
  const isAllowed = recipe.before.some((line) =>
    covers(allowedBy(line, book), request, { now: NOW, before: 0 }),
  );
  if (isAllowed) return { decision: "approve", because: "allowed beforehand" };
  const channel = channelFor(book.roles, terms.role, book.slack.channel);
  return { decision: "ask", channel, because: verdict.by.because };
}

const by = (qualified: string, verdict: Judged["verdict"]): string =>
  qualified === "policy" ? verdict.by.because : qualified;

/** By as many as the role asks for. */
function allowedBy(line: string, { roles }: Book) {
  const [, text = ""] = /^(?:allow|允许) @bob (.+)$/.exec(line) ?? [];
  const { period, ...terms } = allowTermsOf(text, roles);
  const approval = roles[terms.role]?.approval;
  const count = approval && approval !== "none" ? approval.count : 1;
  const allowedBy = Array.from({ length: count }, (_, i) => allower(person(`U0SRE${i}`)));
  const allowance = { ...one, ...terms, period, until: NOW + period, count, allowedBy };
  expect(isOpen(allowance, NOW + period - 1)).toBe(true);
  return allowance;
}
