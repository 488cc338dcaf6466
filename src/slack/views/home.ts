/** The Home tab: what one has, waits for, decides and may ask for; for administrators, all that is active. Within Slack's 100 blocks. */
import type { HomeView, KnownBlock } from "@slack/types";
import { roleNamed } from "../../domain/catalog.ts";
import { type CommandName, wordIn } from "../../domain/command-words.ts";
import { ACTIVE_AT_HOME, type Home, type NoHome } from "../../domain/home.ts";
import { type AccessRequest, isGranted } from "../../domain/request.ts";
import { escaped } from "../messages/text.ts";
import { drawActive } from "./active.ts";
import { backgroundParts } from "./background.ts";
import { actions, context, quote, section } from "./blocks.ts";
import * as buttons from "./buttons.ts";
import type { ViewContext } from "./context.ts";
import { drawOpen } from "./lists.ts";
import { drawWaiting } from "./pending.ts";
import { refusedReply } from "./refused.ts";
import { factsOf, type Renderer, rendererOf } from "./renderer.ts";

/** With two blocks for an own one and four for one to decide, 98 at most. */
const MOST = { have: 5, waits: 4, decides: 12, roles: 10, active: ACTIVE_AT_HOME };

export function homeView(home: Home | NoHome, ctx: ViewContext): HomeView {
  if ("refusal" in home) return { type: "home", blocks: refusedReply(home.refusal, ctx).blocks };
  const p = rendererOf({ ...ctx, uses: home.uses });
  const { words, rich } = p;
  const isHeld = (r: AccessRequest) => isGranted(r) && r.requester.id === ctx.reader;
  const open = (of: (r: AccessRequest) => boolean) => home.own.filter(of).map((r) => drawOpen(p, r));
  return {
    type: "home",
    blocks: [
      section(head(p, home)),
      ...part(p, words.home.have, open(isHeld), { most: MOST.have, command: "status" }),
      ...part(
        p,
        words.home.waits,
        open((r) => !isHeld(r)),
        { most: MOST.waits, command: "status" },
      ),
      ...part(p, words.home.decides, decides(p, home), { most: MOST.decides, command: "pending" }),
      ...toAsk(p, home.roles),
      ...allActive(p, home),
      context([words.help.commands(rich)]),
    ],
  };
}

function head({ words, hub, rich }: Renderer, { own, lockdown }: Home): string {
  if (lockdown) return words.lockdown.status(lockdown, rich);
  return own.length === 0 ? words.status.head(0, hub, rich) : words.form.head(hub, rich);
}

interface Fit {
  most: number;
  /** The command that lists all of it. */
  command: CommandName;
  total?: number;
}

/** Nothing of what is empty. */
function part(
  p: Renderer,
  title: string,
  all: readonly KnownBlock[][],
  { most, command, total = all.length }: Fit,
): KnownBlock[] {
  if (all.length === 0) return [];
  const shown = all.slice(0, most);
  const more = p.words.home.more(
    shown.length,
    total,
    `${p.ctx.command} ${wordIn(p.ctx.locale, command)}`,
    p.rich,
  );
  return [section(p.rich.b(title)), ...shown.flat(), ...(total > shown.length ? [context([more])] : [])];
}

const decides = (p: Renderer, { requests, reviews, allowances }: Home): KnownBlock[][] => [
  ...reviews.map((request) => drawWaiting(p, { kind: "review", request })),
  ...requests.map((r) => toDecide(p, r)),
  ...allowances.map((allowance) => drawWaiting(p, { kind: "allowance", allowance })),
];

/** As on its card: what is denied elsewhere today must not be overlooked here. */
function toDecide(p: Renderer, r: AccessRequest): KnownBlock[] {
  const f = factsOf(p, r);
  const lines = [
    p.words.card.pending(f, p.rich),
    ...(f.lessened ? [p.words.lessened(f.lessened, p.rich)] : []),
    ...(f.count > 1 ? [p.words.quorum(f, p.rich)] : []),
  ];
  return [
    section(lines.join("\n")),
    ...quote(r.reason),
    context([...backgroundParts(p, r), p.words.closes(f, p.rich), r.id]),
    ...actions(
      buttons.approveOneButton(p, r),
      ...buttons.lessButton(p, r),
      buttons.denyButton(p, r),
      buttons.moreMenu(p, r),
    ),
  ];
}

function toAsk(p: Renderer, names: readonly string[]): KnownBlock[] {
  const { home } = p.words;
  if (names.length === 0) return [context([home.noRoles])];
  const shown = names.slice(0, MOST.roles).flatMap((name) => roleLine(p, name));
  const all = names.length > MOST.roles ? actions(buttons.askAnyButton(home.allRoles(names.length))) : [];
  return [section(p.rich.b(home.roles)), ...shown, ...all];
}

/** Its approvers and all else stand in the form. */
function roleLine(p: Renderer, name: string): KnownBlock[] {
  const role = roleNamed(p.ctx.roles, name);
  if (!role) return [];
  const [max = "", usual = ""] = [role.duration.max, role.duration.default].map(p.words.grammar.span);
  const gives = `${p.rich.code(name)} ${escaped(role.description[p.ctx.locale])}`;
  return [section(`${gives}\n${p.words.help.time(max, usual)}`, buttons.askButton(p, name))];
}

function allActive(p: Renderer, { active }: Home): KnownBlock[] {
  if (!active) return [];
  const { shown, endable, total } = active;
  const rows = shown.map((r) => [drawActive(p, r, endable.has(r.id))]);
  return part(p, p.words.home.active(total), rows, { most: MOST.active, command: "active", total });
}
