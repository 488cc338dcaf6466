/** Slack lists every user group that the configuration names: of others nobody can tell who is in them. */
import { allGroups } from "../../../policy/approvers.ts";
import { keepNothing } from "../../../slack/calls.ts";
import { createDirectory } from "../../../slack/directory.ts";
import { type Finding, fail, ok, type SlackSide } from "../finding.ts";

export async function checkGroups({ config, callSlack, clock }: SlackSide): Promise<Finding[]> {
  const ids = allGroups(config);
  const { members } = await createDirectory(callSlack, { store: keepNothing(clock), clock }).groups(ids);
  const unknown = ids.filter((id) => !members.has(id));
  if (unknown.length === 0) return [ok("user groups", `Slack lists all ${ids.length}`)];
  const message = `Slack does not list ${unknown.join(", ")}: what depends on them is refused or waits`;
  return [fail("user groups", message, "Enable them in Slack, or correct karpor-access.yml")];
}
