// What can be done with a training: stop, go on, keep as a genre, delete.

import { post, remove } from "./api.js";
import { field, h, toast } from "./dom.js";
import { go } from "./main.js";
import { preferGenre } from "./pages/compose.js";
import { act, openDialog, sure } from "./parts.js";

export const ENDED = ["done", "failed", "cancelled"];

/** Buttons for `training` as it is now; `onChange(training)` gets what became of it. */
export function trainingActions(training, onChange) {
  const change = async (path, body) => {
    const changed = await post(`/api/trainings/${training.id}/${path}`, body);
    if (changed.id === training.id) onChange(changed);
    else await go(`/train/${changed.id}`); // it goes on as another job
  };
  if (!ENDED.includes(training.status)) {
    const asked = training.job?.cancel_requested;
    return [act(asked ? "Stopping …" : "Stop and keep what it learned", () => change("stop"), { disabled: asked })];
  }
  const hasLearned = training.epochs.length > 0;
  return [
    training.kept && composeLink(training.kept),
    hasLearned && !training.kept && act("Keep as a genre", () => keep(training, change), { class: "primary" }),
    hasLearned && act("Go on learning", () => change("resume")),
    act("Delete", () => forget(training), { class: "quiet danger" }),
  ];
}

function composeLink(genre) {
  const props = { class: "button primary", href: "/", onclick: () => preferGenre(genre) };
  return h("a", props, `Compose in ${genre}`);
}

async function forget(training) {
  if (!sure(`Delete the training “${training.name}” and its samples?`)) return;
  await remove(`/api/trainings/${training.id}`);
  await go("/train");
}

function keep(training, change) {
  const input = h("input", { value: training.name, maxlength: 32 });
  const name = field("Name of the genre", input, { hint: "Small letters, digits and hyphens." });
  openDialog("Keep as a genre", (close) => {
    const send = async (event) => {
      event.preventDefault();
      try {
        await change("keep", { name: input.value.trim() });
        close();
        toast("It can be composed in as soon as it is packed");
      } catch (error) {
        name.fail(error.message);
      }
    };
    const buttons = [h("button", { class: "primary" }, "Keep"), act("Cancel", close)];
    return h("form", { class: "stack", onsubmit: send }, name.element, h("div", { class: "row" }, buttons));
  });
}
