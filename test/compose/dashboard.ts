/** What the gateway lets through, as a browser and as Chromium itself see it, and what it passes on. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { chromium } from "playwright-core";
import { Agent, fetch, request } from "undici";
import type { Credentials } from "../../sandbox/hub/types.ts";
import type { SlackMessage } from "../../sandbox/slack/index.ts";
import { eventually } from "../helpers/eventually.ts";
import { tokenIn } from "../helpers/scene.ts";

const CHROMIUM = process.env.CHROMIUM || "/usr/bin/chromium";
const LOGIN = "/access/login";
const READ = "/rest-api/v1/clusters";
const STREAM = "/rest-api/v1/insight/aggregator/log/pod/production/shop/cart";
/** Not in the pages, the reads or the streams. */
const NOT_A_GUESTS = "/rest-api/v1/insight/stats";
const PATIENCE = 30_000;

/** The API server has none of Karpor's paths: what it lets in it does not find. */
const LET_IN = 404;
const FORBIDDEN = 403;
const NOT_A_TOKEN = 401;

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const cookie = (token: string) => ({
  cookie: `other=1; __Host-karpor_token=${token}`,
  "sec-fetch-site": "same-origin",
});

/** Of the button "Open Karpor". */
const linkIn = (message: SlackMessage): string =>
  /https:[^"]+\/access\/login#[^"]+/.exec(JSON.stringify(message.blocks))?.[0] ?? "";

const claimsOf = (token: string): { exp: number; sub: string } =>
  JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());

type Headers = Record<string, string>;
export interface Dashboard {
  /** With a body it is a POST. */
  ask(path: string, headers?: Headers, body?: string): ReturnType<typeof fetch>;
  url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export function dashboardAt(port: number): Dashboard {
  const url = `https://localhost:${port}`;
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  return {
    url,
    ask: (path, headers = {}, body) =>
      fetch(url + path, { headers, dispatcher, ...(body !== undefined && { method: "POST", body }) }),
    [Symbol.asyncDispose]: () => dispatcher.destroy(),
  };
}

/** `token` is a karpor-guest's, and the role `anonymous` is cut to the pages. */
export async function tryGateway({ ask }: Dashboard, token: string): Promise<void> {
  const answers: [string, string, Headers, number][] = [
    ["a page", "/insight", {}, LET_IN],
    ["a read without a token", READ, {}, FORBIDDEN],
    ["a read with the cookie alone", READ, cookie(token), FORBIDDEN],
    ["a read with the token", READ, bearer(token), LET_IN],
    ["a stream without anything", STREAM, {}, FORBIDDEN],
    ["a stream with the cookie", STREAM, cookie(token), LET_IN],
    ["a stream with rubbish in the cookie", STREAM, cookie("rubbish"), NOT_A_TOKEN],
    ["a stream with an empty cookie", STREAM, cookie(""), FORBIDDEN],
    [
      "a stream as a sibling's page asks",
      STREAM,
      { ...cookie(token), "sec-fetch-site": "same-site" },
      FORBIDDEN,
    ],
    ["a stream with a token of its own", STREAM, { ...bearer(token), ...cookie("rubbish") }, LET_IN],
  ];
  for (const [what, path, headers, status] of answers)
    assert.equal((await ask(path, headers)).status, status, what);
  const refusal = await ask(NOT_A_GUESTS, cookie(token), "{}");
  assert.equal(refusal.status, FORBIDDEN);
  assert((await refusal.text()).includes("system:anonymous"), "the cookie says nothing beside the streams");
  await tryLoginPage(await ask(LOGIN));
}

async function tryLoginPage({ status, headers }: Awaited<ReturnType<typeof fetch>>): Promise<void> {
  assert.equal(status, 200);
  assert.match(headers.get("content-type") ?? "", /^text\/html/);
  assert.equal(headers.get("cache-control"), "no-store");
  assert.equal(headers.get("referrer-policy"), "no-referrer");
  assert.equal(headers.get("x-content-type-options"), "nosniff");
  assert.equal(headers.get("content-security-policy"), "frame-ancestors 'none'");
}

/** When the grant has ended. */
export async function tryDeadCookie({ ask }: Dashboard, token: string): Promise<void> {
  assert.equal((await ask(STREAM, cookie(token))).status, NOT_A_TOKEN);
}

/** The link of the DM, clicked: logged in, and no trace of the token in the address or the history. */
export async function tryInChromium({ url }: Dashboard, message: SlackMessage): Promise<void> {
  if (!existsSync(CHROMIUM)) {
    assert(!process.env.CI, `There is no ${CHROMIUM}; CHROMIUM names another.`);
    return;
  }
  await using browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  const open = async (link: string) => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    await page.goto(link);
    await page.waitForURL(`${url}/insight`);
    const { cookies, origins } = await context.storageState();
    const kept = origins.flatMap((origin) => origin.localStorage).map(({ name, value }) => [name, value]);
    return { page, cookies, kept: Object.fromEntries(kept) };
  };
  const token = tokenIn(message);
  const { page, cookies, kept } = await open(linkIn(message));
  assert.equal(kept.token, token);
  assert.deepEqual(JSON.parse(JSON.parse(kept["persist:root"]).globalSlice), { isLogin: true });
  const { exp } = claimsOf(token);
  const [{ domain: _, ...set } = { domain: "" }, ...more] = cookies;
  const { expires, ...shape } = set as { expires?: number };
  assert.deepEqual(shape, {
    ...{ name: "__Host-karpor_token", value: token, path: "/" },
    ...{ httpOnly: false, secure: true, sameSite: "Strict" },
  });
  assert(Math.abs((expires ?? 0) - exp) < 5, "the cookie ends with the token");
  assert.deepEqual(more, []);
  assert.equal(await page.evaluate(`fetch("${STREAM}").then(({ status }) => status)`), LET_IN);
  assert.equal((await page.goto(url + STREAM))?.status(), FORBIDDEN, "an address that is typed");
  await page.goBack();
  await page.goBack();
  assert.equal(page.url(), "about:blank");
  for (const fragment of ["", "rubbish", "a.b.c"]) {
    const stranger = await open(`${url}${LOGIN}#${fragment}`);
    assert.deepEqual([stranger.cookies, stranger.kept], [[], {}]);
  }
}

/** The host of the passkey pages leads to the bot, on two prefixes alone: elsewhere nginx itself answers. */
export async function tryWebHost({ url }: Dashboard, host: string): Promise<void> {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const isOfBot = async (path: string) => {
    // fetch would say the host of the address.
    const { statusCode, body } = await request(url + path, { headers: { host }, dispatcher });
    return statusCode < 500 && !(await body.text()).includes("<center>nginx</center>");
  };
  assert.equal(await isOfBot("/access/approve/"), true);
  assert.equal(await isOfBot("/access/passkey/"), true);
  assert.equal(await isOfBot("/readyz"), false);
  await dispatcher.destroy();
}

/** A Karpor that says what reached it, and then nothing more: an open stream. */
export async function startMirror(host: string, { certificate, key }: Credentials) {
  const server = createServer({ cert: certificate, key }, (request, response) => {
    request.resume();
    request.on("end", () => response.write(JSON.stringify(request.headers)));
  });
  await once(server.listen(0, host), "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The first part of a stream comes at once, Karpor gets a token in the cookie's place, and a large kubeconfig passes. */
export async function tryMirror({ url, ask }: Dashboard): Promise<void> {
  await eventually(async () => (await ask(LOGIN).catch(() => undefined))?.status === 200);
  const seen = async (path: string, headers: Headers, sent?: string) => {
    const { body } = await ask(path, headers, sent);
    const first = await body?.getReader().read();
    return JSON.parse(Buffer.from(first?.value ?? []).toString());
  };
  const stream = await seen(STREAM, cookie("abc"));
  assert.deepEqual([stream.authorization, stream.cookie], ["Bearer abc", undefined]);
  assert.equal(stream.host, new URL(url).host);
  const read = await seen(READ, { ...bearer("own"), ...cookie("abc") }, "a".repeat(2 << 20));
  assert.deepEqual([read.authorization, read.cookie], ["Bearer own", undefined]);
}
