/** Stands for Karpor's dashboard: the hub is asked with the pasted token, as Karpor's own pages do. */
import type { PlaygroundContext } from "../context.ts";
import { asIs } from "../said.ts";
import type { DashboardVisit } from "./types.ts";

export interface Dashboard {
  login(token: string): Promise<DashboardVisit>;
  /** A page that is looked at, quietly: nothing is tried. */
  visit(token: string): Promise<DashboardVisit>;
  /** Whether a request that the hub logged was one of these. */
  isOwn(path: string): boolean;
}

const AUTHN = "/rest-api/v1/authn";
const READ = ["GET", "/insight", { en: "Read every page", zh: "查看所有页面" }] as const;
const CHANGE = [
  "DELETE",
  "/rest-api/v1/cluster/playground",
  { en: "Change clusters", zh: "修改集群" },
] as const;

export function createDashboard(context: PlaygroundContext): Dashboard {
  const { hub, clock, timeline } = context;
  const waiting = new Map<string, number>();
  const ask = (method: string, path: string, token: string) => {
    waiting.set(path, (waiting.get(path) ?? 0) + 1);
    return hub.ask(method, path, token);
  };
  const look = async (
    token: string,
    tries: readonly (typeof READ | typeof CHANGE)[],
  ): Promise<DashboardVisit> => {
    const status = await ask("GET", AUTHN, token);
    const account = status === 401 ? undefined : accountOf(token);
    const seen = {
      status,
      at: clock.now(),
      account,
      role: account && (await roleOf(context, account)),
      told: hub.audit !== undefined,
      tried: [],
    };
    if (status !== 200) return seen;
    const tried = tries.map(async ([method, path, what]) => ({
      what,
      status: await ask(method, path, token),
    }));
    return { ...seen, tried: await Promise.all(tried) };
  };
  return {
    async login(token) {
      // On a real hub nothing is changed to find out whether it could be.
      const seen = await look(token.trim(), hub.local ? [READ, CHANGE] : [READ]);
      timeline.add({
        lane: "you",
        title: { en: `the dashboard logs in: GET ${AUTHN}`, zh: `控制台登录：GET ${AUTHN}` },
        note: asIs(String(seen.status)),
        bad: seen.status !== 200,
      });
      return seen;
    },
    visit: (token) => look(token.trim(), []),
    isOwn(path) {
      const left = waiting.get(path) ?? 0;
      if (left > 0) waiting.set(path, left - 1);
      return left > 0;
    },
  };
}

/** Whose token it says it is: shown, never relied on. */
function accountOf(token: string): string | undefined {
  try {
    const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return /^system:serviceaccount:[^:]+:(.+)$/.exec(String(claims.sub))?.[1];
  } catch {
    return undefined;
  }
}

async function roleOf({ hub }: PlaygroundContext, account: string): Promise<string | undefined> {
  const objects = await hub.objects().catch(() => []);
  const bound = objects.find(({ subjects }) =>
    ((subjects ?? []) as { name: string }[]).some(({ name }) => name === account),
  );
  return (bound?.roleRef as { name?: string } | undefined)?.name;
}
