/** `policy`: what the file means, before it is used. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { type Config, ConfigError, loadForHub } from "../../config.ts";
import { groupsOf } from "../../policy/approvers.ts";
import { roleNamed } from "../../policy/roles.ts";
import { formatDuration } from "../../request/durations.ts";
import { keepNothing } from "../../slack/calls.ts";
import { createSlack } from "../../slack/client.ts";
import type { Slack } from "../../slack/slack.ts";
import { type Finding, fail, ok } from "../doctor/finding.ts";
import { printFindings } from "../doctor/print.ts";
import { type CommandMeans, readOptions, UsageError } from "../options.ts";
import { describeLimits, describeRole, findMeaning } from "./meaning.ts";
import { judgeCase, type LookUps, PolicyCase } from "./verdict.ts";
import { listWho } from "./who.ts";

export const POLICY_USAGE = `policy check [FILE]
policy explain ROLE --user U… [--groups S…,S…] [--for 4h] [--had 2h] [--at 2026-12-07T09:30:00+01:00] [--reason TEXT] [--emergency] [--grants N] [--requests N]
policy explain --who
policy test FILE`;

/** Resolves to whether all is as it should be. Throws UsageError, ConfigError, or one sentence. */
export async function policy([name = "", ...args]: string[], means: CommandMeans): Promise<boolean> {
  if (name === "check") return checkPolicy(args, means);
  if (name === "explain") return explainCase(args, means);
  if (name === "test") return testCases(args, means);
  throw new UsageError("Say what to do: check, explain or test.");
}

/** A warning is no failure. */
function checkPolicy([path, ...more]: string[], means: CommandMeans): boolean {
  if (more.length > 0 || path?.startsWith("-")) throw new UsageError("Name one file, or none.");
  const findings = findingsOf(
    path === undefined ? means.variables : { ...means.variables, KARPOR_ACCESS_CONFIG: path },
    means.clock.now(),
  );
  for (const line of printFindings(findings, means.colour)) means.say(line);
  return findings.every(({ level }) => level !== "fail");
}

function findingsOf(variables: NodeJS.ProcessEnv, now: number): Finding[] {
  try {
    const config = loadForHub(variables);
    return [ok("file", `${config.path} can be used`), ...findMeaning(config, now)];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.mistakes.map((mistake) => fail("file", mistake, "Correct it there"));
  }
}

const text = { type: "string" } as const;
const EXPLAIN = {
  ...{ user: text, groups: text, for: text, had: text, grants: text, requests: text, at: text },
  ...{ reason: text, emergency: { type: "boolean" as const } },
} as const;

/** Without --groups, and with a token, Slack says who they are. */
async function explainCase([role = "", ...args]: string[], means: CommandMeans): Promise<boolean> {
  if (role === "--who") return explainWho(args, means);
  const { user, groups, ...typed } = readOptions(args, EXPLAIN);
  const read = PolicyCase.safeParse({ ...typed, role, who: user, in: groups?.split(",").filter(Boolean) });
  if (!read.success) throw new UsageError(z.prettifyError(read.error));
  const config = loadForHub(means.variables);
  const known = roleNamed(config, role);
  if (!known)
    throw new UsageError(`There is no role ${role}; the roles are ${Object.keys(config.roles).join(", ")}.`);
  const looks = groups === undefined ? await askSlack(config, read.data, means) : undefined;
  const { outcome, line, why } = judgeCase(config, read.data, means.clock.now(), looks);
  means.say(`${outcome}, because of ${line}${why ? `: ${why}` : ""}`);
  for (const part of describeRole(config, role, known)) means.say(`  ${role} ${part}`);
  means.say(`  limits ${describeLimits(config)}`);
  return true;
}

/** Undefined without a token: the case itself then says who they are. */
async function askSlack(
  config: Config,
  { who, role }: PolicyCase,
  means: CommandMeans,
): Promise<LookUps | undefined> {
  const slack = openSlack(config, means);
  if (!slack) return undefined;
  const [person, groups] = await Promise.all([slack.person(who), slack.groups(groupsOf(config, role))]);
  return { person, groups };
}

function openSlack(config: Config, { variables, clock }: CommandMeans): Slack | null {
  const { SLACK_BOT_TOKEN: token } = variables;
  if (!token) return null;
  const { SLACK_API_URL: apiUrl, HTTPS_PROXY: proxy, NO_PROXY: noProxy } = config.env;
  return createSlack({ token, apiUrl, proxy, noProxy, store: keepNothing(clock), clock });
}

/** With a token by person, as Slack knows them; else by the user groups of the file. */
async function explainWho(args: string[], means: CommandMeans): Promise<boolean> {
  readOptions(args, {});
  const config = loadForHub(means.variables);
  for (const line of await listWho(config, means.clock.now(), openSlack(config, means))) means.say(line);
  return true;
}

const TestCase = PolicyCase.extend({
  then: z.enum(["approve", "ask", "deny"]),
  /** The line that decides, where that matters. */
  because: z.string().optional(),
});
type TestCase = z.infer<typeof TestCase>;

/** A company's own table of cases against its file. */
function testCases([path, ...more]: string[], means: CommandMeans): boolean {
  if (!path || more.length > 0) throw new UsageError("Name the file with the cases.");
  const config = loadForHub(means.variables);
  const table = readCases(path);
  const wrong = table.flatMap((one) => mistakesIn(config, one, means.clock.now()));
  for (const line of wrong) means.say(line);
  means.say(`${table.length - wrong.length} of ${table.length} cases are as they should be.`);
  return wrong.length === 0;
}

function readCases(path: string): TestCase[] {
  const read = z
    .array(TestCase)
    .min(1, "names no case")
    .safeParse(parse(readFileSync(path, "utf8")));
  if (read.success) return read.data;
  throw new Error(`${path}:\n${z.prettifyError(read.error)}`);
}

function mistakesIn(config: Config, one: TestCase, now: number): string[] {
  const { outcome, line, why } = judgeCase(config, one, now);
  if (outcome === one.then && (one.because === undefined || one.because === line)) return [];
  const asked = `${one.who} asks for ${one.role}${one.for === undefined ? "" : ` for ${formatDuration(one.for)}`}`;
  const wanted = `${one.then}${one.because === undefined ? "" : ` because of ${one.because}`}`;
  return [`${asked}: ${outcome} because of ${line}${why ? ` (${why})` : ""}, not ${wanted}`];
}
