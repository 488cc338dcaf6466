/** `setup --close-anonymous` with hub.gateway: nothing goes without a token, and with one nothing is lost. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { scratch } from "../../sandbox/child.ts";
import { systemClock } from "../../sandbox/clock.ts";
import { type HubCaller, hubClient } from "../../sandbox/hub/client.ts";
import { startEnvtest } from "../../sandbox/hub/envtest.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { setup } from "../../src/cli/setup/index.ts";
import { eventually } from "../helpers/eventually.ts";
import { needs } from "../helpers/machine.ts";
import { APPROVALS } from "../helpers/people.ts";
import { roles } from "../helpers/roles.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const READ = "/rest-api/v1/clusters";
const STREAM = "/rest-api/v1/insight/aggregator/log/pod/c/n/p";
const OWN = {
  ...{ ...roles.guest, clusterRole: "karpor-access-search" },
  rules: [{ nonResourceURLs: ["/search/*"], verbs: ["get"] }],
};
const ROLES = ["karpor-guest", "karpor-admin", OWN.clusterRole];

describe("on the stand-in", () => tell(() => startLocalHub({ clock: systemClock() })));
needs("a real API server")("on a real API server", () => tell(() => startEnvtest()));

function tell(start: () => Promise<TestHub>): void {
  let hub: TestHub;
  let admin: HubCaller;
  let nobody: HubCaller;
  let folder: ReturnType<typeof scratch>;
  beforeAll(async () => {
    folder = scratch("karpor-access-gateway");
    hub = await start();
    [admin, nobody] = [hubClient(hub, hub.admin), hubClient(hub)];
    writeFileSync(join(folder.path, "admin"), hub.adminKubeconfig);
  });
  afterAll(async () => {
    folder.remove();
    await Promise.all([admin.close(), nobody.close()]);
    await hub.stop();
  });

  async function run(line: string, { answer = true, catalog = { ...roles, own: OWN } as object } = {}) {
    const dashboard = "https://karpor.example.com";
    const file = {
      ...{ instance: "test", slack: { channel: APPROVALS }, admins: ["U0ALICE"], roles: catalog },
      hub: { name: "test", kubeconfig: "own.kubeconfig", dashboard, gateway: true },
    };
    writeFileSync(join(folder.path, "config.yml"), stringify(file));
    const out = line === "" ? ["--out", join(folder.path, "own.kubeconfig")] : [];
    const lines: string[] = [];
    await setup([...line.split(" ").filter(Boolean), ...out, "--kubeconfig", join(folder.path, "admin")], {
      variables: { KARPOR_ACCESS_CONFIG: join(folder.path, "config.yml") },
      ...{ log: pino({ level: "silent" }, { write() {} }), colour: false, clock: systemClock() },
      say: (said) => void lines.push(said),
      confirm: async () => answer,
    });
    return lines.join("\n");
  }

  const rulesOf = async (name: string) => (await admin("GET", `${RBAC}/clusterroles/${name}`)).body.rules;
  const allRules = () => Promise.all([...ROLES, "anonymous"].map(rulesOf));
  const status = async (method: string, path: string, token?: string) =>
    (await nobody(method, path, token ? { token } : {})).status;

  /** A token of an account that has this role. */
  async function holderOf(clusterRole: string): Promise<string> {
    const accounts = "/api/v1/namespaces/default/serviceaccounts";
    await admin("POST", accounts, { body: { metadata: { name: clusterRole } } });
    const body = {
      metadata: { name: `holder-${clusterRole}` },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: clusterRole },
      subjects: [{ kind: "ServiceAccount", namespace: "default", name: clusterRole }],
    };
    expect((await admin("POST", `${RBAC}/clusterrolebindings`, { body })).status).toBe(201);
    const made = await admin("POST", `${accounts}/${clusterRole}/token`, { body: { spec: {} } });
    return (made.body.status as { token: string }).token;
  }

  test("it is shown, asked, done once, kept by setup, and undone", async () => {
    await run("");
    const before = await allRules();
    await expect(run("--close-anonymous --keep-streams")).rejects.toMatchObject({ name: "UsageError" });
    const shown = await run("--close-anonymous --dry-run");
    for (const name of ["karpor-guest", "karpor-admin", "anonymous"])
      expect(shown).toContain(`ClusterRole ${name}:`);
    await expect(run("--close-anonymous", { answer: false })).rejects.toThrow("Nothing was changed.");
    expect(await allRules()).toEqual(before);

    const tokens = await Promise.all(ROLES.map(holderOf));
    expect(await run("--close-anonymous")).toContain("refuses what comes without a token");
    expect([await status("GET", READ), await status("GET", STREAM), await status("POST", STREAM)]).toEqual([
      403, 403, 403,
    ]);
    for (const token of tokens) await eventually(async () => (await status("POST", STREAM, token)) === 404);
    expect([await status("GET", "/search/x", tokens[2]), await status("GET", READ, tokens[2])]).toEqual([
      404, 403,
    ]);

    const closed = await allRules();
    expect((await run("--close-anonymous")).match(/^ {2}unchanged /gm)).toHaveLength(ROLES.length + 1);
    expect(await run("")).not.toMatch(/^ {2}(made|updated) /m);
    expect(await allRules()).toEqual(closed);

    expect(await run("--open-anonymous", { catalog: { guest: roles.admin } })).toContain(
      "updated    ClusterRole karpor-guest",
    );
    expect(await allRules()).toEqual(before);
  });
}
