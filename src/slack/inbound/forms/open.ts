/** The form that asks for access: opened at once, for its trigger lives 3 s; what must be looked up fills it afterwards. */

import { type Meaning, reasonFrom } from "../../../domain/command.ts";
import type { UserId } from "../../../domain/ids.ts";
import { emergencyRolesFor, isSameForAll, rolesFor, rolesForAnybody } from "../../../flow/seen/roles-for.ts";
import { slackError } from "../../outbound/client.ts";
import { throwTrouble } from "../../outbound/trouble.ts";
import { type FormDraft, type FormOrigin, requestForm, requestFormRefused } from "../../views/index.ts";
import { contextFor, type HandlerContext, localeKnown, profileOfAsker } from "../context.ts";
import { openView } from "../open-view.ts";
import { waitOut } from "../while-busy.ts";

export interface OpenForm {
  user: UserId;
  triggerId: string;
  /** What it is filled with. */
  meaning?: Meaning | undefined;
  /** When it is to begin; left out where what is meant cannot be chosen, too. */
  start?: number | undefined;
  /** Before anybody approved it. */
  emergency?: boolean;
  origin: FormOrigin;
}

/** Resolves when it is filled. Throws when Slack does not open it. */
export async function openForm(context: HandlerContext, ask: OpenForm): Promise<void> {
  const draft = firstDraft(context, ask);
  const locale = localeKnown(context, ask.user);
  const view = requestForm(draft, contextFor(context, ask.user));
  const { id, hash } = await openView(context.client, ask.triggerId, view);
  if (id) await fill(context, ask.user, { id, hash }, draft, locale);
}

/** Roles for certain people wait for the look-up; the one that was meant is shown at once. */
function firstDraft(
  { ports: { policy } }: HandlerContext,
  { meaning, start, emergency = meaning?.emergency ?? false, origin }: OpenForm,
): FormDraft {
  const { names, unsure } = rolesForAnybody(policy);
  const glass = names.filter((name) => policy.roles[name]?.breakGlass);
  const meant = meaning ? names.find((name) => name === meaning.role) : emergency ? glass[0] : undefined;
  const roles = names.filter((name) => !unsure.includes(name) || name === meant);
  return {
    roles,
    role: meant ?? roles[0] ?? null,
    isGuess: emergency && !meaning,
    duration: (meant && meaning?.duration) || null,
    other: "",
    start: start ?? null,
    reason: meaning ? reasonOf(meaning, start) : "",
    emergency,
    glass: emergency ? glass : [],
    complete: glass.length === 0 && isSameForAll(policy),
    leftOut: meant ? undefined : meaning?.role,
    origin,
  };
}

const reasonOf = (meaning: Meaning, start: number | undefined): string =>
  meaning.start && start === undefined ? reasonFrom(meaning.start, meaning.reason) : meaning.reason;

async function fill(
  context: HandlerContext,
  user: UserId,
  { id, hash }: { id: string; hash: string | undefined },
  draft: FormDraft,
  before: string,
): Promise<void> {
  const { standing, ...may } = await lookUpAsker(context, user);
  const ctx = contextFor(context, user);
  if (standing === "member" && draft.complete && ctx.locale === before) return;
  const view =
    standing === "member"
      ? requestForm(completed(draft, may), ctx)
      : requestFormRefused({ kind: "not-served", standing }, ctx);
  const update = { view_id: id, ...(hash ? { hash } : {}), view };
  await waitOut(context, () => context.client.views.update(update).catch(throwTrouble)).catch(
    (error: unknown) => {
      // Something was chosen meanwhile: its own update looked up the same.
      if (slackError(error) === "hash_conflict") return;
      context.log.warn(
        { who: user, err: error },
        "the form could not be filled; what it sends is checked all the same",
      );
    },
  );
}

/** Every role where it cannot be looked up now: it is looked up again before anything is sent. */
export async function lookUpAsker(context: HandlerContext, user: UserId) {
  const { ports, log } = context;
  const failed = (error: unknown) =>
    log.warn({ who: user, err: error }, "could not look up who may ask for what; the form shows every role");
  const [profile, roles, glass] = await Promise.all([
    profileOfAsker(context, user).catch(failed),
    rolesFor(ports, user).catch(failed),
    emergencyRolesFor(ports, user).catch(failed),
  ]);
  return {
    standing: profile?.standing ?? "member",
    roles: roles ?? Object.keys(ports.policy.roles),
    glass: glass ?? Object.keys(ports.policy.roles).filter((name) => ports.policy.roles[name]?.breakGlass),
  } as const;
}

export function completed(draft: FormDraft, may: Pick<FormDraft, "roles" | "glass">): FormDraft {
  const { roles, glass } = may;
  const role = (draft.isGuess && glass[0]) || draft.role;
  if (role !== null && roles.includes(role)) return { ...draft, ...may, role, complete: true };
  return {
    ...draft,
    ...may,
    role: roles[0] ?? null,
    duration: null,
    leftOut: role ?? undefined,
    complete: true,
  };
}
