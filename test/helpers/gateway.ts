/** A stand-in for deploy/gateway: its page, and the cookie as nginx maps it. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { Agent, request } from "undici";
import type { TestHub } from "../../sandbox/hub/types.ts";
import { createAuthority } from "../../sandbox/hub/x509.ts";

const PAGE = readFileSync(new URL("../../deploy/gateway/login.html", import.meta.url), "utf8");

/** This process trusts it from now on, as one with NODE_EXTRA_CA_CERTS does. */
const authority = await createAuthority("gateway-ca");
setDefaultCACertificates([...getCACertificates(), authority.certificate]);

export type Gateway = Awaited<ReturnType<typeof startGateway>>;

interface GatewayOptions {
  page?: string;
  isPlain?: boolean;
}

export async function startGateway(
  hub: Pick<TestHub, "url" | "ca">,
  { page = PAGE, isPlain = false }: GatewayOptions = {},
) {
  const { certificate: cert, key } = await authority.issue({ commonName: "gateway", hosts: ["127.0.0.1"] });
  const dispatcher = new Agent({ connect: { ca: hub.ca } });
  const serve = async ({ method, url = "", headers }: IncomingMessage, response: ServerResponse) => {
    if (page && url === "/access/login") return void response.end(page);
    const isStream = /^\/rest-api\/v1\/insight\/(aggregator|issue|yaml)\//.test(url);
    const counts = isStream && headers["sec-fetch-site"] === "same-origin";
    const token = counts && /(?:^|;\s*)__Host-karpor_token=([\w.-]+)/.exec(headers.cookie ?? "")?.[1];
    const authorization = headers.authorization ?? (token && `Bearer ${token}`);
    const answer = await request(hub.url + url, {
      ...{ method: method as "GET", dispatcher, headers: authorization ? { authorization } : {} },
    });
    response.writeHead(answer.statusCode);
    response.end(await answer.body.text());
  };
  const server = isPlain ? createPlainServer(serve) : createServer({ cert, key }, serve);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `${isPlain ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await dispatcher.close();
    },
  };
}
