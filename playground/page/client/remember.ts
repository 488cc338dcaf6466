/** What a reload keeps, for the life of the browser's tab; Start over forgets it. No token is ever among it. */
export const recall = (key: string): string | undefined => sessionStorage.getItem(key) ?? undefined;

export const remember = (key: string, value: string): void => sessionStorage.setItem(key, value);

export const forgetAll = (): void => sessionStorage.clear();
