// What the parts of the chat know of each other, for those who check the pages.

import type { components } from "../api.d.ts";
import type { Banner } from "./banner.js";
import type { Card } from "./card.js";
import type { Composer } from "./composer.js";
import type { Head } from "./head.js";
import type { Thread } from "./thread.js";
import type { Locale } from "../i18n/locale.js";
import type { Attachment, EventFrame, LogEvent, TypingFrame } from "../net/frames.d.ts";

/** What is on the page, in the language of the moment. */
export interface Parts {
  locale: Locale;
  composer: Composer;
  card: Card;
  /** The log; null: there is nothing to show in it yet. */
  thread: Thread | null;
  head: Head;
  banner: Banner;
  body: HTMLElement;
}

/** What comes later, by where it is. */
export interface Late {
  "./copy.js": typeof import("./copy.js");
  "./host.js": typeof import("./host.js");
  "./left.js": typeof import("./left.js");
  "./more.js": typeof import("./more.js");
  "./own.js": typeof import("./own.js");
  "./rating.js": typeof import("./rating.js");
  "./thread.js": typeof import("./thread.js");
  "./tray.js": typeof import("./tray.js");
  "./underway.js": typeof import("./underway.js");
  "../ui/sound.js": typeof import("../ui/sound.js");
}

/** What can be done, whoever asks for it. */
export interface Does {
  write(text: string, files: Attachment[]): void;
  /** Whether what is written now would be taken; if not, he is told what to do. */
  takes(): boolean;
  /** Whether what was begun in a chat that has ended is to begin another one: he is asked. */
  sure(): Promise<boolean>;
  menu(element: HTMLElement): unknown;
  end(): unknown;
  /** What he has said stays as a message: he need not wait. */
  leaveMessage(): unknown;
  startAnew(): void;
  reopen(): unknown;
  /** Says how it ended, asks what he thought of it and what is next, in this place. */
  rate(place: HTMLElement): unknown;
  transcript(): unknown;
  signIn(): unknown;
  signOut(): unknown;
  earlier(): unknown;
  useHere(): void;
  beginAgain(): void;
  setLocale(tag: string): unknown;
  setTheme(theme: string): void;
  /** Draws everything anew, with what is kept. */
  redraw(): unknown;
  close(): void;
  /** Whether what is on the page can be seen. */
  isSeen(): boolean;
}

/** Shows something instead of the log; null shows the log again. */
export type Panel = (element: HTMLElement | null) => void;

/** What a newcomer is told: queues, texts, limits. */
export type Welcome = components["schemas"]["Welcome"];

/** What a new conversation is to be like. */
export interface Wishes {
  queue?: string | null;
  name?: string;
  leave?: boolean;
}

/** The first message, while its conversation is being opened. */
export interface Opening extends Required<Wishes> {
  client_id: string;
  text: string;
  files: Attachment[];
  at: number;
  error?: string;
  code?: string;
}

/** What a visit tells, and what it tells of it. */
export interface Topics {
  state: [];
  /** Another log, and where what came before it begins. */
  log: [shown: { items: LogEvent[]; older: number | null }];
  entry: [event: EventFrame];
  pending: [];
  marks: [];
  typing: [frame: TypingFrame];
  link: [];
  back: [];
  unread: [];
  unreachable: [];
  forgotten: [];
}

/** Draws what a visit tells, topic by topic. */
export type Draws = { [Topic in keyof Topics]: (...told: Topics[Topic]) => unknown };

/** What the frame says to the page around it. */
export type ToPage = { type: "ready" } | { type: "close" }
  | { type: "session"; token: string | null } | { type: "unread"; count: number }
  | { type: "keep"; text: string | null }
  | { type: "event"; name: string; detail?: object };

/** What the page around says to the frame. */
export type FromPage = { type: "opened" } | { type: "closed" } | { type: "reset" }
  | { type: "identify"; token: string } | { type: "locale"; locale: string }
  | { type: "session"; token: string } | { type: "theme"; theme: string }
  | { type: "start"; queue?: string; text?: string };

/** Its first word, with the port for all others. */
export interface Greeting {
  switchboard: "port";
  token: string | null;
  identity: string | null;
  /** What was not sent on the page before. */
  kept: string | null;
  open: boolean;
}
