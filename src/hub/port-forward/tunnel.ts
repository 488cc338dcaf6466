/** One connection through the API server to a pod's port: the WebSocket of `pods/portforward`. */
import { once } from "node:events";
import type { Socket } from "node:net";
import { WebSocket } from "undici";
import { createAgent } from "../client/agent.ts";
import type { HubAccess } from "../kubeconfig/kubeconfig.ts";
import type { Target } from "./target.ts";

/** The kubelet's: each message begins with its channel's number. */
const PROTOCOL = "v4.channel.k8s.io";
const [DATA, ERROR] = [0, 1];
/** With which the first message of each channel goes on. */
const PORT_BYTES = 2;
const CONNECT_WITHIN = 5_000;

/** Joins the socket to the pod until either hangs up. Resolves to what the pod complained of, or to null. */
export async function tunnel(
  access: HubAccess,
  namespace: string,
  { pod, port }: Target,
  socket: Socket,
): Promise<string | null> {
  const { credential } = access;
  const certificate = credential.kind === "certificate" ? credential : undefined;
  const agent = createAgent(access, { timeout: CONNECT_WITHIN, certificate });
  const url = `${access.server.replace(/^http/, "ws")}/api/v1/namespaces/${namespace}/pods/${pod}/portforward?ports=${port}`;
  const headers: Record<string, string> =
    credential.kind === "token" ? { authorization: `Bearer ${credential.token().reveal()}` } : {};
  const ws = new WebSocket(url, { protocols: [PROTOCOL], dispatcher: agent, headers });
  ws.binaryType = "arraybuffer";
  try {
    return await join(ws, socket);
  } finally {
    socket.destroy();
    await agent.destroy();
  }
}

async function join(ws: WebSocket, socket: Socket): Promise<string | null> {
  let complaint: string | null = null;
  const begun = new Set<number>();
  ws.addEventListener("open", () => {
    socket.on("data", (chunk: Buffer) => ws.send(Buffer.concat([Buffer.of(DATA), chunk])));
  });
  ws.addEventListener("message", ({ data }) => {
    const message = Buffer.from(data as ArrayBuffer);
    const channel = message[0] ?? ERROR;
    const content = message.subarray(begun.has(channel) ? 1 : 1 + PORT_BYTES);
    begun.add(channel);
    if (content.length === 0) return;
    if (channel === DATA) socket.write(content);
    else {
      complaint = content.toString();
      ws.close();
    }
  });
  ws.addEventListener("error", () => {
    complaint ??= "The cluster broke or refused the WebSocket of pods/portforward.";
  });
  const closed = once(ws, "close");
  socket.once("close", () => ws.close());
  if (socket.destroyed) ws.close();
  await closed;
  return complaint;
}
