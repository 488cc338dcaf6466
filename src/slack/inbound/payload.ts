/** What Slack sends, as far as we use it. */
import { z } from "zod";
import { UserId } from "../../domain/ids.ts";
import { ButtonValue, readMenuValue } from "../ids.ts";

export const SlashCommand = z
  .object({
    command: z.string(),
    text: z.string().default(""),
    user_id: UserId,
    user_name: z.string().default(""),
    channel_id: z.string().optional(),
    trigger_id: z.string().min(1),
    response_url: z.url().optional(),
  })
  .transform((c) => ({
    command: c.command,
    /** As Slack escaped it: unescaped once, where it is used. */
    text: c.text.trim(),
    user: c.user_id,
    name: c.user_name,
    channel: c.channel_id,
    triggerId: c.trigger_id,
    responseUrl: c.response_url,
  }));
export type SlashCommand = z.infer<typeof SlashCommand>;

const Who = z.object({ id: UserId, name: z.string().optional(), username: z.string().optional() });

/** A button, or what was chosen in a menu. */
const Pressed = z
  .object({
    action_id: z.string(),
    value: z.string().optional(),
    selected_option: z.object({ value: z.string() }).optional(),
  })
  .transform(({ action_id, value, selected_option }) => {
    const chosen = selected_option && readMenuValue(selected_option.value);
    if (chosen) return { action_id: chosen.action, value: chosen.value };
    return { action_id, value: value ?? selected_option?.value };
  });

export const Click = z
  .object({
    user: Who,
    trigger_id: z.string().min(1),
    response_url: z.url().optional(),
    channel: z.object({ id: z.string() }).optional(),
    view: z.object({ id: z.string(), type: z.string() }).optional(),
    container: z
      .object({ message_ts: z.string().optional(), is_ephemeral: z.boolean().optional() })
      .optional(),
    actions: z.tuple([Pressed], z.unknown()),
  })
  .transform(({ user, actions: [action], container, view, ...c }) => ({
    action: action.action_id,
    value: action.value ?? "",
    /** The request and the terms its button was drawn for. */
    target: ButtonValue.safeParse(action.value).data,
    user: user.id,
    name: user.name ?? user.username ?? "",
    channel: c.channel?.id,
    ts: container?.message_ts,
    /** On a message or modal that only this person sees: the flow redraws none of those. */
    ephemeral: (container?.is_ephemeral ?? false) || view?.type === "modal",
    modal: view?.type === "modal" ? view.id : undefined,
    /** In the Home tab, which no flow redraws at once. */
    home: view?.type === "home",
    triggerId: c.trigger_id,
    responseUrl: c.response_url,
  }));
/** `at`: when it came. */
export type Click = z.infer<typeof Click> & { at: number };

export const Submission = z
  .object({ user: Who, trigger_id: z.string().default(""), view: z.looseObject({ callback_id: z.string() }) })
  .transform(({ user, trigger_id, view }) => ({
    user: user.id,
    name: user.name ?? user.username ?? "",
    callbackId: view.callback_id,
    triggerId: trigger_id,
    view,
  }));
export type Submission = z.infer<typeof Submission>;

/** Something chosen in a modal that is still open. */
export const FormChange = z
  .object({ user: Who, view: z.looseObject({ id: z.string(), callback_id: z.string() }) })
  .transform(({ user, view }) => ({ user: user.id, viewId: view.id, callbackId: view.callback_id, view }));
export type FormChange = z.infer<typeof FormChange>;

export const Shortcut = z
  .object({ user: Who, callback_id: z.string(), trigger_id: z.string().min(1) })
  .transform(({ user, callback_id, trigger_id }) => ({
    user: user.id,
    callbackId: callback_id,
    triggerId: trigger_id,
  }));
export type Shortcut = z.infer<typeof Shortcut>;
