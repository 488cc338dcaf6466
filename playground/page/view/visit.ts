/** One open page: its language and time zone, and whose Slack it shows. */
import { ABOUT, APPROVALS, USERS } from "../../fixtures/people.ts";
import { Language, type Translate, translateTo } from "../../language.ts";

export const SIDES = ["left", "right"] as const;
export type SideName = (typeof SIDES)[number];

export interface Visit {
  language: Language;
  t: Translate;
  /** Every time on the page is in this zone. */
  zone: string;
  /** The requester of the tour. */
  first: string;
  sides: Record<SideName, { person: string; place: string }>;
}

/** The place of the bot's direct messages. */
export const DM = "dm";

export function readVisit(asked: URLSearchParams): Visit {
  const language = Language.catch("en").parse(asked.get("language"));
  const isChinese = language === "zh";
  const first = isChinese ? USERS.lin : USERS.dana;
  const personOn = (side: SideName, otherwise: string) => {
    const id = asked.get(side);
    return id !== null && id in ABOUT ? id : otherwise;
  };
  return {
    language,
    t: translateTo(language),
    zone: asked.get("zone") ?? "UTC",
    first,
    sides: {
      left: { person: personOn("left", first), place: asked.get("leftPlace") ?? DM },
      right: {
        person: personOn("right", isChinese ? USERS.wang : USERS.alice),
        place: asked.get("rightPlace") ?? APPROVALS,
      },
    },
  };
}
