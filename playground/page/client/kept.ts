/** What Karpor's dashboard keeps in the browser: its token, and, as redux-persist writes it, whether one is logged in. */
const TOKEN = "token";
const ROOT = "persist:root";

/** Undefined when nobody is logged in. */
export function keptToken(): string | undefined {
  const { globalSlice = "{}" } = JSON.parse(localStorage.getItem(ROOT) ?? "{}");
  return (JSON.parse(globalSlice).isLogin && localStorage.getItem(TOKEN)) || undefined;
}

export function keepToken(token: string): void {
  localStorage.setItem(TOKEN, token);
  markLoggedIn(true);
}

export function forgetToken(): void {
  localStorage.removeItem(TOKEN);
  markLoggedIn(false);
}

function markLoggedIn(isLogin: boolean): void {
  const globalSlice = JSON.stringify({ isLogin });
  const _persist = JSON.stringify({ version: -1, rehydrated: true });
  localStorage.setItem(ROOT, JSON.stringify({ globalSlice, _persist }));
}
