/** A proxy before a real API server: it moves the times that answers name to those of a clock that can jump. */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { Agent, type Dispatcher, request } from "undici";
import type { Clock } from "../../src/request/clock.ts";
import { rfc3339 } from "./admit.ts";
import type { Credentials } from "./types.ts";
import type { Authority } from "./x509.ts";

interface TimedFront {
  server: { url: string; ca: string };
  authority: Authority;
  /** Who shows its certificate here is an administrator there. */
  admin: Credentials;
  clock: Clock;
}

export async function startTimedFront({ server, authority, admin, clock }: TimedFront) {
  const { ca } = server;
  const serving = await authority.issue({ commonName: "hub", hosts: ["localhost", "127.0.0.1"] });
  const nobody = new Agent({ connect: { ca } });
  const root = new Agent({ connect: { ca, cert: admin.certificate, key: admin.key } });
  const moved = (time: string) => Date.parse(time) + clock.now() - Date.now();
  const pass = async (asked: IncomingMessage, to: ServerResponse) => {
    const dispatcher = (asked.socket as TLSSocket).authorized ? root : nobody;
    const { statusCode, headers, body } = await request(`${server.url}${asked.url}`, {
      method: asked.method as Dispatcher.HttpMethod,
      headers: passedOn(asked),
      body: asked.method === "GET" ? null : await textOf(asked),
      dispatcher,
    });
    to.writeHead(statusCode, {
      ...passedBack(headers),
      date: new Date(moved(String(headers.date))).toUTCString(),
    });
    to.end(inTime(await body.text()));
  };
  const inTime = (text: string) =>
    text.replace(TIMES, (_, field, time) => `${field}"${rfc3339(moved(time))}"`);
  const front = createServer(
    { ca, cert: serving.certificate, key: serving.key, requestCert: true, rejectUnauthorized: false },
    (asked, to) => void pass(asked, to).catch(() => to.destroy()),
  );
  await once(front.listen(0, "127.0.0.1"), "listening");
  return {
    url: `https://127.0.0.1:${(front.address() as AddressInfo).port}`,
    async close() {
      const closed = once(front.close(), "close");
      front.closeAllConnections();
      await Promise.all([closed, nobody.destroy(), root.destroy()]);
    },
  };
}

const TIMES = /("(?:creation|deletion|expiration)Timestamp":)"([^"]+)"/g;

const passedOn = ({ headers }: IncomingMessage) =>
  Object.fromEntries(
    ["accept", "audit-id", "authorization", "content-type", "user-agent"].flatMap((name) => {
      const value = headers[name];
      return typeof value === "string" ? [[name, asText(name, value)]] : [];
    }),
  );

/** Times are moved in JSON: whoever takes that as well gets it. */
const asText = (name: string, value: string): string =>
  name === "accept" && value.split(",").includes("application/json") ? "application/json" : value;

const passedBack = (headers: IncomingMessage["headers"]) =>
  Object.fromEntries(
    ["audit-id", "content-type", "warning"].flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

async function textOf(asked: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of asked) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
