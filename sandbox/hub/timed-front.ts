/** What stands before a real API server: its answers name the time of a clock that can jump, and go wrong on purpose. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TLSSocket } from "node:tls";
import { Agent, type Dispatcher, request } from "undici";
import type { Clock } from "../../src/request/clock.ts";
import { readBody } from "../slack/http.ts";
import { rfc3339 } from "./admit.ts";
import { startEnvtest } from "./envtest.ts";
import { createFaults } from "./faults.ts";
import { createKeys, nextKeys } from "./keys.ts";
import { chartKubeconfig } from "./kubeconfig.ts";
import { listen } from "./listener.ts";
import type { FaultyHub } from "./options.ts";
import { failed, send } from "./serve.ts";
import type { TestHub } from "./types.ts";

/** It goes on living in this machine's time. */
export async function startTimedEnvtest(clock: Clock): Promise<FaultyHub> {
  const [server, firstKeys] = await Promise.all([startEnvtest(), nextKeys()]);
  let keys = firstKeys;
  let there = connect(server);
  const faults = createFaults();
  const moved = (time: string) => Date.parse(time) + clock.now() - Date.now();
  const inTime = (text: string) =>
    text.replace(TIMES, (_, field, time) => `${field}"${rfc3339(moved(time))}"`);
  const pass = async (asked: IncomingMessage, to: ServerResponse) => {
    const { method = "GET", url = "/" } = asked;
    const call = { method, path: url.split("?")[0] ?? url };
    const text = await readBody(asked);
    const failure = await faults.before(call, to);
    if (failure && "hang" in failure) return;
    if (failure) return send(to, failed(failure), { auditId: randomUUID(), now: clock.now() });
    const { statusCode, headers, body } = await request(`${server.url}${url}`, {
      method: method as Dispatcher.HttpMethod,
      headers: pick(asked.headers, PASSED_ON),
      body: method === "GET" ? null : text,
      // Who shows the front's certificate of an administrator is one there.
      dispatcher: (asked.socket as TLSSocket).authorized ? there.root : there.nobody,
    });
    const answer = inTime(await body.text());
    if (!(await faults.after(call))) return asked.socket.destroy();
    const date = new Date(moved(String(headers.date))).toUTCString();
    to.writeHead(statusCode, { ...pick(headers, PASSED_BACK), date }).end(answer);
  };
  const listener = await listen(keys, (asked, to) => {
    pass(asked, to).catch(() => to.destroy());
  });
  const url = `https://127.0.0.1:${listener.port}`;
  const stop = async () => {
    faults.hang(false);
    await listener.down();
    await there.close();
    await server.stop();
  };
  return {
    ...{ url, ...faults, down: listener.down, up: listener.up, objects: server.objects },
    get ca() {
      return keys.ca;
    },
    get admin() {
      return keys.admin;
    },
    get adminKubeconfig() {
      return chartKubeconfig(url, keys.admin);
    },
    async upgrade() {
      await there.close();
      await server.upgrade();
      there = connect(server);
      keys = await createKeys();
      listener.rekey(keys);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function connect({ ca, admin }: TestHub) {
  const nobody = new Agent({ connect: { ca } });
  const root = new Agent({ connect: { ca, cert: admin.certificate, key: admin.key } });
  return { nobody, root, close: () => Promise.all([nobody.destroy(), root.destroy()]) };
}

const TIMES = /("(?:creation|deletion|expiration)Timestamp":)"([^"]+)"/g;

const PASSED_ON = ["accept", "audit-id", "authorization", "content-type", "user-agent"];
const PASSED_BACK = ["audit-id", "content-type", "warning"];

const pick = (headers: IncomingMessage["headers"], names: string[]) =>
  Object.fromEntries(names.flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])));
