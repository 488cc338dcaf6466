/** Puts the playground together: a page, and behind it a world that can be thrown away for another. */
import type { PlaygroundContext } from "./context.ts";
import { createSignal } from "./fixtures/signal.ts";
import type { Options } from "./options.ts";
import { serveDashboard } from "./page/dashboard.ts";
import { servePage } from "./page/server.ts";
import { openWorld, type World } from "./world.ts";

export interface Playground {
  url: string;
  /** Karpor's, on an address of its own. */
  dashboard: string;
  /** Of the world that runs now. */
  readonly context: PlaygroundContext;
  close(): Promise<void>;
}

/** What is real and what is not. */
export const SAYS = "Only Slack’s servers and Karpor are stand-ins; the bot and Redis are real.";

/** Throws one sentence. */
export async function startPlayground(options: Options): Promise<Playground> {
  await using opened = new AsyncDisposableStack();
  const changes = createSignal();
  let world: World = await openWorld(options, changes.changed);
  let moving = Promise.resolve();
  opened.defer(async () => {
    await moving.catch(() => {});
    await world.close();
  });
  const move = async () => {
    const next = await openWorld(options, changes.changed);
    const before = world;
    try {
      await next.start(dashboard);
    } catch (error) {
      await next.close();
      throw error;
    }
    dashboard.show(next.context);
    page.show(next.context);
    world = next;
    await before.close();
  };
  const startOver = () => {
    // One after the other, should two tabs ask for it.
    moving = moving.catch(() => {}).then(move);
    return moving;
  };
  const dashboard = opened.adopt(
    await serveDashboard(world.context, options.port && options.port + 1),
    (served) => served.close(),
  );
  const page = opened.adopt(
    await servePage(world.context, options.port, changes, startOver, dashboard.url),
    (served) => served.close(),
  );
  await world.start(dashboard);
  const kept = opened.move();
  return {
    url: page.url,
    dashboard: dashboard.url,
    get context() {
      return world.context;
    },
    close: () => kept.disposeAsync(),
  };
}
