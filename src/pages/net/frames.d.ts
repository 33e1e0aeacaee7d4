// What goes over the socket, in both directions: the same list as src/live/protocol.rs, for those
// who check the pages. Every example of docs/wire.md is read against it by
// tests/browser/types.test.js.

import type { components } from "../api.d.ts";

type Schemas = components["schemas"];
type Id = string;
/** Unix milliseconds. */
type Moment = number;

/** What an entry says beside its text. Which of these are there depends on its kind. */
export interface EventData {
  rep_id?: Id | null;
  epoch?: number;
  load?: number | null;
  capacity?: number | null;
  candidates?: number | null;
  preferred?: boolean;
  over_capacity?: boolean;
  claimed?: boolean;
  accepted?: boolean;
  waited_ms?: number | null;
  resolution?: Schemas["Resolution"] | null;
  reason?: string | null;
  held_until?: Moment | null;
  until?: Moment | null;
  wake_at?: Moment | null;
  queue_id?: Id | null;
  priority?: Schemas["Priority"];
  left_message?: boolean;
  outside_hours?: boolean;
  from?: string | null;
  to?: string | null;
  hops?: number;
  note?: string | null;
  misses?: number;
  set_away?: boolean;
  edited?: unknown;
  deleted?: unknown;
  seq?: number;
  author_id?: Id | null;
  erased?: boolean;
  through?: number;
  customer_id?: Id;
  was?: Id;
  name?: string | null;
  score?: number;
}

/** An entry of a log, by the socket or by the REST API. */
export type LogEvent = Schemas["Event"];

/** What somebody is told of a file that is taken in. */
export type Attachment = Schemas["AttachmentView"];

/** What is unread, here and in all, where that has changed. */
interface Counts {
  unread?: number;
  unread_total?: number;
}

/** A rep's own state. */
export interface RepState {
  id: Id;
  version: number;
  capacity: number;
  load: number;
  availability: Schemas["Availability"];
  present: boolean;
  rights: Schemas["Rights"];
}

/** How long it will probably take. */
export interface Eta {
  from_ms: number;
  to_ms: number;
}

export interface Ready {
  type: "ready";
  node: string;
  server_time: Moment;
  heartbeat_ms: number;
  user: { id: Id; name: string; role: Schemas["Role"] };
  conversations: Schemas["MarkedConversation"][];
  unread_total: number;
  rep?: RepState;
  hours?: ({ queue: Id } & Schemas["HoursNow"])[];
  texts?: Schemas["Texts"];
}

export type EventFrame = { type: "event"; after: number } & LogEvent & Counts;

export type MarksFrame = { type: "marks"; conversation: Id } & Schemas["Marks"] & Counts;

export interface TypingFrame {
  type: "typing";
  conversation: Id;
  user: Schemas["PersonView"];
  on: boolean;
  expires_in_ms: number;
}

export interface Ack {
  type: "ack";
  ref?: string;
  client_id?: Id;
  conversation?: Id;
  seq?: number;
  duplicate: boolean;
}

export interface Uploaded {
  type: "uploaded";
  ref?: string;
  client_id?: Id;
  attachment: Attachment;
}

/** Where a waiting conversation stands. */
export interface LineFrame {
  type: "line";
  conversation: Id;
  position: number;
  ahead: number;
  eta: Eta | null;
  staffed: boolean;
  hours?: Schemas["HoursNow"];
}

export interface HoursFrame {
  type: "hours";
  queue: Id;
  hours: Schemas["HoursNow"] | null;
}

export interface Assigned {
  type: "assigned";
  conversation: Schemas["Conversation"];
  unread: number;
  unread_total: number;
}

export interface Offer {
  type: "offer";
  conversation: Schemas["Conversation"];
  expires_at: Moment | null;
}

export interface OfferGone {
  type: "offer_gone";
  conversation: Id;
  reason: "accepted" | "declined" | "expired" | "withdrawn" | "closed" | "set_away";
}

export interface Gone {
  type: "gone";
  conversation: Id;
  unread_total: number;
}

export interface RepFrame {
  type: "rep";
  rep: RepState;
}

export interface BoardFrame {
  type: "board";
  queues: Schemas["QueueNow"][];
  reps: Schemas["Rep"][];
}

export interface Gap {
  type: "gap";
  conversation: Id;
  from: number;
  to: number;
  url: string;
}

export interface ErrorFrame {
  type: "error";
  ref?: string;
  client_id?: Id;
  code: string;
  message: string;
  retry_after_ms?: number;
}

export interface Bye {
  type: "bye";
  reason: string;
  reconnect_in_ms: number | null;
}

/** What the server says. */
export type ServerFrame = Ready | EventFrame | MarksFrame | TypingFrame | Ack | Uploaded | LineFrame
  | HoursFrame | Assigned | Offer | OfferGone | Gone | RepFrame | BoardFrame | Gap | ErrorFrame
  | Bye;

/** What says of a command what it is called. */
interface Named {
  ref?: string;
}

/** A command about one conversation. */
interface About extends Named {
  conversation: Id;
}

/** A command that is answered, and may be called something by `ref`. */
export type Command =
  | Named & { type: "upload"; name: string; content: string }
  | About & { type: "claim"; rep?: Id | null; over_capacity?: boolean }
  | About & { type: "accept" | "wake" | "reopen" | "join" | "leave" }
  | About & { type: "decline" | "requeue"; reason?: string | null }
  | About & { type: "transfer"; rep?: Id | null; queue?: Id | null; note?: string | null }
  | About & { type: "park"; wake_at?: Moment | null }
  | About & { type: "prioritize"; priority: Schemas["Priority"] }
  | About & { type: "close"; client_id?: Id | null; text?: string | null;
      resolution?: Schemas["Resolution"] | null }
  | Named & { type: "watch"; on: boolean }
  | Named & { type: "availability"; availability: Schemas["Availability"] }
  | About & { type: "read"; seq: number }
  | About & { type: "typing"; on: boolean }
  | About & { type: "edit"; seq: number; text: string }
  | About & { type: "delete"; seq: number };

/** What a client says. */
export type ClientFrame = Command
  | { type: "hello"; resume?: { [conversation: Id]: number } }
  | { type: "send"; client_id: Id; conversation: Id; text?: string | null; attachments?: Id[] }
  | { type: "note"; client_id: Id; conversation: Id; text: string }
  | { type: "delivered"; conversation: Id; seq: number };
