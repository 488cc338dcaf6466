/** A slash command, from Slack's payload to its answer: stored, acknowledged in the person's language, or answered after. */

import type { Message } from "../../views/index.ts";
import { answer, type Reach } from "../answer.ts";
import type { HandlerContext } from "../context.ts";
import { SlashCommand } from "../payload.ts";
import { type Reply, render, replyOf } from "../reply.ts";
import { soon } from "../soon.ts";
import { welcome } from "../welcome.ts";
import { whileBusy } from "../while-busy.ts";
import { type AfterAck, commandFor, isAfterAck, notOurs } from "./index.ts";

export type EphemeralAnswer = Message & { response_type: "ephemeral" };
export type Ack = (answer?: EphemeralAnswer) => Promise<void>;

export async function handleCommand(context: HandlerContext, body: unknown, ack: Ack): Promise<void> {
  const given = SlashCommand.parse(body);
  await serveCommand(context, given, ack);
  void welcome(context, given.user);
}

async function serveCommand(context: HandlerContext, given: SlashCommand, ack: Ack): Promise<void> {
  const { command, rest } = meant(context, given);
  const reach = { ...given, asksNothing: command.asksNothing };
  const at = context.ports.clock.now();
  const work = async () => command.run(context, { ...given, rest, at });
  const run = () => replyOf(context.log, () => whileBusy(context, given, work));
  if (!command.first(rest)) {
    await ack();
    return finish(context, reach, await run());
  }
  const outcome = run();
  const locale = context.people.known(given.user)?.locale;
  const early = await soon(outcome, context.ackWithin);
  if (early && !isAfterAck(early) && locale)
    return ack({ response_type: "ephemeral", ...render(context, { locale, reader: given.user }, early) });
  await ack();
  await finish(context, reach, await outcome);
}

function meant({ viewContext, language, log, ports }: HandlerContext, given: SlashCommand) {
  const ours = viewContext(language).command;
  if (given.command === ours) return commandFor(given.text, ports.policy.roles);
  log.warn({ command: given.command, ours }, "Slack sent a command that is not ours");
  return notOurs(given.command, given.text);
}

async function finish(
  context: HandlerContext,
  given: Reach,
  outcome: Reply | AfterAck | undefined,
): Promise<void> {
  const reply = outcome && isAfterAck(outcome) ? await replyOf(context.log, () => outcome.after()) : outcome;
  if (reply) await answer(context, given, reply);
}
