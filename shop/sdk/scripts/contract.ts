/**
 * Writes what is made from `contract/event.schema.json`: the SDK's types, and the page of docs beside the schema.
 * `node scripts/contract.ts` writes, a test checks that both are current.
 */
import { readFileSync, writeFileSync } from "node:fs";

export interface Schema {
  title?: string;
  description?: string;
  type?: string;
  $ref?: string;
  enum?: string[];
  pattern?: string;
  format?: string;
  maximum?: number;
  minimum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  required?: string[];
  items?: Schema;
  $defs?: Record<string, Schema>;
  "x-column"?: string;
  "x-spellings"?: string[];
  "x-maxBytes"?: number;
}

const contract = new URL("../../../contract/", import.meta.url);

export const schema: Schema = JSON.parse(readFileSync(new URL("event.schema.json", contract), "utf8"));

/** The definitions that have a title, and so a type and a part of the page. */
const titled = Object.entries(schema.$defs ?? {}).filter(([, { title }]) => title);

const refersTo = (property: Schema) => property.$ref?.replace("#/$defs/", "");
const resolve = (property: Schema): Schema => schema.$defs?.[refersTo(property) ?? ""] ?? property;

/** `number`, `Item[]`, `"a" | "b"`. */
function typeOf(property: Schema): string {
  const target = resolve(property);
  if (target.title) return target.title;
  if (target.enum) return target.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (target.type === "array") return `${typeOf(target.items ?? {})}[]`;
  if (target.type === "object") return `Record<string, ${typeOf(target.additionalProperties as Schema)}>`;
  return target.type === "integer" ? "number" : (target.type ?? "unknown");
}

const comment = (text: string | undefined, indent = "") => (text ? `${indent}/** ${text} */\n` : "");

function typeScript(): string {
  const types = titled.map(([, { title, description, properties = {}, required = [] }]) => {
    const fields = Object.entries(properties).map(([name, property]) => {
      const optional = required.includes(name) ? "" : "?";
      const about = property.description ?? resolve(property).description;
      return `${comment(about, "  ")}  ${name}${optional}: ${typeOf(property)};\n`;
    });
    return `${comment(description)}export interface ${title} {\n${fields.join("")}}\n`;
  });
  return `// Made from contract/event.schema.json by scripts/contract.ts.\n\n${types.join("\n")}`;
}

/** What a value may be, for a person. */
function limits(property: Schema): string {
  const { type, title, enum: values, items, format, maxLength, minimum, maximum } = resolve(property);
  if (title) return `[${title}](#${title.toLowerCase()})`;
  if (values) return values.map((value) => `\`${value}\``).join(", ");
  if (items) return `list of [${resolve(items).title}](#${resolve(items).title?.toLowerCase()})`;
  if (format === "date-time") return "time";
  if (maxLength) return `text, at most ${maxLength.toLocaleString("en")}`;
  if (type === "integer")
    return `whole number${minimum ? ` from ${minimum}` : ""}${maximum === 1e11 ? ", VND" : ""}`;
  return type === "string" ? "text" : type === "object" ? "texts by name" : (type ?? "anything");
}

const cell = (text: string) => text.replaceAll("|", "\\|");

function page(): string {
  const accepted = schema.$defs?.acceptedEvents;
  const parts = titled.map(([, { title, description, properties = {}, required = [] }]) => {
    const rows = Object.entries(properties).map(([name, property]) => {
      const spellings = (property["x-spellings"] ?? []).map((other) => `\`${other}\``).join(", ");
      const about = [property.description ?? resolve(property).description ?? ""];
      if (property["x-column"]) about.push(`Column \`${property["x-column"]}\`.`);
      const star = required.includes(name) ? " *" : "";
      return `| \`${name}\`${star} | ${spellings} | ${limits(property)} | ${cell(about.filter(Boolean).join(" "))} |`;
    });
    const head = "| field | also | value | |\n|---|---|---|---|";
    return `## ${title}\n\n${description}\n\n${head}\n${rows.join("\n")}\n`;
  });
  return `# Events

<!-- Made from event.schema.json: node shop/sdk/scripts/contract.ts -->

${schema.description?.replace("`x-maxBytes`", `${schema["x-maxBytes"]?.toLocaleString("en")} bytes`)}
A list holds at most ${accepted?.maxItems} events. ${schema.$defs?.envelope?.description}

${schema.$defs?.acceptedEvent?.description?.replace("An object", "An event is an object")}

The tables say what the browser SDK sends; * is always there. Older senders leave out more and spell some fields
otherwise. \`examples/\` has requests of both kinds, and what each becomes in the warehouse.

${parts.join("\n")}`;
}

/** The files that are made, by where they go, with what they should hold. */
export const files: [URL, string][] = [
  [new URL("../src/contract.generated.ts", import.meta.url), typeScript()],
  [new URL("EVENTS.md", contract), page()],
];

if (import.meta.main) {
  for (const [file, text] of files) writeFileSync(file, text);
}
