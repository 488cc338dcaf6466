/** `policy check [FILE]`: mistakes of form and of meaning, offline; with a Slack token also whom each role would ask. */
import { parseArgs } from "node:util";
import { ConfigError, type ConfigFile, readVariables } from "../../config.ts";
import { slackClient } from "../../slack/outbound/client.ts";
import { slackProxy } from "../../slack/outbound/proxy.ts";
import { type Finding, fail, ok } from "../checks/finding.ts";
import { checkPeople } from "../checks/people.ts";
import { checkSlack } from "../checks/slack.ts";
import { printFindings } from "../doctor/print.ts";
import { meaningOfPolicy } from "./meaning.ts";
import { fileOf, type PolicyMeans, type PolicyRun, pathIn } from "./means.ts";
import { soundPart } from "./sound.ts";

export function check(args: string[]): PolicyRun {
  const { positionals } = parseArgs({ args, allowPositionals: true, strict: true });
  if (positionals.length > 1) throw new Error("Name one file, or none.");
  return async (means) => {
    const findings = await findingsOf(means, positionals[0]);
    for (const line of printFindings(findings, means.colour)) means.say(line);
    return findings.every(({ level }) => level !== "fail");
  };
}

async function findingsOf(means: PolicyMeans, path: string | undefined): Promise<Finding[]> {
  let file: ConfigFile;
  try {
    file = fileOf(means, path);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const mistakes = error.mistakes.map((one) => fail("configuration file", one, "Correct it in the file"));
    return [...mistakes, ...meaningOfPolicy(soundPart(pathIn(means, path)))];
  }
  const { roles, rules } = file;
  const read = ok("configuration file", `${Object.keys(roles).length} roles, ${rules.length} rules`);
  return [read, ...meaningOfPolicy(file), ...(await inWorkspace(file, means))];
}

/** Nothing without a token. */
async function inWorkspace(file: ConfigFile, { variables }: PolicyMeans): Promise<Finding[]> {
  const { SLACK_BOT_TOKEN: token, SLACK_API_URL: apiUrl, HTTPS_PROXY, NO_PROXY } = readVariables(variables);
  if (!token) return [];
  const proxy = slackProxy({ HTTPS_PROXY, NO_PROXY });
  const client = slackClient(token, { apiUrl, proxy, interactive: false });
  const { identity, findings } = await checkSlack(client, file);
  return identity ? checkPeople(client, file, identity) : findings;
}
