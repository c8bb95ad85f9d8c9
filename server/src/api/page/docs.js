// Renders the API's document: routes by subject, then the shapes. Reads the document and nothing else, and puts its words
// on the page as text, never as markup.

const METHODS = ["get", "post", "put", "patch", "delete"];

/** An element with attributes and children; texts become text nodes. */
function el(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.flat().filter((child) => child !== undefined && child !== ""));
  return element;
}

/** Words with `code` in them. */
function words(text = "") {
  return text.split("`").map((part, index) => (index % 2 ? el("code", {}, part) : part));
}

/** Paragraphs and lists, as descriptions have them. */
function prose(text = "") {
  const lines = text.split("\n").filter((line) => line.trim());
  const items = lines.filter((line) => line.startsWith("- "));
  const others = lines.filter((line) => !line.startsWith("- "));
  const list = items.map((line) => el("li", {}, words(line.slice(2))));
  return [...others.map((line) => el("p", {}, words(line))), list.length ? el("ul", {}, list) : ""];
}

const nameOf = (reference) => reference.split("/").pop();
const link = (name) => el("a", { href: `#schema-${name}` }, name);

/** A schema in a few words: what it is called, or what fits. */
function inWords(schema) {
  if (schema === true || schema === undefined) return ["anything"];
  if (schema.$ref) return [link(nameOf(schema.$ref))];
  if (schema.allOf) return [...joined(schema.allOf, " with ")];
  if (schema.oneOf) return [...joined(schema.oneOf, " or ")];
  if (schema.prefixItems) return ["[", ...joined(schema.prefixItems, ", "), "]"];
  const types = [schema.type ?? "anything"].flat();
  if (types.includes("array")) return ["list of ", ...inWords(schema.items), ...limits(schema, "Items", " items")];
  if (types.includes("object") && schema.properties) {
    return ["{ ", ...joined(Object.entries(schema.properties).map(member), ", "), " }"];
  }
  if (types.includes("object") && schema.additionalProperties) {
    return ["object of ", ...inWords(schema.additionalProperties)];
  }
  if (schema.enum) return joined(schema.enum.map((value) => el("code", {}, String(value))), " or ");
  const format = schema.format && !schema.format.startsWith("int") ? ` (${schema.format})` : "";
  return [types.join(" or "), format, ...range(schema), ...limits(schema, "Length", " characters"), ...initial(schema)];
}

const member = ([name, schema]) => [el("code", {}, name), ": ", ...inWords(schema)];

/** Schemas or finished pieces with something in between. */
function joined(parts, between) {
  const pieces = parts.map((part) => (part instanceof Node || Array.isArray(part) ? part : inWords(part)));
  return pieces.flatMap((piece, index) => [index ? between : "", piece].flat());
}

function range({ minimum, maximum }) {
  if (minimum === undefined && maximum === undefined) return [];
  if (maximum === undefined) return [`, ${minimum} or more`];
  return [`, ${minimum ?? ""} to ${maximum}`];
}

function limits(schema, kind, unit) {
  const [least, most] = [schema[`min${kind}`], schema[`max${kind}`]];
  if (least === undefined && most === undefined) return [];
  if (most === undefined) return [`, at least ${least}${unit}`];
  return [least === undefined ? `, at most ${most}${unit}` : `, ${least} to ${most}${unit}`];
}

const initial = (schema) => (schema.default === undefined ? [] : [`, default ${schema.default}`]);

/** Rows of a name, what it is, and what it means. */
function rows(entries) {
  const row = ({ name, note = "", what, meaning }) =>
    el("div", {}, el("dt", {}, name, note && el("span", { class: "quiet" }, ` ${note}`)),
      el("dd", {}, el("span", {}, what), meaning ? el("p", { class: "quiet" }, words(meaning)) : ""));
  return el("dl", {}, entries.map(row));
}

function parameters(operation) {
  if (!operation.parameters?.length) return [];
  const row = ({ name, in: place, required, schema, description }) => ({
    name: el("code", {}, name),
    note: `${place}${required ? ", required" : ""}`,
    what: inWords(schema),
    meaning: description,
  });
  return [el("h4", {}, "Parameters"), rows(operation.parameters.map(row))];
}

function body({ requestBody }) {
  if (!requestBody) return [];
  const [[mediaType, { schema }]] = Object.entries(requestBody.content);
  const need = requestBody.required ? "" : ", may be left out";
  const meaning = requestBody.description ? [". ", ...words(requestBody.description)] : [];
  return [el("h4", {}, "Body"), el("p", {}, inWords(schema), ` (${mediaType}${need})`, meaning)];
}

function answers(operation, api) {
  const row = ([status, given]) => {
    const response = given.$ref ? api.components.responses[nameOf(given.$ref)] : given;
    const [media] = Object.entries(response.content ?? {});
    const isProblem = media?.[0] === "application/problem+json";
    const headers = Object.keys(response.headers ?? {});
    const what = !media ? ["no body"] : isProblem ? [link("Problem")] : [...inWords(media[1].schema), ` (${media[0]})`];
    return {
      name: el("code", {}, status),
      what: [...what, headers.length ? `, with ${headers.join(", ")}` : ""],
      meaning: response.description,
    };
  };
  return [el("h4", {}, "Answers"), rows(Object.entries(operation.responses).map(row))];
}

function who({ security }) {
  if (!security?.length) return "No token is needed.";
  const ways = { access_token: "an access token", refresh_cookie: "the refresh cookie" };
  const named = security.flatMap((one) => Object.keys(one)).map((name) => ways[name] ?? name);
  const optional = security.some((one) => !Object.keys(one).length);
  return `${optional ? "May be sent" : "Needed"}: ${named.join(" or ")}.`;
}

/** What the filter looks through: codes too, so that one finds who answers them. */
function searchable(path, method, operation) {
  const codes = Object.values(operation.responses).map(
    ({ $ref, description }) => ($ref ? nameOf($ref) : description),
  );
  return [method, path, operation.summary, ...codes].join(" ").toLowerCase();
}

function operationView(api, path, method, operation) {
  const title = el("h3", {}, el("span", { class: "method" }, method.toUpperCase()), " ",
    el("span", { class: "path" }, path), " ", el("span", {}, operation.summary));
  return el("details", { id: operation.operationId, "data-text": searchable(path, method, operation) },
    el("summary", {}, title),
    el("div", { class: "inside" }, prose(operation.description), el("p", { class: "quiet" }, who(operation)),
      parameters(operation), body(operation), answers(operation, api)));
}

function schemaView([name, schema]) {
  const required = schema.required ?? [];
  const row = ([key, value]) => ({
    name: el("code", {}, key),
    note: required.includes(key) ? "" : "optional",
    what: inWords(value),
    meaning: value.description ?? value.oneOf?.find((one) => one.description)?.description,
  });
  const shape = schema.properties
    ? rows(Object.entries(schema.properties).map(row))
    : el("p", {}, inWords({ ...schema, description: undefined }));
  return el("details", { id: `schema-${name}`, "data-text": name.toLowerCase() },
    el("summary", {}, el("h3", {}, el("span", { class: "path" }, name))),
    el("div", { class: "inside" }, prose(schema.description), shape));
}

function subjects(api) {
  const operations = Object.entries(api.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => [path, method, item[method]]));
  const subject = ({ name, description }) => ({
    name,
    description,
    views: operations
      .filter(([, , operation]) => operation.tags.includes(name))
      .map(([path, method, operation]) => operationView(api, path, method, operation)),
  });
  const shapes = { name: "schemas", description: "What bodies and frames look like", views: Object.entries(api.components.schemas).map(schemaView) };
  return [...api.tags.map(subject), shapes];
}

function show(api) {
  document.getElementById("introduction").replaceChildren(...words(api.info.description));
  const all = subjects(api);
  const entry = ({ name, views }) => el("li", {}, el("a", { href: `#subject-${name}` }, `${name} (${views.length})`));
  document.getElementById("subjects").append(el("ul", {}, all.map(entry)));
  const section = ({ name, description, views }) =>
    el("section", { "aria-labelledby": `subject-${name}` },
      el("h2", { id: `subject-${name}` }, name), el("p", { class: "quiet" }, description), views);
  document.getElementById("content").append(...all.map(section));
}

/** Hides what does not contain the text, and says how much is left. */
function filter(text) {
  const wanted = text.trim().toLowerCase();
  let left = 0;
  for (const section of document.querySelectorAll("main section")) {
    const views = [...section.querySelectorAll("details")];
    for (const view of views) view.hidden = !view.dataset.text.includes(wanted);
    const shown = views.filter((view) => !view.hidden).length;
    section.hidden = shown === 0;
    left += shown;
  }
  document.getElementById("found").textContent = wanted ? `${left} found` : "";
}

/** A link to an operation or a shape opens it. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target instanceof HTMLDetailsElement) target.open = true;
  target.scrollIntoView();
}

async function start() {
  const answer = await fetch("/api/openapi.json");
  if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
  show(await answer.json());
  document.getElementById("filter").addEventListener("input", (event) => filter(event.target.value));
  addEventListener("hashchange", openTarget);
  openTarget();
}

start().catch((error) => {
  document.getElementById("found").textContent = `The document cannot be shown: ${error.message}`;
});
