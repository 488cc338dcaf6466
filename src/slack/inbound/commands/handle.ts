/** A slash command, from Slack's payload to its answer: stored, acknowledged in the person's language, or answered after. */

import type { Message } from "../../views/index.ts";
import { answer } from "../answer.ts";
import type { HandlerContext } from "../context.ts";
import { SlashCommand } from "../payload.ts";
import { type Reply, render, replyOf } from "../reply.ts";
import { soon } from "../soon.ts";
import { welcome } from "../welcome.ts";
import { type AfterAck, commandFor, isAfterAck } from "./index.ts";

export type EphemeralAnswer = Message & { response_type: "ephemeral" };
export type Ack = (answer?: EphemeralAnswer) => Promise<void>;

export async function handleCommand(context: HandlerContext, body: unknown, ack: Ack): Promise<void> {
  const given = SlashCommand.parse(body);
  if (given.command !== context.viewContext(context.language).command) {
    context.log.warn({ command: given.command }, "Slack sent a command that is not ours");
    return ack();
  }
  await serveCommand(context, given, ack);
  await welcome(context, given.user);
}

async function serveCommand(context: HandlerContext, given: SlashCommand, ack: Ack): Promise<void> {
  const { command, rest } = commandFor(given.text, context.ports.policy.roles);
  const run = () => replyOf(context.log, async () => command.run(context, { ...given, rest }));
  if (!command.first(rest)) {
    await ack();
    return finish(context, given, await run());
  }
  const outcome = run();
  const locale = context.people.known(given.user)?.locale;
  const early = await soon(outcome, context.ackWithin);
  if (early && !isAfterAck(early) && locale)
    return ack({ response_type: "ephemeral", ...render(context, { locale, reader: given.user }, early) });
  await ack();
  await finish(context, given, await outcome);
}

async function finish(
  context: HandlerContext,
  given: SlashCommand,
  outcome: Reply | AfterAck | undefined,
): Promise<void> {
  const reply = outcome && isAfterAck(outcome) ? await replyOf(context.log, () => outcome.after()) : outcome;
  if (reply) await answer(context, given, reply);
}
