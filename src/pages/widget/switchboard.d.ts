// What the loader gives to the page that has it, and what it keeps while it is not there yet.

type Listener = (detail?: unknown) => void;

/** What a page may ask of its chat. */
export interface Calls {
  open(): void;
  close(): void;
  toggle(): void;
  isOpen(): boolean;
  unread(): number;
  show(): void;
  hide(): void;
  start(what?: { queue?: string; message?: string }): void;
  identify(token: string): void;
  reset(): void;
  setLocale(tag: string): void;
  setTheme(theme: string): void;
  on(event: string, listener: Listener): () => void;
  destroy(): void;
}

/** One of these calls with what it is given, as a page without the loader writes it down. */
export type Call = { [Name in keyof Calls]: [name: Name, ...given: Parameters<Calls[Name]>] }[
  keyof Calls];

declare global {
  interface Window {
    switchboard?: Partial<Calls> & { q?: Call[] };
  }
}
