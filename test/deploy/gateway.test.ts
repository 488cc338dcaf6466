/** deploy/gateway: the page and the configuration of nginx agree with what serves them; test/attacks and test/compose try them. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Agent, request } from "undici";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { createAuthority } from "../../sandbox/hub/x509.ts";
import { needs } from "../helpers/machine.ts";
import { startNginx } from "../helpers/nginx.ts";

const text = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

test("the page's policy lets in its own script and style alone", () => {
  const page = text("deploy/gateway/login.html");
  const hashes = ["script", "style"].map((tag) => {
    const found = [...page.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, "gs"))];
    expect(found).toHaveLength(1);
    const hash = createHash("sha256").update(found[0]?.[1] ?? "");
    return `${tag}-src 'sha256-${hash.digest("base64")}'`;
  });
  expect(page).toContain(`default-src 'none'; ${hashes.join("; ")}; base-uri 'none'`);
});

test("compose and the chart fill in the same variables, all that nginx's configuration has", () => {
  const asked = (name: string) =>
    new Set([...text(`deploy/gateway/${name}.conf.template`).matchAll(/\$\{(\w+)\}/g)].map(([, one]) => one));
  const names = [...asked("gateway")].toSorted();
  const { environment, image } = parse(text("docker-compose.yml")).services.gateway;
  expect(new Set(Object.keys(environment))).toEqual(new Set([...names, ...asked("web")]));
  const chart = text("deploy/chart/templates/gateway.yaml").matchAll(/name: (GATEWAY_\w+)/g);
  expect([...chart].map(([, name]) => name).toSorted()).toEqual(names);
  expect(parse(text("deploy/chart/values.yaml")).gateway.image).toBe(image);
});

needs("nginx")("the host of the passkey pages", () => {
  test("leads to the bot's two prefixes alone, with a certificate of its own; the dashboard's host does not", async () => {
    await using opened = new AsyncDisposableStack();
    const bot = createServer(({ method, url, headers }, response) => {
      response.end(JSON.stringify({ method, url, host: headers.host, cookie: headers.cookie ?? null }));
    });
    await once(bot.listen(0, "127.0.0.1"), "listening");
    opened.defer(() => void bot.close().closeAllConnections());
    const authority = await createAuthority("ours");
    const issue = (host: string) => authority.issue({ commonName: host, hosts: [host] });
    const nginx = await startNginx({
      certificates: { tls: await issue("karpor.example.com"), web: await issue("access.example.com") },
      variables: {
        GATEWAY_KARPOR: "127.0.0.1:9",
        GATEWAY_VERIFY: "off",
        GATEWAY_CA: "none",
        GATEWAY_WEB: "access.example.com",
        GATEWAY_BOT: `127.0.0.1:${(bot.address() as AddressInfo).port}`,
      },
    });
    opened.defer(nginx.stop);

    const ask = async (host: string, path: string, body?: string) => {
      const agent = new Agent({ connect: { ca: authority.certificate, servername: host } });
      const method = body === undefined ? "GET" : "POST";
      const headers = { host, cookie: "a=1" };
      const answer = await request(`https://127.0.0.1:${nginx.port}`, {
        ...{ path, method, headers, dispatcher: agent, body: body ?? null },
      });
      const text = await answer.body.text();
      await agent.destroy();
      return { status: answer.statusCode, headers: answer.headers, text };
    };
    const pages = "access.example.com";
    for (const [path, body] of [["/access/approve/page.js?v=1"], ["/access/passkey/", "{}"]] as const) {
      const { status, headers, text } = await ask(pages, path, body);
      expect(status).toBe(200);
      expect(headers["strict-transport-security"]).toBe("max-age=31536000");
      expect(JSON.parse(text)).toEqual({
        method: body ? "POST" : "GET",
        url: path,
        host: pages,
        cookie: null,
      });
    }
    for (const path of [
      ...["/", "/status", "/readyz", "/slack/events", "/access/", "/access/login", "/access/approve"],
      ...["/access/approve/../../status", "/access/approve/%2e%2e/%2e%2e/status", "/hub/audit"],
    ])
      expect([path, (await ask(pages, path)).status]).toEqual([path, 404]);
    expect((await ask(pages, "/access/approve/", "a".repeat(5000))).status).toBe(413);
    // Nobody answers where Karpor would be: its host leads there, and not to the bot.
    expect((await ask("karpor.example.com", "/access/approve/")).status).toBe(502);
  });
});
