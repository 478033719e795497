// What can be done with a genre of one's own: another name, another description, shared or private, deleted.

import { patch, remove } from "./api.js";
import { field, h, show, toast } from "./dom.js";
import { go } from "./main.js";
import { act, openDialog, sure } from "./parts.js";

/** A panel for the owner of `genre`; `onChange(genre)` gets it as it is after another description. */
export function keepingPanel(genre, onChange) {
  const element = h("section", { class: "panel stack", "aria-labelledby": "own-title" });
  const path = `/api/genres/${encodeURIComponent(genre.name)}`;
  const change = (changes) => patch(path, changes);
  const share = async (shared) => {
    genre = await change({ shared });
    build();
    toast(shared ? `Shared with ${genre.own.audience}` : "For you alone again");
  };
  const build = () => {
    const { shared, audience } = genre.own;
    const who = shared ? "Others may compose in it." : "It is for you alone.";
    const alone = !audience && " To share it, open the studio with the link of /studio from where it shall be shared.";
    show(
      element,
      h("h2", { id: "own-title" }, "Yours"),
      h("p", {}, `${who} Requests name it `, h("code", {}, genre.name), ".", alone),
      h(
        "div",
        { class: "row" },
        act("Rename", () => rename(genre, change)),
        act("Describe", () => describe(genre, change, onChange)),
        shared && act("Keep it private", () => share(false)),
        !shared && audience && act(`Share with ${audience}`, () => share(true)),
        act("Delete", () => forget(genre, path), { class: "quiet danger" }),
      ),
    );
  };
  build();
  return element;
}

function rename(genre, change) {
  const input = h("input", { value: genre.name, maxlength: 32 });
  const hint = "Small letters, digits and hyphens.";
  ask("Rename", field("Name of the genre", input, { hint }), "Rename", async () => {
    const renamed = await change({ name: input.value.trim() });
    await go(`/train/genre/${renamed.name}`);
  });
}

function describe(genre, change, onChange) {
  const input = h("input", { value: genre.description, maxlength: 300 });
  ask("Describe", field("Description", input, { hint: "One line." }), "Save", async () => {
    onChange(await change({ description: input.value.trim() }));
  });
}

/** A dialog with one field; what `work` throws is told at it. */
function ask(title, line, button, work) {
  openDialog(title, (close) => {
    const send = async (event) => {
      event.preventDefault();
      try {
        await work();
        close();
      } catch (error) {
        line.fail(error.message);
      }
    };
    const buttons = [h("button", { class: "primary" }, button), act("Cancel", close)];
    return h("form", { class: "stack", onsubmit: send }, line.element, h("div", { class: "row" }, buttons));
  });
}

async function forget(genre, path) {
  if (!sure(`Delete the genre “${genre.title}” for good? What was composed in it stays.`)) return;
  await remove(path);
  await go("/train");
}
