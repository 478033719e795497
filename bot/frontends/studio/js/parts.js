// Small things that many pages are put together from.

import { freshId, h, toast } from "./dom.js";

/** A button; what goes wrong in `work` is told at the foot of the window. */
export function act(label, work, props = {}) {
  const run = async (event) => {
    try {
      await work(event);
    } catch (error) {
      toast(error.message, "wrong");
    }
  };
  return h("button", { type: "button", onclick: run, ...props }, label);
}

/** One of a few: `choices` are [value, label]; `onChoose(value)` is told. */
export function segmented(label, choices, chosen, onChoose = () => {}) {
  const name = freshId("choice");
  const option = ([value, words]) => {
    const input = h("input", {
      type: "radio",
      name,
      value,
      checked: value === chosen,
      onchange: () => onChoose(value),
    });
    return h("label", {}, input, words);
  };
  return h("div", { class: "segmented", role: "radiogroup", "aria-label": label }, choices.map(option));
}

/** A table whose first column names its rows. */
export function table(head, rows) {
  const top =
    head &&
    h(
      "thead",
      {},
      h(
        "tr",
        {},
        head.map((words) => h("th", { scope: "col" }, words)),
      ),
    );
  const line = ([name, ...cells]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, name),
      cells.map((cell) => h("td", { class: "numbers" }, cell)),
    );
  return h("div", { class: "table-wrap" }, h("table", {}, top, h("tbody", {}, rows.map(line))));
}

/** A field group that is no single input: its name, a hint, and what is in it. */
export function group(label, hint, ...inside) {
  return h(
    "div",
    { class: "field wide" },
    h("span", { class: "label" }, label),
    hint && h("p", { class: "field-hint" }, hint),
    inside,
  );
}

/** Open a dialog; `build(close)` returns what is in it. */
export function openDialog(title, build) {
  const dialog = h("dialog", { "aria-label": title, onclose: () => dialog.remove() });
  dialog.append(
    h("h2", {}, title),
    build(() => dialog.close()),
  );
  document.body.append(dialog);
  dialog.showModal();
}

/** Ask before something is gone. */
export function sure(question) {
  return confirm(question);
}
