/** The client over HTTP/2, which a real API server speaks and the stand-in does not: one connection for all calls, and what becomes of it. */
import { once } from "node:events";
import { createSecureServer, type Http2SecureServer, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createAuthority } from "../../sandbox/hub/x509.ts";
import { secret } from "../../src/domain/secret.ts";
import { createHubClient, type HubClient } from "../../src/hub/client/client.ts";
import { until } from "../helpers/redis.ts";

const authority = await createAuthority("stub-ca");
const serving = await authority.issue({ commonName: "stub", hosts: ["127.0.0.1"] });
/** A busy machine takes some of it for the handshake. */
const TIMEOUT_MS = 1_000;

let server: Http2SecureServer;
/** Between both: what came by it can be lost, without a word to either. */
let relay: Server;
let passing: Socket[];
let client: HubClient;
let answer: (stream: ServerHttp2Stream) => void;

const portOf = (of: Server | Http2SecureServer) => (of.address() as AddressInfo).port;
const headers = { ":status": 200, "content-type": "application/json", "audit-id": "9c1" };
const good = (stream: ServerHttp2Stream) => {
  stream.respond(headers);
  stream.end(JSON.stringify({ kind: "APIVersions", apiVersion: "v1" }));
};

beforeEach(async () => {
  [passing, answer] = [[], good];
  server = createSecureServer({ cert: serving.certificate, key: serving.key });
  server.on("stream", (stream) => {
    // Whoever hangs up is expected to.
    stream.on("error", () => {});
    answer(stream);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  relay = createServer((near) => {
    const far = connect(portOf(server), "127.0.0.1");
    passing.push(near, far);
    for (const socket of [near, far]) socket.on("error", () => {});
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((done) => relay.listen(0, "127.0.0.1", done));
  const access = {
    ...{ server: `https://127.0.0.1:${portOf(relay)}`, ca: authority.certificate, insecure: false },
    credential: { kind: "token" as const, token: () => secret("t") },
    warnings: [],
  };
  client = createHubClient(access, { timeout: TIMEOUT_MS });
});
afterEach(async () => {
  await client.close();
  for (const socket of passing) socket.destroy();
  relay.close();
  server.close();
});

const isGood = () =>
  client.request("/api").then(
    ({ status }) => status === 200,
    () => false,
  );

test("calls share one connection", async () => {
  expect(await Promise.all([isGood(), isGood(), isGood()])).toEqual([true, true, true]);
  expect(passing).toHaveLength(2);
});

test("a connection that is lost without a word is given up, not waited for by every call", async () => {
  expect(await isGood()).toBe(true);
  const [near, far] = passing;
  near?.unpipe().pause();
  far?.unpipe().pause();
  expect(await isGood()).toBe(false);
  await until(isGood, 30_000);
});

test("a call that the hub has not begun when it says that it goes is made again", async () => {
  expect(await isGood()).toBe(true);
  answer = ({ session }) => {
    answer = good;
    session?.goaway(0, 1);
  };
  expect(await isGood()).toBe(true);
});

test("a proxy's page in the place of a watch is hung up on at once", async () => {
  let page: ServerHttp2Stream | undefined;
  answer = (stream) => {
    page = stream;
    stream.respond({ ":status": 200, "content-type": "text/html" });
    stream.write("<html>\n");
  };
  const lines = client.watch("/api/v1/namespaces?watch=true", new AbortController().signal);
  await expect(lines.next()).rejects.toMatchObject({ name: "HubError", reason: "unreadable" });
  if (page && !page.destroyed) await once(page, "close");
});
