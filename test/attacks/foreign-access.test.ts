/** With a stolen kubeconfig of the bot one binds its ClusterRole to everybody: the hourly look tells all of it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { hubClient } from "../../sandbox/hub/client.ts";
import { sceneOf, visibleText } from "../helpers/scene.ts";
import { startReplica, startWorld, type World } from "../helpers/world.ts";

const RBAC = "rbac.authorization.k8s.io";
let world: World;

beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

test("bindings of the bot's own ClusterRole are told, every name, with a count", async () => {
  const admin = hubClient(world.hub, world.hub.admin);
  const names = Array.from({ length: 25 }, (_, i) => `thief-${i}`);
  // Under the marks of a request, which no comparison of labels tells from the bot's own.
  const marked = "karpor-access-test-r-0123456789";
  const labels = {
    "app.kubernetes.io/managed-by": "karpor-access",
    "karpor-access.io/instance": "test",
    "karpor-access.io/request": "R-0123456789",
  };
  const annotations = { "karpor-access.io/expires-at": "2036-01-01T00:00:00.000Z" };
  for (const name of [...names, marked])
    await admin("POST", `/apis/${RBAC}/v1/clusterrolebindings`, {
      body: {
        metadata: { name, ...(name === marked && { labels, annotations }) },
        roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: "karpor-access" },
        subjects: [{ apiGroup: RBAC, kind: "Group", name: "system:serviceaccounts" }],
      },
    });
  await admin.close();
  // It looks at its start, and then each hour.
  await startReplica(world);
  const notice = visibleText(await sceneOf(world).card("26 foreign objects"));
  for (const name of [...names, marked]) expect(notice).toContain(`\`${name}\``);
});
