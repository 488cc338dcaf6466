/** The part of a kubelet that a port-forward sees: its WebSocket of `portForward`, into whatever listens on this machine. */
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { WebSocket, WebSocketServer } from "ws";
import { createAuthority } from "../../sandbox/hub/x509.ts";

const PROTOCOL = "v4.channel.k8s.io";

export type Kubelet = Awaited<ReturnType<typeof startKubelet>>;

/** Its pods listen on 6443, which is `to`. */
export async function startKubelet(to: number) {
  const authority = await createAuthority("kubelet-ca");
  const { certificate, key } = await authority.issue({ commonName: "node", hosts: ["127.0.0.1"] });
  const server = createServer({ cert: certificate, key }, (_, answer) => answer.writeHead(404).end());
  const handleProtocols = (offered: Set<string>) => offered.has(PROTOCOL) && PROTOCOL;
  const tunnels = new WebSocketServer({ server, handleProtocols });
  const asked: string[] = [];
  tunnels.on("connection", (ws, { url = "" }) => {
    asked.push(url);
    forward(ws, Number(new URL(url, "https://node").searchParams.get("port")), to);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    /** As when a pod dies. */
    breakAll() {
      for (const ws of tunnels.clients) ws.terminate();
    },
    async stop() {
      for (const ws of tunnels.clients) ws.terminate();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** Channel 0 is data, 1 is trouble, and each begins with the port's number. */
export function forward(ws: WebSocket, port: number, to: number): void {
  const number = Buffer.alloc(2);
  number.writeUInt16LE(port);
  for (const channel of [0, 1]) ws.send(Buffer.concat([Buffer.of(channel), number]));
  if (port !== 6443) return void ws.send(Buffer.concat([Buffer.of(1), Buffer.from("nothing listens there")]));
  const hub = connect(to, "127.0.0.1");
  hub.on("data", (chunk: Buffer) => {
    if (ws.readyState === WebSocket.OPEN) ws.send(Buffer.concat([Buffer.of(0), chunk]));
  });
  hub.on("error", () => ws.terminate()).on("close", () => ws.close());
  ws.on("message", (message: Buffer) => message[0] === 0 && hub.write(message.subarray(1)));
  ws.on("close", () => hub.destroy()).on("error", () => {});
}
