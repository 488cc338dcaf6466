/** Forms: opened at a click or for a line that needs more, and what is done when they are submitted. */

import type { InputBlock, KnownBlock, ModalView } from "@slack/types";
import { z } from "zod";
import { readRequest } from "../../actions/read.ts";
import type { Bot } from "../../bot.ts";
import { parseJson } from "../../hub/errors.ts";
import { noteRefusal } from "../../life/trail/attempts.ts";
import { UserId } from "../../request/ids.ts";
import { Refused } from "../../request/refused.ts";
import { plainText } from "../../slack/messages/blocks.ts";
import { drawRefusal } from "../../slack/messages/refusal.ts";
import type { Message } from "../../slack/slack.ts";
import { wordsFor } from "../../slack/text/index.ts";
import { answerAsked } from "../answer-asked.ts";
import { contextFor, refusalFor } from "../answers.ts";
import { assertNotLockedOut, isFormOpenToAll } from "../locked-out.ts";
import { denyForm, reviewForm, revokeForm } from "./decisions.ts";
import { errorText, inputFor } from "./errors.ts";
import {
  type AboutForm,
  type AboutKind,
  type Form,
  FormMetadata,
  type FormReader,
  type Inputs,
  type Submission,
} from "./form.ts";
import { drawLockdownForm, submitLockdown } from "./lockdown.ts";
import { leakedForm, moreForm, newTokenForm } from "./own.ts";
import { drawRequestForm, submitRequest } from "./request.ts";

export type { Form, Prefill } from "./form.ts";

const ABOUT_FORMS: Record<AboutKind, AboutForm> = {
  deny: denyForm,
  revoke: revokeForm,
  review: reviewForm,
  more: moreForm,
  "new-token": newTokenForm,
  leaked: leakedForm,
};

/** Throws Refused when it cannot be done now, StoreAway, SlackAway. */
export async function openForm(bot: Bot, triggerId: string, user: UserId, form: Form): Promise<void> {
  const view = await drawForm(bot, user, form);
  putCursor(inputsIn(view).find(isGap));
  await bot.slack.openView(triggerId, view);
}

/** A form that is drawn again leaves the cursor where it is. */
function putCursor(at: InputBlock | undefined): void {
  if (at) Object.assign(at.element, { focus_on_load: true });
}

const isGap = ({ element }: InputBlock): boolean =>
  !Object.keys(element).some((field) => field.startsWith("initial_"));

const inputsIn = ({ blocks }: ModalView): InputBlock[] =>
  blocks.filter((block): block is InputBlock => block.type === "input");

async function drawForm(bot: Bot, user: UserId, form: Form): Promise<ModalView> {
  const reader: FormReader = { bot, user, ...(await contextFor(bot, user)) };
  return drawView(reader, form, await drawBlocks(reader, form));
}

/**
 * For a `block_actions` payload: the form asks for what the chosen role and person need, and shows all where asked to. It
 * stays as it is where that cannot be: once it is sent, it says so at the input.
 */
export async function redrawForm(bot: Bot, payload: unknown, isUnfolded = false): Promise<null> {
  const { user, view } = Payload.parse(payload);
  const form = formFor(view.private_metadata, view.state.values, isUnfolded);
  if (form === null) return null;
  try {
    const drawn = await drawForm(bot, user.id, form);
    if (isUnfolded) putCursor(inputsIn(drawn).find(({ block_id }) => block_id === "other"));
    await bot.slack.updateView(view.id, drawn);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
  return null;
}

/** The form as it is for the role and the person that were chosen; what else was filled in Slack keeps. Null: neither matters to it. */
function formFor(about: FormMetadata, values: Filled, isUnfolded = false): Form | null {
  if (about.kind !== "request") return null;
  const { role = null, who } = readInputs(values);
  const forUser = UserId.safeParse(who).data ?? null;
  const unfolded = isUnfolded || "other" in values;
  return { kind: "request", prefill: { role, forUser, emergency: about.emergency, unfolded } };
}

async function drawBlocks(reader: FormReader, form: Form): Promise<KnownBlock[]> {
  if (form.kind === "request") return drawRequestForm(reader, form.prefill);
  if ("user" in form) return drawLockdownForm(reader, form);
  return ABOUT_FORMS[form.kind].draw(reader, await readRequest(reader.bot, form.id));
}

function drawView({ locale }: FormReader, form: Form, blocks: KnownBlock[]): ModalView {
  const words = wordsFor(locale).forms;
  const emergency = form.kind === "request" && form.prefill.emergency === true;
  const { title, submit } = words[emergency ? "emergency" : form.kind];
  const metadata: FormMetadata = form.kind === "request" ? { kind: "request", emergency } : form;
  return {
    type: "modal",
    callback_id: form.kind,
    private_metadata: JSON.stringify(metadata),
    blocks,
    title: plainText(title),
    submit: plainText(submit),
    close: plainText(words.cancel),
  };
}

/** Text, a choice, a person or a tick; nothing else is asked for. */
const Value = z
  .object({
    value: z.string().nullish(),
    selected_option: z.object({ value: z.string() }).nullish(),
    selected_options: z.array(z.object({ value: z.string() })).nullish(),
    selected_user: z.string().nullish(),
  })
  .transform(({ value, selected_option, selected_options, selected_user }) => {
    const chosen = selected_option ?? selected_options?.[0];
    return (value ?? chosen?.value ?? selected_user ?? "").trim();
  });

const Payload = z.object({
  user: z.object({ id: UserId }),
  view: z.object({
    id: z.string().min(1),
    private_metadata: z.string().transform(parseJson).pipe(FormMetadata),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), Value)) }),
  }),
});

/** The answer to a `view_submission`: words at the inputs that must change, a form that asks for more, or a message. */
export type Submitted =
  | { errors: Record<string, string> }
  | { view: ModalView }
  | { message: Message | null };

/** Success is mostly not answered: the request's own messages tell it. */
export async function submitForm(bot: Bot, payload: unknown): Promise<Submitted> {
  const { user, view } = Payload.parse(payload);
  const { values } = view.state;
  const inputs = readInputs(values);
  try {
    if (!isFormOpenToAll(view.private_metadata)) await assertNotLockedOut(bot, user.id);
    const missing = await formWithMore(bot, user.id, view.private_metadata, values);
    if (missing) return { view: missing };
    // A refused form is sent again with something changed.
    const source = `${view.id} ${JSON.stringify(inputs)}`;
    const submission = { bot, user: user.id, source, inputs };
    return { message: await act(submission, view.private_metadata) };
  } catch (error) {
    const note = refusalFor(error);
    if (note === null) throw error;
    bot.outages.note(error);
    noteRefusal(bot, user.id, note);
    const context = await contextFor(bot, user.id);
    const at = inputFor(note.code, Object.keys(values), inputs);
    if (at === undefined) return { message: drawRefusal(context, note) };
    return { errors: { [at]: await errorText(bot, context, note) } };
  }
}

/** By block, then by input. */
type Filled = Record<string, Record<string, string>>;

/** Leaves out the inputs that were left empty. */
const readInputs = (values: Filled): Inputs =>
  Object.fromEntries(
    Object.values(values)
      .flatMap((given) => Object.entries(given))
      .filter(([, text]) => text !== ""),
  );

/** The form of the chosen role, where it asks for what this one did not show: it was sent before it was drawn anew. */
async function formWithMore(
  bot: Bot,
  user: UserId,
  about: FormMetadata,
  values: Filled,
): Promise<ModalView | null> {
  const form = formFor(about, values);
  if (form === null) return null;
  const view = await drawForm(bot, user, form);
  const isMissing = inputsIn(view).some(({ optional, block_id = "" }) => !optional && !(block_id in values));
  return isMissing ? view : null;
}

/** Resolves to what is to be said at once; null: nothing. */
async function act(submission: Submission, about: FormMetadata): Promise<Message | null> {
  if (about.kind === "request") {
    const { id } = await submitRequest(submission, about.emergency);
    return answerAsked(submission.bot, { user: submission.user, channel: "" }, id);
  }
  if ("user" in about) await submitLockdown(submission, about);
  else {
    const form = ABOUT_FORMS[about.kind];
    await form.submit(submission, about.id);
    return (await form.answer?.(submission, about.id)) ?? null;
  }
  return null;
}
