/** A trail on a real Redis as weeks of use leave it, sealed as it came, and exports of it. */
import type { JumpClock } from "../../../sandbox/clock.ts";
import { cellsOf, type Names, TITLES } from "../../../src/cli/audit/columns.ts";
import { csvRow } from "../../../src/cli/audit/csv.ts";
import { exportTrail } from "../../../src/cli/audit/export.ts";
import type { ExportOptions } from "../../../src/cli/audit/options.ts";
import { DAY, HOUR, MINUTE } from "../../../src/domain/duration.ts";
import type { Lockdown } from "../../../src/domain/lockdown.ts";
import { massEndOf } from "../../../src/domain/mass-end.ts";
import { policyFrom } from "../../../src/domain/policy-file.ts";
import type { State } from "../../../src/domain/request.ts";
import { createAttempts } from "../../../src/store/attempts.ts";
import type { TrailLine } from "../../../src/store/chain.ts";
import { createLockdowns } from "../../../src/store/lockdown.ts";
import { createPolicies } from "../../../src/store/policies.ts";
import { createSeals } from "../../../src/store/seals.ts";
import type { TestRedis } from "../../helpers/redis.ts";
import { fixture } from "../../store/requests.contract.ts";
import { ana, asked, ben, inState } from "../../store/samples.ts";

const NAMES: Record<string, string> = { U0ANA: "Ana Ruiz", U0BEN: "=Ben, “the” Approver" };

export type Trail = ReturnType<typeof openTrail>;

export function openTrail({ commands: redis }: Pick<TestRedis, "commands">) {
  const f = fixture({ commands: redis });
  const { keys, clock } = f;
  /** As the log has them. */
  const logged: TrailLine<object>[] = [];
  const onChange = (_: object, line: TrailLine<object>) => void logged.push(line);
  f.onLine = onChange;
  const store = { redis, keys, clock, hubAhead: () => 0 };
  const seals = createSeals({
    ...store,
    onSeal: (line) => void logged.push(line),
    onUnlogged: (line) => void logged.push(line),
  });
  const lockdowns = createLockdowns({ ...store, onChange });
  const attempts = createAttempts({ ...store, onAttempt: onChange });
  const exported = async (options: Partial<ExportOptions> = {}): Promise<string[]> => {
    const lines: string[] = [];
    const nameOf = async (id: string) => NAMES[id] ?? null;
    const all = exportTrail(
      { ...store, instance: "test", nameOf },
      { format: "jsonl", names: true, ...options },
    );
    for await (const line of all) lines.push(line);
    return lines;
  };
  return {
    ...f,
    ...{ store, seals, lockdowns, attempts, logged, exported },
    /** One after the other, a minute apart. */
    async walk(states: readonly State[], over: Parameters<typeof asked>[0] = {}) {
      const request = asked({ requestedAt: clock.now(), closesAt: clock.now() + HOUR, ...over });
      await f.requests.make(request, request.id);
      for (const state of states) {
        clock.jump(MINUTE);
        await f.requests.update(request.id, (r) => inState(r, state));
      }
      return request.id;
    },
    policy: (digest: string) =>
      createPolicies({ ...store, onChange, policy: policyFrom("{}", digest) }).record(
        policyFrom("{}", digest),
      ),
    seal: () => seals.add(null),
  };
}

const lockdown = (clock: JumpClock): Lockdown => ({
  ...{ by: ben, qualified: ben.id, at: clock.now(), reason: "laptop stolen" },
});

/** Some of everything: six seals, and a rest that is not sealed yet. */
export async function fill(trail: Trail): Promise<void> {
  const { clock, lockdowns, attempts, walk, seal } = trail;
  await walk(["pending", "approved", "delivering", "active", "ending", "ended"]);
  const denied = await walk(["pending", "denied"], { role: "admin", requester: ben });
  const tried = { attempt: "approve", at: clock.now(), who: ben.id, why: "own-request" } as const;
  await attempts.note({ ...tried, id: denied, requester: ben.id, role: "admin" });
  await attempts.note({ attempt: "unlock", at: clock.now(), who: ana.id, why: "not-admin" });
  await seal();
  clock.jump(DAY);
  await trail.policy("1".repeat(64));
  await trail.policy("2".repeat(64));
  const live = await walk(["pending", "approved"], {
    reason: '=HYPERLINK("http://x"), "quoted"\nand a line',
  });
  await seal();
  clock.jump(DAY);
  const locked = lockdown(clock);
  await lockdowns.set(locked, massEndOf(locked));
  clock.jump(HOUR);
  await lockdowns.lift(locked, { by: ana, qualified: ana.id, reason: "found again" });
  // No replica's log has it before it is sealed.
  const byHand = createLockdowns({ ...trail.store, cli: true, onChange: () => {} });
  const drill = { ...lockdown(clock), by: { operator: "dana" }, qualified: "operator" };
  await byHand.set(drill, massEndOf(drill));
  await byHand.lift(drill, { by: { operator: "dana" }, qualified: "operator", reason: "over" });
  await seal();
  await trail.requests.update(live, (r) => inState(r, "ending"));
  await walk(["withdrawn"], { role: "admin", reason: 'x;=1+1;y\n@sum\n"-2\nz' });
  await seal();
  clock.jump(DAY);
  await trail.requests.update(live, (r) => inState(r, "ended"));
  await walk(["pending", "timedOut"], { requester: ben });
  await seal();
  await walk(["pending"], { role: "peek" });
  await seal();
  await walk(["pending"], { role: "guest" });
}

/** As `--format csv` writes it. */
export function csvOf(lines: readonly string[]): string[] {
  const names: Names = new Map();
  return [csvRow(TITLES), ...lines.map((json) => csvRow([...(cellsOf(json, names) ?? []), json]))];
}
