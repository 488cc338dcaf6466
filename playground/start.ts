/** The only composition of the playground: a page, and behind it a world that can be thrown away for another. */
import type { PlaygroundContext } from "./context.ts";
import { createSignal } from "./fixtures/signal.ts";
import type { Options } from "./options.ts";
import { servePage } from "./page/server.ts";
import { openWorld, type World } from "./world.ts";

export interface Playground {
  url: string;
  /** One line: what is real and what is not. */
  says: string;
  /** Of the world that stands now. */
  readonly context: PlaygroundContext;
  close(): Promise<void>;
}

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
  const says = sentence(options);
  const move = async () => {
    const next = await openWorld(options, changes.changed);
    const before = world;
    try {
      await next.start(page);
    } catch (error) {
      await next.close();
      throw error;
    }
    page.show(next.context);
    world = next;
    await before.close();
  };
  const startOver = () => {
    moving = move();
    return moving;
  };
  const page = opened.adopt(
    await servePage(world.context, { port: options.port, says }, changes, startOver),
    (p) => p.close(),
  );
  await world.start(page);
  const kept = opened.move();
  return {
    url: page.url,
    says,
    get context() {
      return world.context;
    },
    close: () => kept.disposeAsync(),
  };
}

/** What is not the real thing, in one line. */
const sentence = ({ kubeconfig }: Options): string =>
  kubeconfig
    ? "Only Slack’s servers are a stand-in; everything else is the real thing, your hub included."
    : "Only Slack’s servers and the cluster are stand-ins; the rest is real.";
