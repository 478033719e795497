// What the keys do, in a dialog.

import { h } from "./dom.js";
import { HELP } from "./editor-keys.js";

const LETTERS =
  "Letters play the piano: A S D F … are the white keys, W E T Y U the black ones, Z and X change the octave. " +
  "With the mouse, Alt leaves the grid.";

/** Open the dialog. */
export function showKeys() {
  const close = h("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const list = HELP.map(([keys, does]) => [h("dt", {}, h("kbd", {}, keys)), h("dd", {}, does)]);
  const dialog = h(
    "dialog",
    { "aria-labelledby": "keys-title", onclose: () => dialog.remove() },
    h("h2", { id: "keys-title" }, "Keys of the piano roll"),
    h("dl", { class: "keys-help" }, list),
    h("p", { class: "small dim" }, LETTERS),
    h("div", { class: "row" }, close),
  );
  document.body.append(dialog);
  dialog.showModal();
}
