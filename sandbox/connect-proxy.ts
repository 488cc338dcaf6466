/** A real HTTP proxy of CONNECT alone: every name leads to this machine, and what was asked for is remembered. */
import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

export interface ConnectProxy {
  readonly port: number;
  /** `host:port` of each tunnel, in order. */
  readonly asked: string[];
  /** What each said in `proxy-authorization`. */
  readonly credentials: (string | undefined)[];
  /** Tunnels that stand. */
  open(): number;
  close(): void;
}

/** `credential`: whoever says another is refused with 407. */
export async function startConnectProxy(credential?: string): Promise<ConnectProxy> {
  const inside = new Set<Socket>();
  const asked: string[] = [];
  const credentials: (string | undefined)[] = [];
  const server = createServer((_, response) => void response.writeHead(405).end());
  server.on("connect", ({ url = "", headers }, client: Socket, head: Buffer) => {
    if (credential !== undefined && headers["proxy-authorization"] !== credential)
      return void client.end(
        "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n",
      );
    asked.push(url);
    credentials.push(headers["proxy-authorization"]);
    const target = connect(Number(url.split(":").at(-1)), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      target.write(head);
      target.pipe(client).pipe(target);
    });
    inside.add(client);
    const end = () => {
      inside.delete(client);
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) socket.once("error", end).once("close", end);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    ...{ asked, credentials },
    open: () => inside.size,
    close() {
      server.close();
      for (const socket of inside) socket.destroy();
    },
  };
}
