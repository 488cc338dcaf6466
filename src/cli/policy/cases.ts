/** `policy test FILE`: a company's own table of cases against its configuration. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { inWords } from "../../config.ts";
import { formatDuration } from "../../domain/duration.ts";
import type { Rulebook } from "../../domain/policy-rule.ts";
import { unread } from "../unread.ts";
import { AskedCase, verdictOn } from "./asked.ts";
import { fileOf, type PolicyRun } from "./means.ts";

const Case = AskedCase.extend({
  then: z.enum(["approve", "ask", "deny"]),
  /** The line that decides: the name of a rule, `requester`, `limits`, `duration` or `approval`. */
  because: z.string().optional(),
});
type Case = z.infer<typeof Case>;
const Cases = z.array(Case).min(1, "names no case");

export function cases(args: string[]): PolicyRun {
  const [path, ...more] = parseArgs({ args, allowPositionals: true, strict: true }).positionals;
  if (!path || more.length > 0) throw new Error("Name the file with the cases.");
  return async (means) => {
    const book = fileOf(means);
    const table = readCases(path);
    const wrong = table.flatMap((one) => wrongIn(book, one));
    for (const line of wrong) means.say(line);
    means.say(`${table.length - wrong.length} of ${table.length} cases are as they should be.`);
    return wrong.length === 0;
  };
}

/** Throws one sentence, or a line for each mistake. */
function readCases(path: string): Case[] {
  const read = Cases.safeParse(written(path), { error: inWords });
  if (read.success) return read.data;
  throw new Error(
    read.error.issues
      .map((issue) => `${path}: ${issue.path.join(".") || "the file"} ${issue.message}`)
      .join("\n"),
  );
}

function written(path: string): unknown {
  try {
    return parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path}: ${unread(error)}`);
  }
}

function wrongIn(book: Rulebook, one: Case): string[] {
  const asked = `${one.who} asks for ${one.role}${one.for === undefined ? "" : ` for ${formatDuration(one.for)}`}`;
  const wanted = `${one.then}${one.because === undefined ? "" : ` because of ${one.because}`}`;
  try {
    const { outcome, by } = verdictOn(book, one);
    const isBecause = one.because === undefined || one.because === by.line || one.because === by.rule;
    if (outcome === one.then && isBecause) return [];
    return [`${asked}: ${outcome} because of ${by.line} (${by.because}), not ${wanted}`];
  } catch (error) {
    return [`${asked}: ${(error as Error).message}`];
  }
}
