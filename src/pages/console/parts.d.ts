// What the parts of the console know of each other, for those who check the pages.

import type { components } from "../api.d.ts";
import type { Catalog } from "../i18n/locale.js";
import type { Api } from "../net/api.js";
import type { LogEvent, RepState, TypingFrame } from "../net/frames.d.ts";
import type { Thrown } from "../net/problem.js";
import type { Child } from "../ui/elements.d.ts";
import type { Alerts } from "./alerts.js";
import type { Bar } from "./bar.js";
import type { Customer } from "./customer.js";
import type { Link } from "./link.js";
import type { List } from "./list.js";
import type { Offers } from "./offers.js";
import type { Talk } from "./talk.js";

type Schemas = components["schemas"];

/** What comes later, by its path. */
export interface Late {
  "./park.js": typeof import("./park.js");
  "./reasons.js": typeof import("./reasons.js");
  "./replies.js": typeof import("./replies.js");
  [texts: `../i18n/${string}.js`]: { default: Catalog };
}

/** A conversation as staff see it. How much of it is known depends on who has told. */
export type View = Schemas["Conversation"]
  & Partial<Pick<Schemas["Listed"], "latest_message" | "marks" | "unread">>;

/** One of a rep's own: its last message, and since when its customer waits for an answer. */
export type Own = View & { last: LogEvent | null; since: number; unread: number };

/** One in a list, whoever has it. */
export type Item = View & Partial<Pick<Own, "last" | "since">>;

/** The rep himself, as the server sees him. */
export type Self = Pick<RepState, "id" | "capacity" | "load" | "availability" | "present"
  | "rights">;

/** An offer: until when it stands, and from when on. */
export interface Asked {
  view: View;
  until: number;
  from: number;
}

/** Something that may ring. */
export interface Heard {
  kind: "offer" | "assigned" | "message";
  view: View;
  event?: LogEvent;
}

/** The end of a log, and where what came before it begins. */
export interface End {
  items: LogEvent[];
  earlier: number | null;
}

/** What a desk tells. */
export interface Topics {
  rep: [];
  /** Something of his is another now. */
  mine: [];
  offers: [];
  /** The queues. */
  board: [];
  /** One is on its way before him; it does not come. */
  opening: [id: string];
  unopened: [error: unknown];
  /** What is said of the conversation before him. */
  view: [];
  /** Its log anew, and one entry more of it. */
  log: [end: End];
  entry: [event: LogEvent];
  /** What is not stored yet. */
  pending: [];
  marks: [];
  typing: [frame: TypingFrame];
  link: [];
  trouble: [];
  unread: [];
  missed: [];
  /** The one before him is his no longer, and he has not given it away. */
  lost: [];
  heard: [what: Heard];
}

/** Draws what a desk tells, topic by topic. */
export type Draws = { [Topic in keyof Topics]: (...told: Topics[Topic]) => unknown };

/** Hears all of it. */
export type Listener = <Topic extends keyof Topics>(topic: Topic, ...told: Topics[Topic]) =>
  unknown;

/** What goes along with each thing that is done with a conversation. */
export interface Given {
  accept: [];
  wake: [];
  reopen: [];
  claim: [body?: Schemas["Claiming"]];
  decline: [body?: Schemas["GivenReason"]];
  requeue: [body: Schemas["GivenReason"]];
  park: [body: Schemas["Parking"]];
  transfer: [body: Schemas["Transfer"]];
  close: [body?: Schemas["Closing"]];
  priority: [body: Schemas["NewPriority"]];
}

/** Does each of these things. */
export type Acts = { [Act in keyof Given]: (api: Api, id: string, ...given: Given[Act]) =>
  Promise<Schemas["Conversation"] | Schemas["ClosedConversation"]> };

/** What is answered to an offer. */
export type Reply = "accept" | "decline";

/** What is on the page. */
export interface Parts {
  list: List;
  offers: Offers;
  bar: Bar;
  talk: Talk;
  customer: Customer;
  link: Link;
  alerts: Alerts;
}

/** What can be done, whoever asks for it. */
export interface Does {
  /** What went wrong, in words that say what to do. */
  explain(error: Thrown): string;
  say(error: unknown): void;
  tell(text: string): void;
  tick(): unknown;
  /**
   * `walks`: he goes through the list, and does not write yet. `points`: he has pressed a row, and
   * where both stand beside each other goes on from there.
   */
  show(id: string, how?: { walks?: boolean; points?: boolean }): Promise<unknown>;
  claim(view: View): Promise<unknown>;
  answer(what: Reply): Promise<unknown>;
  move(what: "wake" | "reopen"): Promise<unknown>;
  transfer(): unknown;
  toQueue(): unknown;
  close(): unknown;
  park(): unknown;
  requeue(): unknown;
  why(): unknown;
  whyIdle(): unknown;
  endWrap(): Promise<unknown>;
  finish(work: () => Promise<unknown>): Promise<unknown>;
  search(): unknown;
  help(): unknown;
  copyLink(): Promise<unknown>;
  customer(): unknown;
  toList(): unknown;
  focusList(): unknown;
  leaveField(): unknown;
  reply(): unknown;
  wrote(): unknown;
  soundOn(): unknown;
  notifyOn(): unknown;
  notifyNever(): unknown;
  welcome(): Promise<Welcome>;
}

/** What the house lets people do. */
export type Welcome = Schemas["Welcome"];

/** What a rep may do with a conversation. */
export interface Rights {
  asked: boolean;
  /** He may go on reading it. */
  read: boolean;
  transfer: boolean;
  park: boolean;
  queue: boolean;
  close: boolean;
  wrap: boolean;
  claim: boolean;
  wake: boolean;
  reopen: boolean;
  prioritize: boolean;
  requeue: boolean;
  /** To whom he may write in it. */
  write: "both" | "note" | "none";
}

/** An entry in words: the key of its text, whom it names, by whom, and what else it says. */
export interface Said {
  key: string;
  who?: string | null;
  by?: string | null;
  name?: string | null;
  queue?: string | null;
  /** Why, as a word of the server's or as somebody's own. */
  reason?: string | null;
  words?: string | null;
  waited?: number | null;
  until?: number | null;
  priority?: string | null;
  resolution?: string | null;
  n?: number;
}

/** Changes what a rep has said himself. */
export interface Changing {
  /** The server's clock. */
  now(): number;
  /** For so long he may, in ms. */
  lasts: number;
  edit(seq: number): unknown;
  remove(seq: number): unknown;
}

/** What is drawn of a message. */
export interface Message {
  /** Said by the reader, to the customer. */
  mine: boolean;
  said: HTMLElement;
  /** Where its text stands. */
  place: HTMLElement;
  files: HTMLElement;
  state: HTMLElement;
  time: HTMLElement;
  at: number;
  /** Null: it was deleted. */
  text: string | null;
  edited: boolean;
  /** How far it has come. */
  reached?: HTMLElement;
  /** Opens what its writer may still do with it. */
  own?: HTMLElement;
}

/** What is drawn of an entry. */
export interface Drawn {
  kind: string;
  parts: Child[];
  message?: Message;
}

/** A row of a log. */
export interface Row {
  seq: number;
  row: HTMLElement;
  day: string;
  message?: Message;
}