/** Against deploy/gateway: pages on a sibling host, and links of others, in the browser of somebody who is logged in. */
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { Agent, request } from "undici";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../sandbox/clock.ts";
import { type HubCaller, hubClient } from "../../sandbox/hub/client.ts";
import { startLocalHub } from "../../sandbox/hub/index.ts";
import type { LocalHub } from "../../sandbox/hub/options.ts";
import { closedRoles } from "../../sandbox/hub/roles.ts";
import { type Authority, createAuthority } from "../../sandbox/hub/x509.ts";
import { CHROMIUM, needs } from "../helpers/machine.ts";
import { startNginx } from "../helpers/nginx.ts";

const KARPOR = "karpor.example.com";
const WIKI = "wiki.example.com";
const READ = "/rest-api/v1/clusters";
const STREAM = "/rest-api/v1/insight/aggregator/log/pod/web/default/web-0";
const AI = "/rest-api/v1/insight/aggregator/log/diagnosis/stream";

let hub: LocalHub;
let admin: HubCaller;
let authority: Authority;
let port: number;
const opened = new AsyncDisposableStack();

needs("nginx")("the gateway", () => {
  beforeAll(async () => {
    hub = opened.use(await startLocalHub({ clock: systemClock(), roles: closedRoles }));
    admin = opened.adopt(hubClient(hub, hub.admin), (client) => client.close());
    authority = await createAuthority("ours");
    const tls = await authority.issue({ commonName: "gateway", hosts: [KARPOR] });
    const nginx = await startNginx({
      certificates: { tls },
      variables: {
        GATEWAY_KARPOR: new URL(hub.url).host,
        GATEWAY_VERIFY: "off",
        GATEWAY_CA: "none",
        GATEWAY_WEB: "web.invalid",
        GATEWAY_BOT: "127.0.0.1:9",
      },
    });
    opened.defer(nginx.stop);
    port = nginx.port;
  });
  afterAll(() => opened.disposeAsync());

  test("takes the cookie for the dashboard's own streams, and for nothing else", async () => {
    const { token } = await makeHolder("alone");
    const cookie = { cookie: `other=1; __Host-karpor_token=${token}` };
    const from = (site: string) => ({ ...cookie, "sec-fetch-site": site });
    const own = from("same-origin");
    const outcomes: [string, string, Record<string, string>, number][] = [
      ["GET", STREAM, own, 200],
      ["GET", STREAM, from("same-site"), 403],
      ["GET", STREAM, from("cross-site"), 403],
      ["GET", STREAM, from("none"), 403],
      ["GET", STREAM, cookie, 403],
      ["GET", STREAM, { ...own, cookie: `karpor_token=${token}` }, 403],
      ["GET", STREAM, { ...own, cookie: `x__Host-karpor_token=${token}` }, 403],
      ["GET", STREAM, { ...own, authorization: "Bearer rubbish" }, 401],
      ["GET", READ, own, 403],
      ["GET", "/rest-api/v1/insight/detail", own, 403],
      ["GET", "/rest-api/v1/insight/aggregator/../../clusters", own, 403],
      ["GET", READ, { authorization: `Bearer ${token}` }, 200],
      ["POST", AI, from("same-site"), 403],
      ["DELETE", "/rest-api/v1/cluster/production", own, 403],
    ];
    for (const [method, path, headers, status] of outcomes)
      expect([method, path, headers, (await ask(method, path, headers)).status]).toEqual([
        ...[method, path, headers, status],
      ]);
  });

  test("lets no other origin read, and nobody frame", async () => {
    const { token } = await makeHolder("read");
    const foreign = { origin: `https://${WIKI}`, authorization: `Bearer ${token}` };
    const preflight = { origin: foreign.origin, "access-control-request-method": "DELETE" };
    const answers = [
      await ask("GET", READ, foreign),
      await ask("GET", STREAM, foreign),
      await ask("OPTIONS", READ, preflight),
      await ask("GET", "/insight"),
      await ask("GET", READ),
      await ask("GET", "/access/login"),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 200, 403, 200]);
    for (const { headers } of answers) {
      expect(Object.keys(headers).filter((name) => name === "access-control-allow-origin")).toEqual([]);
      expect(headers).toMatchObject({
        "x-frame-options": "DENY",
        "content-security-policy": "frame-ancestors 'none'",
        "strict-transport-security": "max-age=31536000",
      });
    }
  });

  needs("Chromium")("in a browser", () => {
    let context: BrowserContext;
    let wikiPort: number;
    beforeAll(async () => {
      const wiki = await authority.issue({ commonName: "wiki", hosts: [WIKI] });
      const server = createServer({ cert: wiki.certificate, key: wiki.key }, (_, response) => {
        response.setHeader("content-type", "text/html").end("<title>Wiki</title>");
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      opened.defer(() => void server.close().closeAllConnections());
      wikiPort = (server.address() as AddressInfo).port;
    });
    beforeEach(async () => {
      const hosts = `MAP ${KARPOR}:443 127.0.0.1:${port}, MAP ${WIKI}:443 127.0.0.1:${wikiPort}`;
      const args = ["--no-sandbox", "--disable-gpu", `--host-resolver-rules=${hosts}`];
      const browser = await chromium.launch({ executablePath: CHROMIUM, args });
      context = await browser.newContext({ ignoreHTTPSErrors: true, locale: "en-GB" });
      context.setDefaultTimeout(15_000);
      return () => browser.close();
    });

    test("gives a sibling's page nothing of who is logged in", async () => {
      const { token, user } = await makeHolder("victim");
      const dashboard = await logIn(token);
      expect(await fetchIn(dashboard, STREAM)).toBe(200);
      const seen = () => hub.requests.filter((one) => one.user === user).length;
      const before = seen();

      const page = await context.newPage();
      await page.goto(`https://${WIKI}/`);
      await page.evaluate(
        `document.cookie = "__Host-karpor_token=planted; domain=example.com; path=/; secure"`,
      );
      await page.evaluate(`document.cookie = "karpor_token=planted; domain=example.com; path=/; secure"`);
      for (const [method, path] of [
        ["GET", STREAM],
        ["POST", AI],
        ["DELETE", "/rest-api/v1/cluster/production"],
      ]) {
        const url = `https://${KARPOR}${path}`;
        for (const mode of ["cors", "no-cors"])
          expect(await fetchIn(page, url, { method, mode, credentials: "include" })).toBe("unreadable");
      }
      await page.goto(`https://${KARPOR}${STREAM}`, { referer: `https://${WIKI}/` });
      expect(seen()).toBe(before);

      await page.goto(`https://${WIKI}/`);
      await page.evaluate(`document.body.innerHTML = '<iframe src="https://${KARPOR}/insight"></iframe>'`);
      await expect.poll(() => page.frames()[1]?.url()).toBe("chrome-error://chromewebdata/");

      expect(await fetchIn(dashboard, STREAM)).toBe(200);
      expect(seen()).toBe(before + 1);
    });

    test("lets no stranger's link replace a login unasked", async () => {
      const [own, foreign] = [await makeHolder("own"), await makeHolder("foreign")];
      const page = await logIn(own.token);
      const link = `https://${KARPOR}/access/login#${foreign.token}`;
      await page.goto(link);
      await page.getByRole("heading", { name: "Log in as this request instead?" }).waitFor();
      expect(page.url()).toBe(`https://${KARPOR}/access/login`);
      await page.getByRole("button", { name: "Stay logged in" }).click();
      await page.waitForURL("**/insight");
      expect(await kept(page)).toEqual([own.token, own.token]);

      await page.goto(link);
      await page.getByRole("button", { name: "Log in as this request" }).click();
      await page.waitForURL("**/insight");
      expect(await kept(page)).toEqual([foreign.token, foreign.token]);

      // A new token of the same account asks nothing.
      const renewed = await mint("foreign", 20 * 24 * 3600);
      const before = Date.now() / 1000;
      await logIn(renewed, page);
      expect(await kept(page)).toEqual([renewed, renewed]);
      const [cookie] = await context.cookies();
      expect(cookie).toMatchObject({ path: "/", domain: KARPOR, secure: true, sameSite: "Strict" });
      expect(((cookie?.expires ?? 0) - before) / 3600 / 24).toBeCloseTo(7, 2);
    });

    async function logIn(token: string, page?: Page): Promise<Page> {
      const opened = page ?? (await context.newPage());
      await opened.goto(`https://${KARPOR}/access/login#${token}`);
      await opened.waitForURL("**/insight");
      return opened;
    }

    /** The dashboard's token, and the cookie's. */
    async function kept(page: Page): Promise<unknown[]> {
      const cookies = await context.cookies(`https://${KARPOR}`);
      return [await page.evaluate("localStorage.token"), ...cookies.map(({ value }) => value)];
    }
  });
});

async function ask(method: string, path: string, headers: Record<string, string> = {}) {
  await using dispatcher = closing(new Agent({ connect: { rejectUnauthorized: false } }));
  const answer = await request(`https://127.0.0.1:${port}`, {
    ...{ path, method: method as "GET", dispatcher: dispatcher.agent, headers: { host: KARPOR, ...headers } },
  });
  await answer.body.dump();
  return { status: answer.statusCode, headers: answer.headers };
}

const closing = (agent: Agent) => ({ agent, [Symbol.asyncDispose]: () => agent.destroy() });

/** The status that a page's own script gets; what it may not read is unreadable. */
const fetchIn = (page: Page, url: string, options: object = {}): Promise<number | string> =>
  page.evaluate(`fetch(${JSON.stringify(url)}, ${JSON.stringify(options)})
    .then(({ status, type }) => (type === "opaque" ? "unreadable" : status), () => "unreadable")`);

/** An account that has karpor-guest, its token, and what the hub calls it. */
async function makeHolder(name: string): Promise<{ token: string; user: string }> {
  await admin("POST", "/api/v1/namespaces/default/serviceaccounts", { body: { metadata: { name } } });
  const body = {
    metadata: { name },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "karpor-guest" },
    subjects: [{ kind: "ServiceAccount", namespace: "default", name }],
  };
  await admin("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", { body });
  return { token: await mint(name, 3600), user: `system:serviceaccount:default:${name}` };
}

async function mint(name: string, expirationSeconds: number): Promise<string> {
  const path = `/api/v1/namespaces/default/serviceaccounts/${name}/token`;
  const { body } = await admin("POST", path, { body: { spec: { expirationSeconds } } });
  return (body.status as { token: string }).token;
}
