/** The bot's HTTP server as what stands before it sees it: a proxy, or a load balancer. */
import { get, type IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { startHttp } from "../../src/http/server.ts";

test("a connection is kept for longer than the minute after which a load balancer gives it up", async () => {
  const server = await startHttp(0, { "/livez": () => ({ status: 200, body: "ok" }) });
  const { headers } = await new Promise<IncomingMessage>((resolve, reject) =>
    get(`http://127.0.0.1:${server.port}/livez`, { headers: { connection: "keep-alive" } }, (answer) =>
      resolve(answer.resume()),
    ).once("error", reject),
  );
  const [, seconds] = /^timeout=(\d+)/.exec(String(headers["keep-alive"])) ?? [];
  expect(Number(seconds)).toBeGreaterThan(60);
  await server.stop();
});

test("who asks for the head alone, as load balancers may, has the same answer without its words", async () => {
  const server = await startHttp(0, { "/readyz": () => ({ status: 503, body: "not yet" }) });
  const answer = await fetch(`http://127.0.0.1:${server.port}/readyz`, { method: "HEAD" });
  expect([answer.status, await answer.text()]).toEqual([503, ""]);
  await server.stop();
});
