/** What the hub is asked, and what of it is an end; of one grant, the end hangs for as long as the test wants. */
import type { HubCall } from "../../sandbox/hub/faults.ts";
import type { RequestId } from "../../src/domain/ids.ts";
import type { World } from "./bot.ts";

type Asked = Pick<HubCall, "method" | "path">;

export const isRemoval = ({ method, path }: Asked) =>
  method === "DELETE" && path.includes("clusterrolebindings");
/** The account's, after its binding's. */
export const isEnd = ({ method, path }: Asked) => method === "DELETE" && path.includes("serviceaccounts");
export const isOf = ({ path }: Asked, id: string) => path.includes(id.toLowerCase());

/** `calls`: in the order in which they come. Deleting the binding of `hanging` is not answered before `release`. */
export function watchHub({ localHub }: World, hanging?: RequestId) {
  const calls: HubCall[] = [];
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  localHub?.meddle({
    before: async (call) => {
      calls.push(call);
      if (hanging && isRemoval(call) && isOf(call, hanging)) await released;
      return undefined;
    },
    after: async () => true,
  });
  return { calls, release };
}
