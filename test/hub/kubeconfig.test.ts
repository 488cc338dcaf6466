import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { stringify } from "yaml";
import { chartKubeconfig } from "../../sandbox/hub/kubeconfig.ts";
import { createAuthority } from "../../sandbox/hub/x509.ts";
import { parseKubeconfig, readKubeconfig } from "../../src/hub/kubeconfig/kubeconfig.ts";

const directory = mkdtempSync(join(tmpdir(), "karpor-access-kubeconfig-"));
afterAll(() => rmSync(directory, { recursive: true }));

const authority = await createAuthority("ca");
const admin = await authority.issue({ commonName: "admin", organization: "system:masters" });
const PEM = authority.certificate;
const base64 = (text: string) => Buffer.from(text).toString("base64");

const config = (cluster: object, user: object) =>
  stringify({
    clusters: [{ name: "hub", cluster: { server: "https://hub.example.com:7443/", ...cluster } }],
    users: [
      { name: "bot", user },
      { name: "someone else", user: { exec: { command: "aws" } } },
    ],
    contexts: [{ name: "here", context: { cluster: "hub", user: "bot" } }],
    "current-context": "here",
  });
const file = (name: string, content: string) => {
  writeFileSync(join(directory, name), content);
  return name;
};

it("takes the chart's own kubeconfig, and warns with the mend", () => {
  const access = parseKubeconfig(chartKubeconfig("https://karpor-server.karpor.svc:7443", admin));
  expect(access).toMatchObject({
    server: "https://karpor-server.karpor.svc:7443",
    insecure: true,
    credential: { kind: "certificate", certificate: admin.certificate },
  });
  expect(access).not.toHaveProperty("ca");
  expect(access.warnings.join()).toMatch(/insecure-skip-tls-verify.*certificate-authority-data/s);
});

it("takes a token and an authority, and warns of nothing", () => {
  const access = parseKubeconfig(
    config({ "certificate-authority-data": base64(PEM), "tls-server-name": "localhost" }, { token: "t.o.k" }),
  );
  expect(access).toMatchObject({
    server: "https://hub.example.com:7443",
    ca: PEM,
    serverName: "localhost",
    insecure: false,
    warnings: [],
  });
  expect(access.credential.kind === "token" && access.credential.token().reveal()).toBe("t.o.k");
});

it("lets the configuration name another server", () => {
  const access = parseKubeconfig(config({}, { token: "t" }), { server: "https://127.0.0.1:7443" });
  expect(access.server).toBe("https://127.0.0.1:7443");
});

it("reads files relative to itself, and a token file anew each time", () => {
  const user = { tokenFile: file("token", "first\n") };
  const path = join(
    directory,
    file("hub.kubeconfig", config({ "certificate-authority": file("ca", PEM) }, user)),
  );
  const { ca, credential } = readKubeconfig(path);
  expect(ca).toBe(PEM);
  if (credential.kind !== "token") throw new Error("no token");
  expect(credential.token().reveal()).toBe("first");
  file("token", "second\n");
  expect(credential.token().reveal()).toBe("second");
});

it("reads a client certificate from files", () => {
  const user = {
    "client-certificate": file("crt", admin.certificate),
    "client-key": file("key", admin.key),
  };
  const { credential } = parseKubeconfig(config({}, user), { directory });
  expect(credential.kind === "certificate" && credential.key.reveal()).toBe(admin.key);
});

it.each([
  ["certificate-authority", { "certificate-authority": "ca" }, { token: "t" }],
  ["tokenFile", {}, { tokenFile: "token" }],
  ["client-certificate", {}, { "client-certificate": "crt", "client-key": "key" }],
])("reads no file for a foreign kubeconfig (%s)", (field, cluster, user) => {
  expect(() => parseKubeconfig(config(cluster, user), { directory, foreign: true })).toThrow(
    `names a local file (${field})`,
  );
});

it.each([
  ["a command", {}, { exec: { command: "aws" } }, /command.*ServiceAccount token/],
  ["an auth-provider", {}, { "auth-provider": { name: "gcp" } }, /auth-provider.*ServiceAccount token/],
  ["a password", {}, { username: "root", password: "hunter2" }, /ServiceAccount token/],
  ["an impersonation", {}, { token: "t", as: "root" }, /impersonates/],
  ["a proxy", { "proxy-url": "http://proxy" }, { token: "t" }, /proxy-url: remove/],
  ["no credential", {}, {}, /add one/],
  ["a certificate without its key", {}, { "client-certificate-data": base64(PEM) }, /add one/],
  [
    "an authority that is not verified",
    { "insecure-skip-tls-verify": true, "certificate-authority-data": "eA==" },
    { token: "t" },
    /remove the latter/,
  ],
  ["an authority that is no PEM", { "certificate-authority-data": base64("x") }, { token: "t" }, /no PEM/],
  ["a server without TLS", { server: "http://hub:7443" }, { token: "t" }, /https:/],
  ["a server that is none", { server: "hub" }, { token: "t" }, /https:/],
  ["a missing file", {}, { tokenFile: "nowhere" }, /Cannot read nowhere/],
])("refuses %s, saying what to do", (_, cluster, user, sentence) => {
  expect(() => parseKubeconfig(config(cluster, user), { directory })).toThrow(sentence);
});

it.each([
  ["no YAML", "{", /no YAML/],
  ["another kind of YAML", "a: 1", /no kubeconfig.*current-context/],
  ["nothing", "", /no kubeconfig/],
  [
    "a context that is not there",
    config({}, {}).replace("current-context: here", "current-context: there"),
    /no context "there"/,
  ],
  ["a user that is not there", config({}, {}).replace("name: bot", "name: rob"), /no user "bot"/],
  ["a token that is a number", config({}, { token: 1 }), /user bot.*token/],
])("refuses %s, saying what to do", (_, text, sentence) => {
  expect(() => parseKubeconfig(text)).toThrow(sentence);
});

it("repeats no secret in what it says", () => {
  const text = config({ server: "https://root:hunter2@hub" }, { token: "hunter2" });
  expect(() => parseKubeconfig(text)).toThrow(/^((?!hunter2).)*$/s);
});

it("says which file is missing", () => {
  expect(() => readKubeconfig(join(directory, "none"))).toThrow(
    /Cannot read the kubeconfig .*none: put it there/,
  );
});
