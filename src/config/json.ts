/**
 * JSON as uWSGI reads it: every member of the document is a section, true is "1", false and null are "0",
 * a number keeps its spelling, a list repeats the option.
 */

import {
  type ArrayNode,
  type MemberNode,
  type ObjectNode,
  parse,
  type ValueNode,
} from "@humanwhocodes/momoa";
import type { Document } from "./document.ts";
import { type Draft, draftDocument, isOutOfStack, type SectionDraft } from "./draft.ts";

export function parseJson(text: string): Document {
  return draftDocument(text, (source, draft) => {
    if (source.trim() === "") return;
    const root = parseRoot(source, draft);
    if (root !== null) new JsonReading(source, draft).readDocument(root);
  });
}

function parseRoot(text: string, draft: Draft): ObjectNode | null {
  try {
    const { body } = parse(text, { mode: "json", ranges: true });
    if (body.type === "Object") return body;
    draft.refuse(body.loc.start.line, 'an object is expected: {"uwsgi": {…}}');
  } catch (error) {
    if (isOutOfStack(error) || !(error instanceof Error)) throw error;
    const line = "line" in error && typeof error.line === "number" ? error.line : 1;
    draft.refuse(line, `not valid JSON: ${whyNotJson(text) ?? error.message}`);
  }
  return null;
}

/** The library finds the line, but speaks of tokens; Node's own parser of quotes and braces. */
function whyNotJson(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return error instanceof SyntaxError ? error.message.replace(/ in JSON at position .*$/s, "") : null;
  }
}

class JsonReading {
  readonly #text: string;
  readonly #draft: Draft;

  constructor(text: string, draft: Draft) {
    this.#text = text;
    this.#draft = draft;
  }

  readDocument(root: ObjectNode): void {
    for (const member of root.members) {
      const name = memberName(member);
      const { line } = member.loc.start;
      if (member.value.type !== "Object") this.#draft.warn(line, `${name} is no section {…}; it is ignored`);
      else if (this.#draft.has(name))
        this.#draft.warn(line, `a second section ${name}; only the first is read`);
      else this.#readSection(this.#draft.open(name, line), member.value);
    }
  }

  #readSection(section: SectionDraft, { members }: ObjectNode): void {
    for (const member of members) {
      const { value } = member;
      if (value.type === "Array") this.#addList(section, member, value);
      else this.#add(section, member, value);
    }
  }

  #addList(section: SectionDraft, member: MemberNode, { elements }: ArrayNode): void {
    for (const { value } of elements) this.#add(section, member, value);
  }

  #add(section: SectionDraft, member: MemberNode, value: ValueNode): void {
    const key = memberName(member);
    const { line } = value.loc.start;
    const text = this.#scalarText(value);
    if (text !== null) section.pairs.push({ key, value: text, line });
    else this.#draft.warn(line, `${key}: ${value.type.toLowerCase()}s cannot be nested; this one is ignored`);
  }

  #scalarText(value: ValueNode): string | null {
    switch (value.type) {
      case "String":
        return value.value;
      case "Boolean":
        return value.value ? "1" : "0";
      case "Null":
        return "0";
      case "Number":
        return this.#text.slice(value.loc.start.offset, value.loc.end.offset);
      default:
        return null;
    }
  }
}

function memberName({ name }: MemberNode): string {
  return name.type === "String" ? name.value : name.name;
}
