/** A question at the terminal. */
import { createInterface } from "node:readline/promises";

/** Ctrl-C and Ctrl-D are no. Throws where nobody can be asked. */
export async function confirmAtTerminal(question: string): Promise<boolean> {
  const { stdin: input, stdout: output } = process;
  if (!input.isTTY)
    throw new Error(
      `${question} Nobody can be asked here: run it at a terminal, or with --yes where it takes that.`,
    );
  const terminal = createInterface({ input, output, terminal: true });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } catch {
    output.write("\n");
    return false;
  } finally {
    terminal.close();
  }
}
