/** `setup --hub-audit`: printed, and put into Karpor's Secret and taken out of it by the administrator of Karpor's namespace, on a real API server. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { parse, stringify } from "yaml";
import { type HubCaller, hubClient } from "../../../sandbox/hub/client.ts";
import { envtestAdvice, envtestAvailable, startEnvtest } from "../../../sandbox/hub/envtest.ts";
import type { TestHub } from "../../../sandbox/hub/types.ts";
import { auditPolicy, setUpHubAudit } from "../../../src/cli/setup/hub-audit.ts";
import { asksForHubAudit } from "../../../src/cli/setup/options.ts";
import { loadForHub } from "../../../src/config.ts";
import { kubeconfig } from "../../helpers/bot-account.ts";
import { needs } from "../../helpers/needs.ts";

const TOKEN = "planted-hub-audit-secret-0123456789";
const URL_OF_BOT = "https://bot.example.com:8443";
const POLICY = "karpor-access-audit-policy.yaml";
const WEBHOOK = "karpor-access-audit-webhook.yaml";
const EXAMPLE = readFileSync(new URL("../../../karpor-access.example.yml", import.meta.url), "utf8");

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "karpor-access-hub-audit-"));
});
afterAll(() => rmSync(dir, { recursive: true }));

const yes = async () => true;
const no = async () => false;
const neverAsked = () => Promise.reject(new Error("Nobody can be asked here."));

/** As the command line does; resolves to what it said. */
async function run(args: string[], confirm: () => Promise<boolean> = neverAsked): Promise<string> {
  const file = { ...parse(EXAMPLE), audit: { hub: { tokenEnv: "HUB_AUDIT_TOKEN" } } };
  file.hub.namespace = "guests";
  writeFileSync(join(dir, "config.yml"), stringify(file));
  const config = loadForHub({ KARPOR_ACCESS_CONFIG: join(dir, "config.yml"), HUB_AUDIT_TOKEN: TOKEN });
  const lines: string[] = [];
  const options = asksForHubAudit(args);
  if (!options) throw new Error("It was not asked for.");
  await setUpHubAudit(config, options, {
    say: (line) => void lines.push(line),
    confirm,
  });
  return lines.join("\n");
}

test("printed where --from-cluster is left out: the policy, and the webhook with the secret", async () => {
  const said = await run(["--hub-audit", URL_OF_BOT]);
  const [policy = "", webhook = ""] = said.split(/^---$/m);
  expect(policy).toBe(`# ${POLICY}\n${auditPolicy("guests")}`);
  expect(parse(webhook)).toMatchObject({
    clusters: [{ cluster: { server: `${URL_OF_BOT}/hub-audit` } }],
    users: [{ user: { token: TOKEN } }],
  });
});

test.each([["--remove"], ["--dry-run"], ["--yes"], ["--context", "c"], ["--namespace", "n"]])(
  "%s without --from-cluster is refused",
  async (...args) => {
    await expect(run(["--hub-audit", URL_OF_BOT, ...args])).rejects.toThrow("are of --from-cluster");
  },
);

needs(envtestAvailable(), envtestAdvice)("in a cluster", () => {
  const AT = "/api/v1/namespaces/karpor";
  const SECRET = `${AT}/secrets/karpor-secret`;
  const SERVER = "/apis/apps/v1/namespaces/karpor/deployments";
  const RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/karpor/rolebindings";
  /** Karpor's own, which no act of ours may lose. */
  const KARPORS = { "ca.crt": Buffer.from("Karpor's").toString("base64") };
  const PUT = ["--hub-audit", URL_OF_BOT, "--from-cluster"];
  let host: TestHub;
  let ask: HubCaller;
  beforeAll(async () => {
    host = await startEnvtest();
    ask = hubClient(host, host.admin);
    await make("/api/v1/namespaces", { metadata: { name: "karpor" } });
    for (const name of ["administrator", "nobody"]) {
      await make(`${AT}/serviceaccounts`, { metadata: { name } });
      const { body } = await ask("POST", `${AT}/serviceaccounts/${name}/token`, { body: { spec: {} } });
      const { token } = body.status as { token: string };
      writeFileSync(join(dir, name), kubeconfig(host, token));
    }
    // What a controller puts together to the ClusterRole admin; none runs here.
    for (const part of ["admin", "edit", "view"])
      await make(RBAC, {
        metadata: { name: part },
        roleRef: {
          apiGroup: "rbac.authorization.k8s.io",
          kind: "ClusterRole",
          name: `system:aggregate-to-${part}`,
        },
        subjects: [{ kind: "ServiceAccount", name: "administrator", namespace: "karpor" }],
      });
  });
  afterAll(async () => {
    await ask?.close();
    await host?.stop();
  });
  beforeEach(async () => {
    vi.stubEnv("KUBECONFIG", join(dir, "administrator"));
    await ask("DELETE", SECRET);
    await make(`${AT}/secrets`, { metadata: { name: "karpor-secret" }, data: KARPORS });
    await serve();
  });
  afterEach(() => vi.unstubAllEnvs());

  async function make(path: string, body: object) {
    const reply = await ask("POST", path, { body });
    expect(reply.status, reply.body.message).toBe(201);
  }
  /** karpor-server, as helm made it. */
  async function serve(...args: string[]) {
    const labels = { app: "karpor-server" };
    const containers = [{ name: "karpor-server", image: "karpor", args: ["--secure-port=7443", ...args] }];
    await ask("DELETE", `${SERVER}/karpor-server`);
    await make(SERVER, {
      metadata: {
        name: "karpor-server",
        annotations: { "meta.helm.sh/release-name": "hub", "meta.helm.sh/release-namespace": "tools" },
      },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    });
  }
  const FLAGS = [`--audit-policy-file=/etc/karpor/${POLICY}`];
  const server = async () => (await ask("GET", `${SERVER}/karpor-server`)).body;
  async function files(): Promise<Record<string, string>> {
    const { data } = (await ask("GET", SECRET)).body as { data: Record<string, string> };
    expect(data).toMatchObject(KARPORS);
    const { "ca.crt": _, ...ours } = data;
    const text = (value: string) => Buffer.from(value, "base64").toString();
    return Object.fromEntries(Object.entries(ours).map(([name, value]) => [name, text(value)]));
  }

  test("shows what it puts there, asks, puts both, says the next command, and changes nothing the second time", async () => {
    const before = await server();
    const dry = await run([...PUT, "--dry-run"]);
    expect(dry).toMatch(
      new RegExp(`^  add        ${POLICY}: .*\n  add        ${WEBHOOK}: .*bot.example.com`),
    );
    expect(dry).toMatch(/Nothing was changed\.$/);
    await expect(run(PUT, no)).rejects.toThrow("Nothing was changed.");
    expect(await files()).toEqual({});

    const said = await run(PUT, yes);
    expect(said).toContain("updated    Secret karpor/karpor-secret");
    expect(said).toContain(
      "helm upgrade hub kusionstack/karpor -n tools --reuse-values --post-renderer karpor-flags",
    );
    expect(dry + said).not.toContain(TOKEN);
    const { [POLICY]: policy, [WEBHOOK]: webhook = "", ...others } = await files();
    expect(others).toEqual({});
    expect(policy).toBe(auditPolicy("guests"));
    expect(parse(webhook).users).toEqual([{ name: "karpor-access", user: { token: TOKEN } }]);

    expect(await run(PUT)).toMatch(/unchanged {2}Secret .*\n\nNext, the flags: helm upgrade/);
    expect(await server()).toEqual(before);
  });

  test("asks nobody with --yes; where the flags stand, what it replaced comes in with a restart, and is not removed from under them", async () => {
    await run([...PUT, "--yes"]);
    await serve(...FLAGS);
    expect(await run([...PUT, "--yes"])).not.toContain("Next");
    const moved = ["--hub-audit", "https://other.example.com", "--from-cluster", "--yes"];
    const said = await run(moved);
    expect(said).toMatch(new RegExp(`^  unchanged  ${POLICY}.*\n  replace    ${WEBHOOK}.*other.example.com`));
    expect(said).toContain("until now https://bot.example.com:8443: a hub tells one bot alone");
    expect(said).toContain("kubectl -n karpor rollout restart deployment/karpor-server");
    await expect(run([...moved, "--remove"])).rejects.toThrow(
      "First, without --post-renderer: helm upgrade hub kusionstack/karpor -n tools --reuse-values",
    );
    expect(Object.keys(await files())).toEqual([POLICY, WEBHOOK]);
  });

  test("--remove takes both out, shown and asked first, and nothing else", async () => {
    await run([...PUT, "--yes"]);
    const dry = await run([...PUT, "--remove", "--dry-run"]);
    expect(dry).toBe(`  remove     ${POLICY}\n  remove     ${WEBHOOK}\n\nNothing was changed.`);
    await expect(run([...PUT, "--remove"], no)).rejects.toThrow("Nothing was changed.");
    expect(Object.keys(await files())).toEqual([POLICY, WEBHOOK]);
    await run([...PUT, "--remove"], yes);
    expect(await files()).toEqual({});
    expect(await run([...PUT, "--remove"])).toBe("  unchanged  Secret karpor/karpor-secret");
  });

  test("what another changed in the Secret while it asked is not lost", async () => {
    const meanwhile = async () => {
      const body = { data: { theirs: Buffer.from("new").toString("base64") } };
      await ask("PATCH", SECRET, { body, type: "application/merge-patch+json" });
      return true;
    };
    await expect(run(PUT, meanwhile)).rejects.toThrow(/409.*changed meanwhile: run this again/);
    expect(await files()).toEqual({ theirs: "new" });
  });

  test("says what to do without the right, and where there is no Karpor", async () => {
    await expect(run([...PUT, "--namespace", "default"])).rejects.toThrow(/Secret default.*403.*--namespace/);
    vi.stubEnv("KUBECONFIG", join(dir, "nobody"));
    await expect(run(PUT)).rejects.toThrow(/Cannot read Secret karpor\/karpor-secret.*403/);
    vi.stubEnv("KUBECONFIG", join(dir, "administrator"));
    await ask("DELETE", `${SERVER}/karpor-server`);
    await expect(run(PUT)).rejects.toThrow(/no such Deployment.*karpor\/karpor-server.*--namespace/);
    await ask("DELETE", SECRET);
    await expect(run(PUT)).rejects.toThrow(/no such Secret.*karpor\/karpor-secret.*--namespace/);
  });
});
