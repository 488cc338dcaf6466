/** One exchange with Slack: what is answered comes whole, and the token goes nowhere else. */
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { Agent } from "undici";
import { expect, test } from "vitest";
import { sendBy } from "../../src/slack/outbound/send.ts";

async function serving(take: RequestListener) {
  const server = createServer(take).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const agent = new Agent();
  return {
    send: sendBy(agent),
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/auth.test`,
    async [Symbol.asyncDispose]() {
      await agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

test("a redirect is followed by nobody", async () => {
  const paths: string[] = [];
  await using there = await serving((request, response) => {
    paths.push(String(request.url));
    response.writeHead(302, { location: "/elsewhere" }).end();
  });
  const answer = await there.send(there.url, { method: "POST", headers: { authorization: "Bearer t" } });
  expect(answer).toMatchObject({ status: 302, ok: false });
  expect(paths).toEqual(["/api/auth.test"]);
});

test("an answer is read as often as there are readers, headers by any case", async () => {
  await using there = await serving((_, response) =>
    response.writeHead(429, { "retry-after": "7", "content-type": "application/json" }).end('{"ok":false}'),
  );
  const answer = await there.send(there.url, { method: "POST", body: "a=b" });
  expect(await Promise.all([answer.text(), answer.text()])).toEqual(['{"ok":false}', '{"ok":false}']);
  expect(await answer.json()).toEqual({ ok: false });
  expect(answer.headers.get("Retry-After")).toBe("7");
  expect(answer.headers.get("x-none")).toBeNull();
});

test.each([[{}], [{ "content-encoding": "gzip" }]])(
  "an answer that is longer than any is given up, and said to be (%j)",
  async (headers) => {
    const long = Buffer.alloc(9 * 2 ** 20, " ");
    await using there = await serving((_, response) =>
      response.writeHead(200, headers).end("content-encoding" in headers ? gzipSync(long) : long),
    );
    await expect(there.send(there.url)).rejects.toThrow("its answer is longer than 8 MiB");
  },
);

test("whoever waited long enough is told so, as of any call whose time is over", async () => {
  await using there = await serving(() => {});
  const late = there.send(there.url, { signal: AbortSignal.timeout(20) });
  await expect(late).rejects.toMatchObject({ name: "TimeoutError" });
});

test("what is packed for the way is unpacked, and not otherwise changed", async () => {
  const members = JSON.stringify({ ok: true, members: Array.from({ length: 2_000 }, (_, i) => `U0Ä${i}`) });
  await using there = await serving((request, response) => {
    expect(request.headers["accept-encoding"]).toBe("gzip");
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(members));
  });
  const answer = await there.send(there.url, { method: "POST", body: "a=b" });
  expect(await answer.text()).toBe(members);
});
