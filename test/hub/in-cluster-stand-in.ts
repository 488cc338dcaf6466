/**
 * The cluster that runs Karpor, as far as setup and a port-forward see it: Karpor's ConfigMap, a Service, its pods, and
 * the WebSocket of `pods/portforward` into the local hub. What a real API server does is tried in port-forward.envtest.test.ts.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";
import { stringify } from "yaml";
import { createAuthority } from "../../sandbox/hub/x509.ts";
import { forward } from "./kubelet.ts";

const TOKEN = "operator.s.token";
const BASE = "/api/v1/namespaces/karpor";

export type HostStandIn = Awaited<ReturnType<typeof startHostStandIn>>;

export async function startHostStandIn(hubPort: number, adminKubeconfig = "") {
  const authority = await createAuthority("host-ca");
  const { certificate, key } = await authority.issue({
    commonName: "host",
    hosts: ["localhost", "127.0.0.1"],
  });
  const pods = new Map<string, { ready: boolean; sockets: Set<WebSocket> }>();
  const asked: string[] = [];
  const server = createServer({ cert: certificate, key }, (ask, to) => {
    asked.push(ask.url ?? "");
    json(to, ...answer(ask, pods, adminKubeconfig));
  });
  const tunnels = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => offered.has("v4.channel.k8s.io") && "v4.channel.k8s.io",
  });
  server.on("upgrade", (ask: IncomingMessage, socket, head) => {
    const [, name = "", port] = ask.url?.match(/^.*\/pods\/([^/]+)\/portforward\?ports=(\d+)$/) ?? [];
    asked.push(ask.url ?? "");
    const pod = pods.get(name);
    if (!isOperator(ask) || !pod)
      return void socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    tunnels.handleUpgrade(ask, socket, head, (ws) => {
      pod.sockets.add(ws);
      forward(ws, Number(port), hubPort);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    asked,
    kubeconfig: kubeconfig(
      `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
      authority.certificate,
    ),
    addPod: (name: string, { ready = true } = {}) => void pods.set(name, { ready, sockets: new Set() }),
    killPod: (name: string) => {
      for (const ws of pods.get(name)?.sockets ?? []) ws.terminate();
      pods.delete(name);
    },
    stop: async () => {
      for (const ws of tunnels.clients) ws.terminate();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const isOperator = ({ headers }: IncomingMessage) => headers.authorization === `Bearer ${TOKEN}`;

function answer(
  ask: IncomingMessage,
  pods: Map<string, { ready: boolean }>,
  config: string,
): [number, unknown] {
  if (!isOperator(ask)) return [401, {}];
  const { pathname, searchParams } = new URL(ask.url ?? "", "https://host");
  if (pathname === `${BASE}/configmaps/karpor-kubeconfig`)
    return [200, { kind: "ConfigMap", data: { config } }];
  if (pathname === `${BASE}/services/karpor-server`) {
    const ports = [{ port: 7443, targetPort: "https" }];
    return [200, { spec: { selector: { app: "karpor", part: "server" }, ports } }];
  }
  if (pathname === `${BASE}/pods` && searchParams.get("labelSelector") === "app=karpor,part=server")
    return [200, { items: [...pods].map(([name, { ready }]) => podOf(name, ready)) }];
  return [404, {}];
}

const podOf = (name: string, ready: boolean) => ({
  metadata: { name },
  spec: { containers: [{}, { ports: [{ name: "https", containerPort: 6443 }] }] },
  status: { conditions: [{ type: "Ready", status: ready ? "True" : "False" }] },
});

const json = (to: ServerResponse, status: number, body: unknown) =>
  to.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

const kubeconfig = (server: string, ca: string) =>
  stringify({
    clusters: [{ name: "host", cluster: { server, "certificate-authority-data": btoa(ca) } }],
    users: [{ name: "operator", user: { token: TOKEN } }],
    contexts: [{ name: "kind", context: { cluster: "host", user: "operator" } }],
    "current-context": "kind",
  });
