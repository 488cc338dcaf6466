/** What the next version's sources say: a schema higher, with fields, words, a message and a step of its own. */

type Edit = readonly [old: string, next: string];

/** What the next version writes at each change; `audited` by a step that only it knows. */
const MARK = `
  const more = r as any;
  const messages = Object.fromEntries(
    Object.entries(r.messages).map(([key, sent]) => [key, { ...sent, thread: "9.9" }]),
  );
  messages.survey ??= { channel: "C0SURVEY", ts: "1.1", shows: "asked", revision: 1 } as any;
  return {
    ...r,
    messages,
    quorum: { count: (more.quorum?.count ?? 0) + 1, of: ["U0X"], granted: "grant" in r && !!r.grant },
    ...("grant" in r && r.grant ? { grant: { ...r.grant, region: "eu" } } : {}),
    ...("outage" in r && r.outage?.what === "hub" ? { outage: { ...r.outage, what: "quota" } } : {}),
    ...("end" in r && r.end.cause === "revoked" ? { end: { ...r.end, cause: "locked-down" } } : {}),
  } as any;
`;

const EDITS: Record<string, readonly Edit[]> = {
  "src/domain/request.ts": [
    ["SCHEMA_VERSION = 1", "SCHEMA_VERSION = 2"],
    [
      "version: Ms,",
      "version: Ms, audited: z.literal(true).optional(), quorum: z.object({ count: Ms, of: z.array(z.string()), granted: z.boolean() }).optional(),",
    ],
    ["ts: z.string(),", "ts: z.string(), thread: z.string().optional(),"],
    ["bindingUid: z.string(),", "bindingUid: z.string(), region: z.string().optional(),"],
    ['"made-again",', '"made-again", "quota",'],
    ['"lost",', '"lost", "locked-down",'],
  ],
  "src/domain/lifecycle.ts": [
    ['  "validate",', '  "validate", "audit",'],
    ['now: () => ["provision"],', 'now: () => ["audit", "provision"],'],
    [
      "export function stamped(",
      `const marked = (r: AccessRequest): AccessRequest => {${MARK}};\nexport function stamped(`,
    ],
    ["  const moved = before.state", "  after = marked(after);\n  const moved = before.state"],
  ],
  "src/app/work.ts": [
    ["    handlers: {", "    handlers: { audit: (id, lane) => audit(ports[lane], id),"],
    [
      "export function startWork(",
      `async function audit(ports: Ports, id: any) {
        await commit(ports, id, (r: any) => (r.audited ? null : { ...r, audited: true }));
        return undefined;
      }
      export function startWork(`,
    ],
    [
      "/** What a job of the queue runs",
      'import { commit } from "../flow/support/commit.ts";\n/** What a job of the queue runs',
    ],
  ],
  "src/flow/support/outage.ts": [["  other:", '  quota: "over its quota",\n  other:']],
  "src/slack/messages/en-request.ts": [
    ["  other: () =>", '  quota: () => "over its quota",\n  other: () =>'],
    ['    other: "another', "    'locked-down': 'locked down',\n    other: \"another"],
    ["  other: (f, fmt) =>", "  'locked-down': () => 'Ended, locked down:',\n  other: (f, fmt) =>"],
  ],
  "src/slack/messages/zh-request.ts": [
    ["  other: () =>", '  quota: () => "超出配额",\n  other: () =>'],
    ['    other: "由', "    'locked-down': '锁定',\n    other: \"由"],
    ["  other: (f, fmt) =>", "  'locked-down': () => '已结束，锁定：',\n  other: (f, fmt) =>"],
  ],
};

/** The files that the next version has otherwise. */
export const nextFiles = Object.keys(EDITS);

/** `path`: from the project's root. Throws where the source has no place for what the next version says. */
export const nextSource = (path: string, source: string): string =>
  (EDITS[path] ?? []).reduce(edited, source);

function edited(source: string, [old, next]: Edit): string {
  if (!source.includes(old)) throw new Error(`The next version cannot be made: no ${JSON.stringify(old)}.`);
  return source.replaceAll(old, next);
}
