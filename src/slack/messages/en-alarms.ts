/** English: what administrators are told although no one asked. What rings is the first sentence. */
import type { Alarm, DoubtedGroup } from "../../domain/alarm.ts";
import type { AccessRequest } from "../../domain/request.ts";
import type { ForeignObject } from "../../flow/ports.ts";
import { enGrammar } from "./en-grammar.ts";
import { bullets, objectCode, subjectCodes } from "./foreign-objects.ts";
import type { Formatter } from "./formatter.ts";
import { foreignCode } from "./text.ts";

const INVITE = "Invite the bot to the channel, or name another in the configuration";

const revoke = (id: string, fmt: Formatter): string => fmt.code(`${fmt.command} revoke ${id}`);
const rotate = (fmt: Formatter): string => `run ${fmt.code("npm run setup -- --rotate")}`;
const setUp = (fmt: Formatter): string =>
  `Run ${fmt.code("npm run setup -- --from-cluster")}; on Kubernetes, then the command that it says, which puts the new kubeconfig into the bot's Secret.`;

export const enAlarms = {
  /** The bot's own token could not be renewed. */
  credential: (left: number, hub: string, fmt: Formatter): string =>
    `${fmt.b(`Ends in ${enGrammar.span(left)}:`)} the bot's own access to ${hub}, which it could not renew. ${setUp(fmt)} ${fmt.code("npm run doctor")} where the bot runs tells whether that helped; without it nobody gets access, and none is taken away.`,
  /** The approvals channel does not take a card. */
  cardRefused: (channel: string, code: string, { id }: AccessRequest, fmt: Formatter): string =>
    `${fmt.b("Nobody can be asked:")} Slack does not take messages to ${fmt.channel(channel, "the channel")} (${code}), so ${id} waits unseen. ${INVITE}; then run ${fmt.code("npm run doctor")}.`,
  /** The approvals channel is not told of what was taken in an emergency. */
  emergencyUnseen: (
    channel: string,
    code: string,
    { id, role, requester }: AccessRequest,
    fmt: Formatter,
  ): string =>
    `${fmt.b("Emergency access, and nobody is told:")} ${fmt.code(requester.name)} took ${fmt.code(role)}, ${id}, and Slack does not take messages to ${fmt.channel(channel, "the channel")} (${code}). ${revoke(id, fmt)} ends it. ${INVITE}, so that it is reviewed.`,
  /** It may be forged, by whoever has the bot's rights. */
  adopted: ({ id, role, requester }: AccessRequest, hub: string, fmt: Formatter): string =>
    `${fmt.b("No record knows it:")} ${fmt.code(role)} on ${hub} for ${fmt.code(requester.name)}, which the bot found there, and ends on time. If Redis lost nothing, somebody with the bot's access made it: ${revoke(id, fmt)}, then ${rotate(fmt)}.`,
  /** It was shown to be gone. Others may have come back with it. */
  returned: (
    { id, role, requester }: AccessRequest,
    { hub, isEarlier }: { hub: string; isEarlier: boolean },
    fmt: Formatter,
  ): string =>
    `${fmt.b("It had ended, and stood again:")} ${isEarlier ? "an earlier token of " : ""}${fmt.code(role)} on ${hub} for ${fmt.code(requester.name)}, ${id}. The bot removes it, and whatever else of its own came back. If Karpor was not restored from a backup, somebody made it by hand: ${rotate(fmt)}. ${fmt.code(`${fmt.command} show ${id}`)} tells its story.`,
  /** Each upgrade of Karpor replaces the key that signs every token. */
  lockedOut: (hub: string, fmt: Formatter): string =>
    `${fmt.b("The bot is locked out:")} Karpor on ${hub} refuses its token, as it does after each upgrade of Karpor. Until it has a new one nobody gets access, and what ends is not confirmed. ${setUp(fmt)} The bot takes it without a restart. Where the job that heals it is installed, it does so by itself within minutes.`,
  letIn: (hub: string, fmt: Formatter): string =>
    `${fmt.b("The bot is back:")} Karpor on ${hub} takes its token again. What was approved or over meanwhile is seen to now. If Karpor signs with a new key, everybody with live access gets a new token.`,
  /** Its audit log does not reach the bot. */
  hubSilent: (since: number, hub: string, fmt: Formatter): string =>
    `${fmt.b("Use is not known:")} ${hub} does not tell the bot what tokens are used for${fmt.rich ? ` (since ${fmt.when(since)})` : ""}. Access works and ends as before; what is shown of its use is not complete. Run ${fmt.code("npm run doctor")}.`,
  /** Something keeps the trail from being sealed. */
  unsealed: (since: number | null, hub: string, fmt: Formatter): string =>
    `${fmt.b("The trail is not sealed:")} what came to it${fmt.rich && since !== null ? ` since ${fmt.when(since)}` : ""} is in no seal that Karpor on ${hub} has. Until it is, whoever can write to Redis can change it unseen. If nobody you know is at work on Redis, its password may be in other hands. ${fmt.code("npm run -s audit -- verify --live")} says how much it is, and docs/audit.md what to look at.`,
  /** `hub.anonymous: closed` does not hold, and holds again. */
  readsOpened: (
    { reads, allows }: Extract<Alarm, { kind: "reads-opened" }>,
    hub: string,
    fmt: Formatter,
  ): string =>
    [
      `${fmt.b("Open without a token:")} Karpor on ${hub}. The configuration says ${fmt.code("hub.anonymous: closed")}. ${reads ? "Whoever reaches it reads what a guest reads." : "Whoever reaches it will, at the latest when karpor-server starts again."}`,
      ...(allows.length > 0 ? [`Its role ${fmt.code("anonymous")} gives more than the pages:`] : []),
      ...bullets(
        allows,
        (right) => foreignCode(right, 100),
        (more) => `and ${more} more`,
      ),
      `Run ${fmt.code("npm run setup -- --close-anonymous")}. If nobody you know opened it, somebody else changes roles or bindings of Karpor.`,
    ].join("\n"),
  readsClosed: (hub: string, fmt: Formatter): string =>
    `${fmt.b("Closed again:")} Karpor on ${hub} shows nothing but its pages to whoever has no token.`,
  /** Its binding no longer gave what was approved, to its holder alone. */
  altered: ({ id, role, requester }: AccessRequest, hub: string, fmt: Formatter): string =>
    `${fmt.b("Changed by hand:")} the binding of ${fmt.code(role)} on ${hub} for ${fmt.code(requester.name)}, ${id}. The bot ends this access. If nobody you know changed it, the bot's access is in other hands: ${rotate(fmt)}.`,
  /** What a directory sync may have done. */
  groups: (groups: readonly DoubtedGroup[], fmt: Formatter): string => {
    const line = ({ id, what, lost, of }: DoubtedGroup) =>
      `<!subteam^${id}> (${id}) ${{ gone: "is disabled or deleted", empty: "is empty", halved: `lost ${lost} of ${of} members` }[what]}`;
    return [
      `${fmt.b(`${groups.length === 1 ? "A user group looks" : "User groups look"} wrong:`)} nobody loses access by it, in case a directory sync did it.`,
      ...bullets(groups, line, (more) => `and ${more} more`),
      `Whoever did leave keeps what they have until it ends: ${revoke("@person", fmt)} ends it now. A group that is still as small after an hour is taken to be meant so; one that is empty, disabled or deleted never is.`,
    ].join("\n");
  },
  /** Its holder said that it leaked, and that it has stopped could not be shown. */
  leakUnproven: (
    { id, role, requester }: AccessRequest,
    until: number,
    hub: string,
    fmt: Formatter,
  ): string =>
    `${fmt.b("A leaked token may still work:")} that of ${fmt.code(requester.name)} for ${fmt.code(role)} on ${hub}, ${fmt.until(until)} at the longest. It cannot be shown that Karpor refuses it; the bot keeps trying. ${fmt.code("npm run doctor")} says what is wrong; ${revoke(id, fmt)} ends the whole access.`,
  foreign: (objects: readonly ForeignObject[], hub: string, fmt: Formatter): string => {
    const [these, them] = objects.length === 1 ? ["an object", "it"] : [`${objects.length} objects`, "each"];
    const line = (one: ForeignObject) => {
      if (one.elsewhere !== undefined)
        return `grants of another bot: instance ${foreignCode(one.instance ?? "", 50)}, in ${foreignCode(one.elsewhere, 50)}`;
      if (one.older)
        return `${objectCode(one)}, an older account of the bot, still has its rights: a rotation did not finish, or Karpor was restored from before its end. Whoever has that account's token has the bot's access until you ${rotate(fmt)}`;
      if (one.kind === "ServiceAccount") return `an account among the grants': ${objectCode(one)}`;
      return `${objectCode(one)} gives ${foreignCode(one.clusterRole ?? "", 50)} to ${subjectCodes(one.subjects)}${one.removed ? "; removed" : ""}`;
    };
    return [
      `${fmt.b("Not made by the bot:")} ${these} on ${hub} that may give access past it.`,
      ...bullets(objects, line, (more) => `and ${more} more`),
      `If nobody you know made ${them}, the bot's access is in other hands: ${rotate(fmt)}. ${fmt.code("npm run doctor")} shows how to remove ${them}, or to accept an account or another bot that is yours.`,
    ].join("\n");
  },
  /** Redis was restored from a copy (`until`: where it ends), or emptied. */
  redisBehind: (until: number | null, fmt: Formatter): string =>
    [
      `${fmt.b("New access waits for you:")} ${until ? `Redis was restored from a copy that ended ${fmt.at(until)}` : "Redis is empty"}, and Karpor remembers what came after. What ended, was denied or withdrawn since stands in no record any more. Live access goes on and ends on time.`,
      "• If there is a newer copy of Redis, restore it, and press nothing.",
      "• If there is none, press the button: what is asked for from now on is granted as ever. What was asked for before is closed, and can be asked for again.",
    ].join("\n"),
};
