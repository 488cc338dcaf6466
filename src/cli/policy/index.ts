/** `policy`: the meaning of the file, before it is used. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { type Config, ConfigError, loadForHub } from "../../config.ts";
import { groupsFor } from "../../policy/approvers.ts";
import { roleNamed } from "../../policy/roles.ts";
import { formatDuration } from "../../request/durations.ts";
import type { Directory } from "../../slack/directory.ts";
import { type Finding, fail, ok } from "../doctor/finding.ts";
import { type CommandMeans, FLAG, readArguments, TEXT, UsageError } from "../options.ts";
import { printFindings } from "../print.ts";
import { openDirectory, openSlackCalls } from "../slack.ts";
import { judgeCase, PolicyCase } from "./judge-case.ts";
import { describeLimits, describeRole, findMeaning } from "./meaning.ts";
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
  const variables = { ...means.variables, ...(path !== undefined && { KARPOR_ACCESS_CONFIG: path }) };
  const findings = examineFile(variables, means.clock.now());
  means.say(printFindings(findings, means.colour));
  return findings.every(({ level }) => level !== "fail");
}

function examineFile(variables: NodeJS.ProcessEnv, now: number): Finding[] {
  try {
    const config = loadForHub(variables);
    return [ok("file", `${config.path} can be used`), ...findMeaning(config, now)];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.mistakes.map((mistake) => fail("file", mistake, "Correct it there"));
  }
}

const CASE_OPTIONS = {
  user: TEXT,
  groups: TEXT,
  for: TEXT,
  had: TEXT,
  grants: TEXT,
  requests: TEXT,
  at: TEXT,
  reason: TEXT,
  emergency: FLAG,
};

/** Without --groups, and with a token, Slack says who they are; else the case itself does. */
async function explainCase([role = "", ...args]: string[], means: CommandMeans): Promise<boolean> {
  if (role === "--who") return explainWho(args, means);
  const { user, groups, ...typed } = readArguments(args, CASE_OPTIONS).values;
  const read = PolicyCase.safeParse({ ...typed, role, who: user, in: groups?.split(",").filter(Boolean) });
  if (!read.success) throw new UsageError(z.prettifyError(read.error));
  const config = loadForHub(means.variables);
  const known = roleNamed(config, role);
  if (!known)
    throw new UsageError(`There is no role ${role}; the roles are ${Object.keys(config.roles).join(", ")}.`);
  const directory = groups === undefined ? directoryByToken(config, means) : null;
  const facts = directory && {
    person: await directory.person(read.data.who),
    groups: await directory.groups(groupsFor(config, role)),
  };
  const { outcome, line, why } = judgeCase(config, read.data, means.clock.now(), facts);
  means.say(`${outcome}, because of ${line}${why ? `: ${why}` : ""}`);
  for (const part of describeRole(config, role, known)) means.say(`  ${role} ${part}`);
  means.say(`  limits ${describeLimits(config)}`);
  return true;
}

/** Null without a token. */
function directoryByToken({ env }: Config, { variables, clock }: CommandMeans): Directory | null {
  const { SLACK_BOT_TOKEN: token } = variables;
  return token ? openDirectory(openSlackCalls(env, clock, token), clock) : null;
}

/** With a token by person, as Slack knows them; else by the user groups of the file. */
async function explainWho(args: string[], means: CommandMeans): Promise<boolean> {
  readArguments(args, {});
  const config = loadForHub(means.variables);
  const lines = await listWho(config, means.clock.now(), directoryByToken(config, means));
  means.say(lines.join("\n"));
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
  const read = z
    .array(TestCase)
    .min(1, "names no case")
    .safeParse(parse(readFileSync(path, "utf8")));
  if (!read.success) throw new Error(`${path}:\n${z.prettifyError(read.error)}`);
  const cases = read.data;
  const wrong = cases.flatMap((one) => findMistake(config, one, means.clock.now()) ?? []);
  for (const line of wrong) means.say(line);
  means.say(`${cases.length - wrong.length} of ${cases.length} cases are as they should be.`);
  return wrong.length === 0;
}

/** Null where the policy decides as the case says. */
function findMistake(config: Config, one: TestCase, now: number): string | null {
  const { outcome, line, why } = judgeCase(config, one, now, null);
  if (outcome === one.then && (one.because === undefined || one.because === line)) return null;
  const time = one.for === undefined ? "" : ` for ${formatDuration(one.for)}`;
  const because = one.because === undefined ? "" : ` because of ${one.because}`;
  const reason = why ? ` (${why})` : "";
  return `${one.who} asks for ${one.role}${time}: ${outcome} because of ${line}${reason}, not ${one.then}${because}`;
}
