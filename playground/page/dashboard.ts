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
const INSIGHT = "/insight";
const READ = { method: "GET", path: INSIGHT, what: { en: "Read every page", zh: "查看所有页面" } };
/** A hub that lets anybody read would else seem to do so because of the token. */
const READ_WITHOUT = {
  ...{ method: "GET", path: INSIGHT, without: true },
  what: { en: "Without a token", zh: "不带令牌" },
};
const CHANGE = {
  ...{ method: "DELETE", path: "/rest-api/v1/cluster/playground" },
  what: { en: "Change clusters", zh: "修改集群" },
};

interface Try extends Pick<DashboardVisit["tried"][number], "what" | "without"> {
  method: string;
  path: string;
}

export function createDashboard(context: PlaygroundContext): Dashboard {
  const { hub, clock, timeline } = context;
  const waiting = new Map<string, number>();
  const ask = (method: string, path: string, token: string | undefined) => {
    waiting.set(path, (waiting.get(path) ?? 0) + 1);
    return hub.ask(method, path, token);
  };
  const look = async (token: string, tries: readonly Try[]): Promise<DashboardVisit> => {
    const status = await ask("GET", AUTHN, token);
    const account = status === 401 ? undefined : accountOf(token);
    const seen = {
      status,
      at: clock.now(),
      account,
      role: account && (await roleOf(context, account)),
      tried: [],
    };
    if (status !== 200) return seen;
    const tried = tries.map(async ({ method, path, what, without }) => ({
      ...{ what, without },
      status: await ask(method, path, without ? undefined : token),
    }));
    return { ...seen, tried: await Promise.all(tried) };
  };
  return {
    async login(token) {
      const seen = await look(token.trim(), [READ, READ_WITHOUT, CHANGE]);
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
