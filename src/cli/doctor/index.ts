/** `doctor`: every check of the start and more, a line each; resolves to whether nothing failed. */
import type { Logger } from "pino";
import { type Config, ConfigError, hubAuditSecret } from "../../config.ts";
import { clusterRolesOf } from "../../domain/catalog.ts";
import type { Clock } from "../../flow/ports.ts";
import { nameWritesBy } from "../../http/hub-audit/own-looks.ts";
import { openHub } from "../../hub/client/access.ts";
import { createHubClient, type HubClient } from "../../hub/client/client.ts";
import { HubError } from "../../hub/client/errors.ts";
import { identityOf } from "../../hub/kubeconfig/identity.ts";
import { boltLog } from "../../slack/inbound/bolt-log.ts";
import { slackClient } from "../../slack/outbound/client.ts";
import { slackProxy } from "../../slack/outbound/proxy.ts";
import { inviteOf } from "../../slack/slash-command.ts";
import { connect } from "../../store/connect.ts";
import { createEvidence } from "../../store/evidence.ts";
import { keysOf } from "../../store/keys.ts";
import { createSent } from "../../store/sent.ts";
import { createSocketRegister } from "../../store/socket-register.ts";
import type { Store } from "../../store/store.ts";
import { checkApp } from "../checks/app.ts";
import { checkCertificate } from "../checks/certificate.ts";
import { type Finding, fail, ok } from "../checks/finding.ts";
import { checkForeign } from "../checks/foreign.ts";
import { checkHubAudit } from "../checks/hub-audit.ts";
import { checkKubeconfigFile } from "../checks/kubeconfig-file.ts";
import { checkLongest } from "../checks/longest.ts";
import { checkManifest } from "../checks/manifest.ts";
import { checkPeople } from "../checks/people.ts";
import { checkPolicies } from "../checks/policies.ts";
import { checkRedisLoad } from "../checks/redis-load.ts";
import { checkRights } from "../checks/rights.ts";
import { MEND_KUBECONFIG } from "../checks/setup-fix.ts";
import { type BotIdentity, checkSlack, noAnswer } from "../checks/slack.ts";
import { checkSocket } from "../checks/socket.ts";
import { checkHubAt, checkRedisAt, isOutage } from "../checks/start.ts";
import { meaningOfPolicy } from "../policy/meaning.ts";
import { canary } from "./canary.ts";
import { findInSlack, printFound } from "./find.ts";
import { clearLeftovers } from "./leftovers.ts";
import type { DoctorOptions } from "./options.ts";
import { printFindings } from "./print.ts";
import { askRunning, unsaid } from "./running.ts";

const REDIS_WITHIN_MS = 3_000;

export interface DoctorMeans {
  clock: Clock;
  log: Logger;
  say(line: string): void;
  colour: boolean;
}

export async function doctor(
  load: () => Config,
  options: DoctorOptions,
  means: DoctorMeans,
): Promise<boolean> {
  if (options.find !== undefined) return findNamed(load(), options.find, options.json, means);
  const findings = await examine(load, options, means);
  const good = findings.every(({ level }) => level !== "fail");
  if (options.json) means.say(JSON.stringify({ ok: good, findings }, null, 2));
  else for (const line of printFindings(findings, means.colour)) means.say(line);
  return good;
}

async function findNamed(
  config: Config,
  name: string,
  json: boolean,
  { say }: DoctorMeans,
): Promise<boolean> {
  const { found, refused } = await findInSlack(slackFor(config), name).catch((error: unknown) => {
    const { message, fix } = noAnswer(error);
    throw new Error(`${message}. ${fix}`);
  });
  if (json) say(JSON.stringify(found, null, 2));
  else {
    for (const line of printFound(found, name, inviteOf(config.slack.command))) say(line);
    if (refused) say(`User groups are not among them: Slack refuses to list them (${refused}).`);
  }
  return found.length > 0;
}

const slackFor = ({ env }: Config, token = env.SLACK_BOT_TOKEN) =>
  slackClient(token, { apiUrl: env.SLACK_API_URL, proxy: slackProxy(env), interactive: false });

async function examine(load: () => Config, options: DoctorOptions, means: DoctorMeans): Promise<Finding[]> {
  let config: Config;
  try {
    config = load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.mistakes.map((says) => fail("configuration", says, MEND_CONFIG));
  }
  const roles = Object.keys(config.roles).length;
  const read = ok("configuration file", `${roles} role${roles === 1 ? "" : "s"}`);
  if (options.offline) return [read, ...meaningOfPolicy(config), NOT_ASKED];
  const [ofSlack, ofRedis, ofHub, ofBot] = await Promise.all([
    examineSlack(config, means),
    examineRedis(config, means),
    examineHub(config, options, means),
    askRunning(config),
  ]);
  const looked = [read, ...ofSlack, ...ofRedis, ...ofHub];
  return [...looked, ...unsaid(ofBot, looked)];
}

const NOT_ASKED = ok("configuration offline", "neither Slack nor Redis nor the hub was asked");

const MEND_CONFIG =
  "Correct it in karpor-access.yml or .env, on Kubernetes in the ConfigMap or the Secret; README.md tells of each setting and variable";

async function examineSlack(config: Config, means: DoctorMeans): Promise<Finding[]> {
  const { SLACK_APP_TOKEN } = config.env;
  const { identity, findings } = await checkSlack(slackFor(config), config);
  const [delivery, ofApp, people] = await Promise.all([
    SLACK_APP_TOKEN ? examineSocket(config, SLACK_APP_TOKEN, means) : BY_HTTP,
    identity ? examineApp(config, identity, means) : [],
    identity ? checkPeople(slackFor(config), config, identity) : [],
  ]);
  return [...findings, delivery, ...ofApp, ...people];
}

async function examineApp(
  { env, instance }: Config,
  { botId }: BotIdentity,
  { clock, log }: DoctorMeans,
): Promise<Finding[]> {
  const redis = connect(env.REDIS_URL, { log });
  const isThere = await redis.ready(REDIS_WITHIN_MS).then(
    () => true,
    () => false,
  );
  const store = { redis: redis.commands, keys: keysOf(instance), clock };
  const manifest = checkManifest(isThere ? createSent(store).read : null, clock.now());
  const claimed = isThere ? checkApp(store, botId, env.SLACK_BOT_TOKEN) : null;
  return Promise.all([manifest, claimed])
    .then(([ofManifest, owned]) => [ofManifest, ...(owned?.findings ?? [])])
    .finally(() => redis.close());
}

const BY_HTTP = ok("slack delivery", "HTTP; the signing secret proves itself at the first command");

async function examineSocket(
  { env, instance }: Config,
  appToken: string,
  { clock, log }: DoctorMeans,
): Promise<Finding> {
  const redis = connect(env.REDIS_URL, { log });
  const { total } = createSocketRegister({ redis: redis.commands, keys: keysOf(instance), clock });
  const held = () =>
    redis
      .ready(REDIS_WITHIN_MS)
      .then(total)
      .catch(() => null);
  const options = { appToken, logger: boltLog(log), apiUrl: env.SLACK_API_URL, proxy: slackProxy(env) };
  return checkSocket(options, held).finally(() => redis.close());
}

async function examineRedis(config: Config, { clock, log }: DoctorMeans): Promise<Finding[]> {
  const redis = connect(config.env.REDIS_URL, { log });
  try {
    const findings = await checkRedisAt(redis, config);
    if (findings.some((one) => isFailed(one) && isOutage(one))) return findings;
    const policies = { redis: redis.commands, keys: keysOf(config.instance), clock };
    return [
      ...findings,
      ...(await checkRedisLoad(redis.commands)),
      await checkPolicies(policies, config),
      ...(await examineHubAudit(config, policies)),
    ];
  } finally {
    redis.close();
  }
}

async function examineHubAudit(
  config: Config,
  store: Pick<Store, "redis" | "keys" | "clock">,
): Promise<Finding[]> {
  const secret = hubAuditSecret(config);
  if (!secret) return [];
  const told = await checkHubAudit(createEvidence({ ...store, secret, addresses: false }), store.clock);
  const tls = config.audit?.hub?.tls;
  return tls ? [told, checkCertificate(tls)] : [told];
}

async function examineHub(
  config: Config,
  options: DoctorOptions,
  { log, clock }: DoctorMeans,
): Promise<Finding[]> {
  await using opened = new AsyncDisposableStack();
  try {
    const hub = opened.adopt(await openHub(config, { log }), (h) => h.close());
    const client = opened.adopt(
      createHubClient(hub.access, { reread: hub.reread, nameWrite: nameWritesBy(config) }),
      (c) => c.close(),
    );
    const file = await checkKubeconfigFile(config.hub.kubeconfig);
    const findings = [...(await checkHubAt(client, config, clock)), ...file];
    if (findings.some(({ check, level }) => level === "fail" && STOPPERS.has(check))) return findings;
    // In the place of what every start looks at: all that can be tried.
    const [rights, others] = [findings.filter(isOfRights), findings.filter((one) => !isOfRights(one))];
    const whole = [...others, ...(await examineMore(client, config, clock, rights.filter(isFailed)))];
    return options.canary ? [...whole, ...(await canary(client, config, clock))] : whole;
  } catch (error) {
    return [fail("hub", (error as Error).message, MEND_KUBECONFIG)];
  }
}

/** Where one of these fails, nothing that follows would mean anything. */
const STOPPERS = new Set(["hub", "hub rbac", "hub access"]);

const isOfRights = ({ check }: Finding): boolean => check === "hub rights";
const isFailed = ({ level }: Finding): boolean => level === "fail";

/** `blind`: what the bot may not even list. */
async function examineMore(
  client: HubClient,
  config: Config,
  clock: Clock,
  blind: readonly Finding[],
): Promise<Finding[]> {
  const told =
    (check: string) =>
    (error: unknown): Finding[] => {
      if (error instanceof HubError) return [fail(check, error.message, "npm run doctor, once more")];
      throw error;
    };
  const own = client.token();
  const { namespace } = config.hub;
  const rights = {
    client,
    namespace,
    clusterRoles: clusterRolesOf(config.roles),
    self: own && identityOf(own),
  };
  const found = await checkRights(rights).catch(told("hub rights"));
  if (blind.length > 0) return [...blind, ...found.filter((one) => !isOfRights(one) || isFailed(one))];
  const able = !found.some(isFailed);
  const left = able ? await clearLeftovers(client, config, clock).catch(told("hub leftovers")) : [];
  const foreign = await checkForeign(client, config, clock).catch(told("hub foreign"));
  const longest = (one: Promise<Finding>) => one.then((it) => [it], told("hub longest token"));
  return [...found, ...left, ...foreign, ...(able ? await longest(checkLongest(client, config, clock)) : [])];
}
