/** What the bot that runs on this machine says of itself: each cause and each notice of its `/status`, with its fix. */
import { Agent, request } from "undici";
import type { Config } from "../../config.ts";
import { parseJson } from "../../domain/json.ts";
import { StatusAnswer } from "../../http/pages.ts";
import { type Finding, fail, ok, warn } from "../checks/finding.ts";

const CHECK = "bot status";
const WITHIN_MS = 2_000;

const WELL = ok(CHECK, "it holds back no new grants");

/** Where none runs, as before the first start, that fails nothing. */
export async function askRunning({ env, instance }: Pick<Config, "env" | "instance">): Promise<Finding[]> {
  const port = env.METRICS_PORT ?? env.PORT;
  if (port === 0) return [unasked("with port 0 it listens on any")];
  const url = `http://127.0.0.1:${port}/status`;
  const answer = await answerOf(url);
  if (answer === null) return [unasked(`nothing listens at ${url}`)];
  const status = StatusAnswer.safeParse(parseJson(answer)).data;
  if (!status) return [notOurs(url)];
  return (status.instance ?? instance) === instance ? said(status) : [another(status.instance, url)];
}

/** Those that another finding does not say already. */
export function unsaid(ofBot: readonly Finding[], others: readonly Finding[]): Finding[] {
  const isSaid = ({ check, level }: Finding) =>
    others.some((one) => named(one.check) === check && (one.level === "fail" || one.level === level));
  return ofBot.filter((one) => !isSaid(one));
}

function said(status: StatusAnswer): Finding[] {
  if ("more" in status)
    return [status.ok ? WELL : fail(CHECK, "new grants wait, and this port does not say why", status.more)];
  const causes = status.causes.map(({ cause, message, fix }) => fail(named(cause), message, fix));
  const notices = status.notices.map(({ cause, message, fix }) => warn(named(cause), message, fix));
  return [...(causes.length > 0 ? causes : [WELL]), ...notices];
}

const named = (cause: string): string => `bot ${cause}`;

const unasked = (why: string): Finding =>
  ok(CHECK, `no running bot was asked what holds back new grants: ${why}`);

const notOurs = (url: string): Finding =>
  warn(
    CHECK,
    `what listens at ${url} did not answer as a running karpor-access does within ${WITHIN_MS / 1000} s`,
    "If it is the bot, its log says why; if it is another program, free the port, or give the bot another (PORT, METRICS_PORT)",
  );

const another = (instance: string | undefined, url: string): Finding =>
  warn(
    CHECK,
    `at ${url} the bot ${instance} answers, and not this one: while it has the port, this one's start is refused`,
    "Give one of both another port (PORT, METRICS_PORT)",
  );

/** Null where nothing listens; empty where what listens gives no answer in time. */
async function answerOf(url: string): Promise<string | null> {
  const agent = new Agent();
  try {
    const { body } = await request(url, { dispatcher: agent, signal: AbortSignal.timeout(WITHIN_MS) });
    return await body.text();
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ECONNREFUSED" ? null : "";
  } finally {
    await agent.destroy();
  }
}
