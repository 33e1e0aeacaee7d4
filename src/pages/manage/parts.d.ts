// What forms know of their fields, and screens of what they show, for those who check the pages.

import type { Field } from "./fields.js";
import type { components } from "../api.d.ts";
import type { Child } from "../ui/elements.d.ts";

type Schemas = components["schemas"];

/** What a field says of itself, of whatever kind it is. */
export interface Said {
  label: string | Node;
  hint?: string;
  /** It takes the whole width. */
  isWhole?: boolean;
  /** It is kept nowhere. */
  isSecret?: boolean;
}

/** How a field is made, and how it is read and written. */
export interface Makes<Value> extends Said {
  /** What has the focus. */
  control: HTMLElement;
  /** What stands there, if that is more. */
  box?: HTMLElement;
  isGroup?: boolean;
  isCheck?: boolean;
  isTime?: boolean;
  read(): Value;
  write(value: Value | null | undefined): void;
  readRaw?(): unknown;
  writeRaw?(raw: unknown): void;
  check?(): string;
  /** What is wrong in it, if that is not what has the focus. */
  wrong?(): HTMLElement[];
}

/** A field, whatever its value is. */
export type AnyField = Field<string, unknown>;

/** Fields under a title. */
export interface Group {
  title?: string;
  hint?: string;
  fields: AnyField[];
}

/** The values of these fields by their names. */
export type Values<One extends AnyField> = { [Each in One as Each["name"]]: Each["value"] };

/** The values of all fields of these groups. */
export type Whole<Of extends Group> = Values<Of["fields"][number]>;

/** What a form is about. */
export interface Edits<Of extends Group> {
  /** What its draft is kept under. */
  name: string;
  groups: Of[];
  /** What is saved. */
  values: Partial<Whole<Of>>;
  /** What its button says. */
  submit: string;
  /** What stands beside that. */
  more?: Node[];
  /** What is saved now, read again: others may have changed it. */
  fresh?(): Promise<Partial<Whole<Of>>>;
  /** Saves what differs, of everything; if it answers with values, they are what is so now. */
  send(changed: Partial<Whole<Of>>, all: Whole<Of>): Promise<Partial<Whole<Of>> | void>;
}

/** What a question answers with once it is done. */
export type Done<Made> = Made extends null | undefined | void ? true : Made;

/** What stands in a cell of a table. */
export type Cell = Child | Child[];

/** A part of a list, and after which the next one begins. */
export interface Page<Item> {
  items: Item[];
  next?: string | null;
}

/** What is read beside a person. */
export interface Has {
  queues: Schemas["ListedQueue"][];
  reps: Schemas["Rep"][];
  sessions: Schemas["OpenLogin"][];
  identities: Schemas["Identity"][];
  customer: Schemas["Customer"] | null;
}

/** A thing as the audit log has it. */
export type State = { name?: string; [key: string]: unknown } | null;
