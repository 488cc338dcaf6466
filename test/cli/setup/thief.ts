/** Somebody who has the bot's kubeconfig, and knows Kubernetes: what they try, and whether it worked. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { parse, stringify } from "yaml";
import { type HubCaller as Asking, type HubReply, hubClient } from "../../../sandbox/hub/client.ts";
import type { TestHub } from "../../../sandbox/hub/types.ts";
import { setup } from "../../../src/cli/setup/index.ts";
import { setupOptions } from "../../../src/cli/setup/options.ts";
import { type Config, loadForHub } from "../../../src/config.ts";
import type { Clock } from "../../../src/domain/clock.ts";
import { openHub } from "../../../src/hub/client/access.ts";
import { createHubClient, type HubClient } from "../../../src/hub/client/client.ts";
import { createGrants } from "../../../src/hub/grants/grants.ts";
import { objectName } from "../../../src/hub/grants/names.ts";
import { approved } from "../../hub/requests.ts";

export const PLACE = { instance: "production", namespace: "karpor-access" };
export const RBAC_API = "/apis/rbac.authorization.k8s.io/v1";
export const GRANTS = "/api/v1/namespaces/karpor-access/serviceaccounts";
export const SYSTEM = "/api/v1/namespaces/karpor-access-system/serviceaccounts";
export const BINDINGS_API = `${RBAC_API}/clusterrolebindings`;
const YEAR_SECONDS = 31_536_000;

export const ANYBODY = { kind: "User", name: "system:anonymous" };
export const accountOf = (name: string, namespace = "karpor-access") => ({
  kind: "ServiceAccount",
  name,
  namespace,
});

export interface Thief {
  /** The bot's, as stolen. */
  token: string;
  /** As the bot, or with another token; null: with none. */
  ask(method: string, path: string, body?: object, token?: string | null): Promise<HubReply>;
  mint(path: string, name: string, token?: string): Promise<string | null>;
  account(name: string, metadata?: object): Promise<boolean>;
  bind(
    name: string,
    clusterRole: string,
    subject: object,
    more?: { metadata?: object; token?: string },
  ): Promise<boolean>;
  /** May it do what only karpor-admin may. */
  isAdmin(token: string | null): Promise<boolean>;
}

export function createThief(client: Asking, stolen: string): Thief {
  const ask: Thief["ask"] = (method, path, body, token = stolen) =>
    client(method, path, {
      ...(body ? { body } : {}),
      ...(token === null ? {} : { token }),
      type: typeOf(method),
    });
  return {
    token: stolen,
    ask,
    async mint(path, name, token) {
      const body = { spec: { expirationSeconds: YEAR_SECONDS } };
      const reply = await ask("POST", `${path}/${name}/token`, body, token);
      return ((reply.body.status ?? {}) as { token?: string }).token ?? null;
    },
    account: async (name, metadata) => made(await ask("POST", GRANTS, { metadata: { name, ...metadata } })),
    bind: async (name, clusterRole, subject, { metadata, token } = {}) =>
      made(await ask("POST", BINDINGS_API, bindingBody(name, clusterRole, subject, metadata), token)),
    async isAdmin(token) {
      const { status } = await ask("DELETE", "/rest-api/v1/cluster/production", undefined, token);
      return status !== 401 && status !== 403;
    },
  };
}

const typeOf = (method: string) => (method === "PATCH" ? "application/merge-patch+json" : "application/json");
const made = ({ status }: HubReply): boolean => status === 201;

export const bindingBody = (name: string, clusterRole: string, subject: object, metadata?: object) => ({
  metadata: { name, ...metadata },
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: clusterRole },
  subjects: [subject],
});

type Confirm = (question: string) => Promise<boolean>;

export interface StolenWorld {
  hub: TestHub;
  config: Config;
  thief: Thief;
  /** As the running bot has it. */
  bot: HubClient;
  admin: Asking;
  /** The account of a grant that lives. */
  holder: string;
  /** The thief's tokens, by what they are for. */
  loot: Map<string, string>;
  /** Both resolve to what was said. */
  setup(args: string[], config?: Config): Promise<string[]>;
  rotate(args: string[], yes: boolean | Confirm, config?: Config): Promise<string[]>;
}

/** A bot that was set up as docs/install.md says, a grant that lives, and a copy of the bot's kubeconfig. */
export async function startStolenWorld(
  hub: TestHub,
  clock: Clock,
  opened: AsyncDisposableStack,
): Promise<StolenWorld> {
  opened.defer(() => hub.stop());
  const dir = mkdtempSync(join(tmpdir(), "karpor-access-thief-"));
  opened.defer(() => rmSync(dir, { recursive: true }));
  const example = parse(readFileSync(new URL("../../../karpor-access.example.yml", import.meta.url), "utf8"));
  Object.assign(example.hub, { namespace: PLACE.namespace });
  writeFileSync(join(dir, "config.yml"), stringify(example));
  writeFileSync(join(dir, "admin"), hub.adminKubeconfig);
  const config = loadForHub({ KARPOR_ACCESS_CONFIG: join(dir, "config.yml") });
  const run = async (args: string[], yes: boolean | Confirm, as = config) => {
    const lines: string[] = [];
    const options = setupOptions([...args, "--kubeconfig", join(dir, "admin")]);
    const say = (line: string) => void lines.push(line);
    const confirm = typeof yes === "boolean" ? async () => yes : yes;
    await setup(as, options, { log, clock, say, confirm });
    return lines;
  };
  await run([], false);
  const file = join(dir, "secrets", "hub.kubeconfig");
  const stolen: string = parse(readFileSync(file, "utf8")).users[0].user.token;
  const open = opened.adopt(await openHub(config, { log }), (h) => h.close());
  const bot = opened.adopt(createHubClient(open.access, { reread: open.reread }), (c) => c.close());
  const request = approved({ role: "admin", clusterRole: "karpor-admin" });
  await createGrants({ client: bot, ...PLACE, clock }).create(request, AbortSignal.timeout(5_000));
  return {
    ...{ hub, config, bot, loot: new Map(), holder: objectName(request) },
    admin: opened.adopt(hubClient(hub, hub.admin), (c) => c.close()),
    thief: createThief(
      opened.adopt(hubClient(hub), (c) => c.close()),
      stolen,
    ),
    setup: (args, as) => run(args, false, as),
    rotate: (args, yes, as) => run(["--rotate", ...args], yes, as),
  };
}

const log = pino({ level: "silent" });
