/** All words, by the reader's language. */
import type { Locale } from "../../request/people.ts";
import { commands as enCommands } from "./en/commands.ts";
import { evidence as enEvidence } from "./en/evidence.ts";
import { forms as enForms } from "./en/forms.ts";
import { lists as enLists } from "./en/lists.ts";
import { messages as enMessages } from "./en/messages.ts";
import { passkeys as enPasskeys } from "./en/passkeys.ts";
import { refusals as enRefusals } from "./en/refusals.ts";
import { commands as zhCommands } from "./zh/commands.ts";
import { evidence as zhEvidence } from "./zh/evidence.ts";
import { forms as zhForms } from "./zh/forms.ts";
import { lists as zhLists } from "./zh/lists.ts";
import { messages as zhMessages } from "./zh/messages.ts";
import { passkeys as zhPasskeys } from "./zh/passkeys.ts";
import { refusals as zhRefusals } from "./zh/refusals.ts";

const TEXTS = {
  en: {
    commands: enCommands,
    evidence: enEvidence,
    forms: enForms,
    lists: enLists,
    messages: enMessages,
    passkeys: enPasskeys,
    refusals: enRefusals,
  },
  zh: {
    commands: zhCommands,
    evidence: zhEvidence,
    forms: zhForms,
    lists: zhLists,
    messages: zhMessages,
    passkeys: zhPasskeys,
    refusals: zhRefusals,
  },
};
export type Words = (typeof TEXTS)["en"];

export const wordsFor = (locale: Locale): Words => TEXTS[locale];
