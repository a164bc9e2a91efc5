/**
 * XML as uWSGI reads it: the options are the elements in <uwsgi>, which is the document or stands in it, repeated with
 * an id for each section; an element without a text switches its option on.
 * The first <uwsgi> is the section "uwsgi" whatever its id, as in uWSGI.
 * Refused: document types and with them entities, which can grow without bound or read other files.
 */

import {
  parseXml as parseTree,
  XmlCdata,
  type XmlDocument,
  XmlDocumentType,
  XmlElement,
  XmlError,
  XmlText,
} from "@rgrove/parse-xml";
import type { Document } from "./document.ts";
import { type Draft, draftDocument, lineNumbers, type SectionDraft, shorten } from "./draft.ts";

export function parseXml(text: string): Document {
  return draftDocument(text, (source, draft) => {
    if (!holdsOnlyComments(source)) new XmlReading(source, draft).read();
  });
}

class XmlReading {
  readonly #text: string;
  readonly #draft: Draft;
  readonly #lineOf: (offset: number) => number;

  constructor(text: string, draft: Draft) {
    this.#text = text;
    this.#draft = draft;
    this.#lineOf = lineNumbers(text);
  }

  read(): void {
    const document = this.#parse();
    if (document === null) return;
    const type = document.children.find((child) => child instanceof XmlDocumentType);
    if (type !== undefined) {
      this.#draft.refuse(
        this.#lineOf(type.start),
        "a DOCTYPE is not read, nor are its entities: leave it out",
      );
      return;
    }
    const sections = sectionsIn(document);
    if (sections.length === 0) this.#draft.refuse(this.#lineOf(document.root?.start ?? 0), NO_ROOT);
    for (const [index, element] of sections.entries()) this.#readSection(element, index === 0);
  }

  #parse(): XmlDocument | null {
    try {
      return parseTree(this.#text, {
        includeOffsets: true,
        preserveCdata: true,
        preserveDocumentType: true,
      });
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      const [message = ""] = error.message.split(/ \(line \d+, column \d+\)/, 1);
      this.#draft.refuse(error.line, `not valid XML: ${message}`);
      return null;
    }
  }

  #readSection(element: XmlElement, isFirst: boolean): void {
    const line = this.#lineOf(element.start);
    const id = element.attributes["id"];
    const names = new Set([...(isFirst ? ["uwsgi"] : []), ...(id === undefined ? [] : [id])]);
    const [name, alias] = names;
    if (name === undefined) {
      this.#draft.warn(line, "a further <uwsgi> without an id is never chosen; it is ignored");
      return;
    }
    const section = this.#draft.open(name, line);
    this.#readOptions(element, section);
    if (alias === undefined) return;
    const same = this.#draft.open(alias, line);
    for (const pair of section.pairs) same.pairs.push(pair);
  }

  #readOptions(element: XmlElement, section: SectionDraft): void {
    for (const child of element.children) {
      const line = this.#lineOf(child.start);
      if (child instanceof XmlElement) this.#readOption(child, section);
      // In uWSGI, Python code.
      else if (child instanceof XmlCdata) section.pairs.push({ key: "eval", value: child.text, line });
      else if (child instanceof XmlText && child.text.trim() !== "") {
        const begin = this.#lineOf(child.start + child.text.search(/\S/));
        this.#draft.warn(begin, `the text "${shorten(child.text.trim())}" is no option; it is ignored`);
      }
    }
  }

  #readOption(element: XmlElement, section: SectionDraft): void {
    if (element.name === "app" && !element.isEmpty) return this.#readApplication(element, section);
    const line = this.#lineOf(element.start);
    this.#warnOfAttributes(element, []);
    if (element.children.some((child) => child instanceof XmlElement)) {
      this.#draft.refuse(line, `<${element.name}> has elements in it: options cannot be nested`);
      return;
    }
    const text = ownText(element);
    section.pairs.push({ key: element.name, value: text === "" ? null : text, line });
  }

  /**
   * <app mountpoint="/blog"><script>blog</script></app>, with any name for the inner element, or <app …>blog</app>:
   * uWSGI makes "mount" of it.
   */
  #readApplication(element: XmlElement, section: SectionDraft): void {
    const line = this.#lineOf(element.start);
    const { mountpoint, domain } = element.attributes;
    this.#warnOfAttributes(element, ["mountpoint", "domain"]);
    const inner = element.children.filter((child) => child instanceof XmlElement);
    const target = ownText(inner[0] ?? element);
    if (inner.length > 1 || target === "") {
      this.#draft.refuse(
        line,
        "<app> takes one application: <app mountpoint=…><script>module</script></app>",
      );
      return;
    }
    const place = mountpoint === undefined ? domain && `${domain}|` : mountpoint;
    section.pairs.push({ key: "mount", value: place === undefined ? target : `${place}=${target}`, line });
  }

  #warnOfAttributes({ name, attributes, start }: XmlElement, read: readonly string[]): void {
    for (const attribute of Object.keys(attributes)) {
      if (read.includes(attribute)) continue;
      this.#draft.warn(this.#lineOf(start), `the attribute ${attribute} of <${name}> is ignored`);
    }
  }
}

const NO_ROOT = "no <uwsgi> element: it holds the options";

function sectionsIn({ root }: XmlDocument): readonly XmlElement[] {
  if (root === null) return [];
  if (root.name === "uwsgi") return [root];
  return root.children.filter((child) => child instanceof XmlElement).filter(({ name }) => name === "uwsgi");
}

/** Without that of elements inside; blanks and ends of lines around it are layout. */
function ownText({ children }: XmlElement): string {
  return children
    .map((child) => (child instanceof XmlText ? child.text : ""))
    .join("")
    .trim();
}

function holdsOnlyComments(text: string): boolean {
  const parts = text.split("-->");
  const rest = parts.pop() ?? "";
  return rest.trim() === "" && parts.every((part) => part.trimStart().startsWith("<!--"));
}
