/** One call that hangs on a real API server: deleting a certain binding waits for an admission webhook that never answers. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { type HubCaller, hubClient } from "../sandbox/hub/client.ts";
import type { RequestId } from "../src/domain/ids.ts";
import type { BenchContext } from "./context.ts";

const WEBHOOKS_AT = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
const NAME = "hanging.bench.example.com";

/** Until it is disposed of; `caught` resolves when the call hangs. */
export async function hangRemoval({ hub }: BenchContext, id: RequestId) {
  const admin = hubClient(hub, hub.admin);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on("error", () => {})));
  const caught = once(server, "connection");
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const { status, body } = await admin("POST", WEBHOOKS_AT, { body: webhook(id, port) });
  if (status !== 201) throw new Error(`The API server refused the webhook: ${status} ${body.message}`);
  return {
    caught,
    [Symbol.asyncDispose]: () =>
      release(admin, () => {
        server.close();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function release(admin: HubCaller, hangUp: () => void): Promise<void> {
  await admin("DELETE", `${WEBHOOKS_AT}/${NAME}`);
  hangUp();
  await admin.close();
}

const webhook = (id: RequestId, port: number) => ({
  metadata: { name: NAME },
  webhooks: [
    {
      name: NAME,
      clientConfig: { url: `https://127.0.0.1:${port}/` },
      rules: [
        {
          apiGroups: ["rbac.authorization.k8s.io"],
          apiVersions: ["v1"],
          resources: ["clusterrolebindings"],
          operations: ["DELETE"],
        },
      ],
      objectSelector: { matchLabels: { "karpor-access.io/request": id } },
      timeoutSeconds: 30,
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
    },
  ],
});
