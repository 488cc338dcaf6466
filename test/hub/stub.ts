/** A TLS server that answers as a test says: for what no healthy hub does. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { createAuthority } from "../../sandbox/hub/x509.ts";
import { secret } from "../../src/domain/secret.ts";
import { type ClientOptions, createHubClient, type HubClient } from "../../src/hub/client/client.ts";

const authority = await createAuthority("stub-ca");
const serving = await authority.issue({ commonName: "stub", hosts: ["localhost", "127.0.0.1"] });

export interface Stub {
  url: string;
  ca: string;
  client(token: string, options?: ClientOptions): HubClient;
  /** Connections made so far. */
  connections(): number;
  stop(): Promise<void>;
}

export async function startStub(answer: (ask: IncomingMessage, to: ServerResponse) => void): Promise<Stub> {
  const server = createServer({ cert: serving.certificate, key: serving.key }, answer);
  let connections = 0;
  server.on("secureConnection", () => connections++);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clients: HubClient[] = [];
  return {
    url,
    ca: authority.certificate,
    connections: () => connections,
    client(token, options) {
      const shown = secret(token);
      const credential = { kind: "token" as const, token: () => shown };
      const access = { server: url, ca: authority.certificate, insecure: false, credential, warnings: [] };
      clients.push(createHubClient(access, options));
      return clients[clients.length - 1] as HubClient;
    },
    async stop() {
      await Promise.all(clients.map((client) => client.close()));
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** As the API server answers. */
export function json(
  to: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  to.writeHead(status, { "content-type": "application/json", "audit-id": "9c1-a", ...headers }).end(
    JSON.stringify(body),
  );
}

/** As the API server says it of the last name in the path. */
export function notFound(ask: IncomingMessage, to: ServerResponse): void {
  const name = ask.url?.split("?")[0]?.split("/").at(-1);
  json(to, 404, { kind: "Status", reason: "NotFound", details: { name } });
}
