/** Trouble on order: the next calls of a method, or of `response_url`, fail as asked. */
import type { CallFailure } from "./types.ts";
import type { Workspace } from "./workspace.ts";

export const is = (kind: "hang" | "lost", failure: CallFailure | undefined): boolean =>
  typeof failure === "object" && kind in failure;

export function nextFailure(workspace: Workspace, method: string): CallFailure | undefined {
  const planned = workspace.failures.find((plan) => plan.method === method || plan.method === "*");
  if (!planned) return undefined;
  planned.times -= 1;
  if (planned.times <= 0) workspace.failures.splice(workspace.failures.indexOf(planned), 1);
  return planned.failure;
}
