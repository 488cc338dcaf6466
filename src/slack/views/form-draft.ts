/** What stands in the form that asks for access: as it is drawn, and as it comes back from Slack. */
import { z } from "zod";
import { timesOf } from "../../domain/break-glass.ts";
import { type Catalog, roleNamed } from "../../domain/catalog.ts";
import { type ParsedCommand, reasonIn } from "../../domain/command.ts";
import { SECOND } from "../../domain/duration.ts";
import { wholeTime } from "../../domain/typed-time.ts";
import { FORM } from "../ids.ts";
import { json } from "../json.ts";

/** Where it was opened: there the answer goes. */
export const FormOrigin = z.object({
  channel: z.string().optional(),
  responseUrl: z.string().optional(),
  /** The answer takes the place of the message whose button was pressed. */
  replace: z.boolean().optional(),
});
export type FormOrigin = z.infer<typeof FormOrigin>;

export interface FormDraft {
  /** Null where there is none to choose. */
  role: string | null;
  /** It is nobody's choice, but the first that anybody may take in an emergency. */
  isGuess?: boolean;
  /** To choose from. */
  roles: readonly string[];
  /** Null: the role's usual time. */
  duration: number | null;
  /** A time in the person's own words, which goes before. */
  other: string;
  /** When it is to begin; null: at once. */
  start: number | null;
  reason: string;
  /** Before anybody approved it. */
  emergency: boolean;
  /** Roles that this person may take so. */
  glass: readonly string[];
  /** It is known what this person may ask for. */
  complete: boolean;
  /** A role that was meant and that they may not ask for. */
  leftOut?: string | undefined;
  origin: FormOrigin;
}

const Value = z.object({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_options: z.array(z.unknown()).nullish(),
  selected_date_time: z.number().int().nullish(),
});
const Choices = z.array(z.object({ value: z.string() }));
const Block = z.object({
  element: z
    .object({
      action_id: z.string().optional(),
      options: Choices.optional(),
      option_groups: z.array(z.object({ options: Choices })).optional(),
    })
    .optional(),
});
const Submitted = z.object({
  private_metadata: json.pipe(FormOrigin),
  blocks: z.array(Block),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), Value)) }),
});

/** The form as somebody filled it; `blocks`: where each input stands. */
export interface FilledForm {
  draft: FormDraft;
  blocks: Record<keyof typeof FORM, string>;
}

/** The `view` of a submission or a change. Throws on what is no view of ours. */
export function readForm(view: unknown, roles: Catalog): FilledForm {
  const { private_metadata: origin, blocks, state } = Submitted.parse(view);
  const at = (action: string) => Object.entries(state.values).find(([, inputs]) => action in inputs);
  const value = (action: string) => at(action)?.[1][action];
  const role = value(FORM.role)?.selected_option?.value ?? null;
  const time = at(FORM.time)?.[0] ?? "";
  const chosen = Number(value(FORM.time)?.selected_option?.value ?? Number.NaN);
  const emergency = (value(FORM.emergency)?.selected_options ?? []).length > 0;
  const draft: FormDraft = {
    role,
    roles: blocks.flatMap(({ element }) => (element?.action_id === FORM.role ? choices(element) : [])),
    duration: Number.isFinite(chosen) ? kept(chosen, timeBlockIn(time), { role, emergency }, roles) : null,
    other: value(FORM.other)?.value ?? "",
    start: startIn(value(FORM.start)?.selected_date_time),
    reason: value(FORM.reason)?.value ?? "",
    emergency,
    glass: [],
    complete: true,
    origin,
  };
  const block = (action: string) => at(action)?.[0] ?? "reason";
  const standing = Object.entries(FORM).map(([name, action]) => [name, block(action)]);
  return { draft, blocks: Object.fromEntries(standing) as FilledForm["blocks"] };
}

const choices = ({
  options = [],
  option_groups = [],
}: NonNullable<z.infer<typeof Block>["element"]>): string[] =>
  [...options, ...option_groups.flatMap((group) => group.options)].map(({ value }) => value);

/** Slack counts seconds. */
const startIn = (seconds: number | null | undefined): number | null => (seconds ? seconds * SECOND : null);

interface Asked {
  role: string | null;
  emergency: boolean;
}

/** Another list of times is another input: Slack keeps what was chosen in one of the same id. */
export const timeBlock = (role: string, emergency: boolean): string =>
  `${emergency ? "now" : "time"}-${role}`;
const timeBlockIn = (id: string): Asked => ({
  role: id.replace(/^(?:now|time)-/, ""),
  emergency: id.startsWith("now-"),
});

/** The usual time of the role before is not carried over to another, nor one that is too long for it. */
function kept(chosen: number, before: Asked, now: Asked, roles: Catalog): number | null {
  if (before.role === now.role && before.emergency === now.emergency) return chosen;
  const [old, next] = [before, now].map(({ role, emergency }) => {
    const found = roleNamed(roles, role ?? "");
    return found && timesOf(found, emergency);
  });
  return chosen === old?.default || chosen > (next?.max ?? 0) ? null : chosen;
}

/** What it asks for. */
export const commandOf = ({ role, duration, other, start, reason, emergency }: FormDraft): ParsedCommand => ({
  role: role ?? "",
  time: other.trim() === "" ? (duration === null ? null : { ms: duration }) : wholeTime(other),
  ...(start !== null && { start: { at: start } }),
  reason: reasonIn(reason),
  ...(emergency ? { emergency } : {}),
});
