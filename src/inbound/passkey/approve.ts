/** The page of an approval: its terms as the record has them now, and the approval that a passkey signed. */
import { z } from "zod";
import { approveRequest, readForApproval } from "../../actions/approve.ts";
import type { Bot } from "../../bot.ts";
import { challengeFor } from "../../policy/statement.ts";
import { HOUR, MINUTE } from "../../request/durations.ts";
import { Assertion, type Request } from "../../request/record.ts";
import { Refused } from "../../request/refused.ts";
import { oneLine } from "../../slack/text/format.ts";
import { wordsFor } from "../../slack/text/index.ts";
import type { ApprovalLink } from "./link.ts";
import { nameAndId, type PageReader, type PageView, readerFor, timeFor, viewFor } from "./view.ts";

const SIGNED_WITHIN = 5 * MINUTE;

/** Throws Refused as a press of Approve does. */
export async function showTerms(bot: Bot, link: ApprovalLink): Promise<PageView> {
  const { request, time, toSign } = await readForApproval(bot, link.request, link.user, link.time);
  if (!toSign) throw new Refused("link-over");
  const reader = await readerFor(bot, link.user);
  const facts = await pageFacts(bot, reader, request, time);
  return viewFor(reader, (words) => ({
    title: words.approve,
    facts,
    pressed: words.pressed(timeFor(reader, link.pressedAt, "medium")),
    otherwise: words.otherwise,
    button: words.sign,
    options: {
      challenge: challengeFor(toSign.statement),
      rpId: new URL(bot.config.web ?? "").hostname,
      allowCredentials: toSign.passkeys.map(({ id }) => ({ id, type: "public-key" })),
      userVerification: "required",
      timeout: SIGNED_WITHIN,
    },
  }));
}

type PageFacts = NonNullable<PageView["facts"]>;

async function pageFacts(bot: Bot, reader: PageReader, request: Request, time: number): Promise<PageFacts> {
  const { requester, askedBy, role, reason, startsAt, prolongsFrom } = request;
  const { passkeys, messages } = wordsFor(reader.locale);
  const words = passkeys.page;
  const nameFor = async (id: Request["requester"]) => nameAndId(await bot.slack.person(id, HOUR));
  const span = messages.span(time);
  const from = prolongsFrom ?? startsAt;
  const describe = prolongsFrom === null ? words.span : words.more;
  const facts: PageFacts = [[words.who, await nameFor(requester)]];
  if (askedBy !== requester) facts.push([words.asker, await nameFor(askedBy)]);
  facts.push(
    [words.role, words.on(role, bot.config.hub.name)],
    [
      words.time,
      from === null
        ? span
        : describe(span, timeFor(reader, from, "short"), timeFor(reader, from + time, "short")),
    ],
    [words.why, oneLine(reason) || "—"],
  );
  return facts;
}

/** The answer of a device, as browsers put it. */
const Credential = z
  .object({ id: z.string(), response: Assertion.omit({ id: true }).strip() })
  .transform(({ id, response }): Assertion => ({ id, ...response }));

/** Throws Refused as a press of Approve does, and where the signature is not of these terms. */
export async function signTerms(
  bot: Bot,
  { user, request: id, time }: ApprovalLink,
  { credential }: { credential?: unknown },
): Promise<PageView> {
  const assertion = Credential.safeParse(credential).data;
  if (!assertion) throw new Refused("passkey-refused");
  const { state } = await approveRequest(bot, id, user, { less: time, assertion });
  return viewFor(await readerFor(bot, user), (words) => ({
    title: words.approved,
    text: state === "waiting" ? words.oneMore : words.close,
  }));
}
