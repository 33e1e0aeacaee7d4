// What `make` in dom.js takes, for those who check the pages: the attributes that HTML has, and
// listeners that know which element they are on.

type Tags = HTMLElementTagNameMap;

type Value = string | number | boolean | null | undefined;

type Name = "accept" | "alt" | "autocapitalize" | "autocomplete" | "autofocus" | "checked" | "class"
  | "cols" | "colspan" | "controls" | "datetime" | "dir" | "disabled" | "download" | "draggable"
  | "enterkeyhint" | "for" | "form" | "formmethod" | "formnovalidate" | "headers" | "height"
  | "hidden" | "high" | "href" | "hreflang" | "id" | "inert" | "inputmode" | "label" | "lang"
  | "list" | "loading" | "low" | "max" | "maxlength" | "method" | "min" | "minlength" | "multiple"
  | "name" | "novalidate"
  | "open" | "optimum" | "pattern" | "placeholder" | "popover" | "popovertarget"
  | "popovertargetaction" | "readonly" | "referrerpolicy" | "rel" | "required" | "role" | "rows"
  | "rowspan" | "scope" | "selected" | "size" | "span" | "spellcheck" | "src" | "start" | "step"
  | "tabindex" | "target" | "title" | "translate" | "type" | "value" | "width" | "wrap"
  | `aria-${string}` | `data-${string}`;

/** An event on this element. Those of a field come from the field itself. */
type On<Kind, Element> = Kind & { readonly currentTarget: Element }
  & (Element extends HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement
    ? { readonly target: Element } : unknown);

/** What an element has. True is one without a value; false, null and undefined are none. */
export type Attributes<Tag extends keyof Tags> = { [name in Name]?: Value } & {
  [Kind in keyof HTMLElementEventMap as `on${Kind}`]?:
    ((event: On<HTMLElementEventMap[Kind], Tags[Tag]>) => unknown) | false | null;
};

/** What an element holds; what is false, null or undefined is left out. */
export type Child = Node | string | false | null | undefined;
