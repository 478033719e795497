// Builds elements without ever parsing markup: whatever a user or the server wrote can only become text.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element. Keys of `props` that begin with "on" are listeners, "class" and everything else are attributes;
 * true sets an empty attribute, false, null and undefined leave it out. Children are nodes, text or nested lists.
 */
export function h(tag, props = {}, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** Make an SVG element, as `h`. */
export function svg(tag, props = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled" || name === "hidden") element[name] = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  add(element, children);
  return element;
}

function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}

/** Put new children in the place of the old ones. */
export function show(element, ...children) {
  element.replaceChildren();
  add(element, children);
  return element;
}

let lastId = 0;

/** A fresh id, to tie a label to its field. */
export function freshId(stem) {
  lastId += 1;
  return `${stem}-${lastId}`;
}

/** Label, field, hint and a place for the error that belongs to the field: `{element, input, fail}`. */
export function field(label, input, { hint = "", wide = false } = {}) {
  const id = input.id || freshId("field");
  input.id = id;
  const error = h("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const note = hint ? h("p", { class: "field-hint", id: `${id}-hint` }, hint) : null;
  input.setAttribute("aria-describedby", `${id}-error${note ? ` ${id}-hint` : ""}`);
  const element = h(
    "div",
    { class: wide ? "field wide" : "field" },
    h("label", { for: id }, label),
    input,
    note,
    error,
  );
  const fail = (message) => {
    error.textContent = message ?? "";
    error.hidden = !message;
    if (message) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  };
  input.addEventListener("input", () => fail(""));
  return { element, input, fail };
}

/** A select with `[value, label]` options. */
export function select(options, value, props = {}) {
  const list = options.map(([key, label]) => h("option", { value: key }, label));
  const element = h("select", props, list);
  element.value = value;
  return element;
}

let announcer = null;

/** Say something to screen readers, without moving the focus. */
export function announce(text) {
  announcer ??= document.body.appendChild(h("p", { class: "unseen", role: "status", "aria-live": "polite" }));
  announcer.textContent = text;
}

/** Show a short message at the foot of the window, for as long as it takes to read. */
export function toast(text, kind = "plain") {
  const place = document.getElementById("toasts");
  const line = h("p", { class: `toast ${kind}`, role: kind === "wrong" ? "alert" : "status" }, text);
  place.append(line);
  setTimeout(() => line.remove(), 3000 + 60 * text.length);
}
