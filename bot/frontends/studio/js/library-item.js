// One take in the library: listen, open, star, rename, delete.

import { patch, remove } from "./api.js";
import { h, show, toast } from "./dom.js";
import { icon } from "./icons.js";
import { act, sure } from "./parts.js";
import { factsOf, starOf } from "./take-facts.js";

const DAY = { day: "numeric", month: "short", year: "numeric" };

/** The row of `take`; `player` sounds for all rows, `onChange` is told after every change. */
export function libraryItem(take, player, onChange) {
  const title = h("a", { href: `/library/${take.id}` }, take.title);
  const date = new Date(take.created_at * 1000).toLocaleDateString(undefined, DAY);
  const tags = h(
    "ul",
    { class: "chips" },
    take.tags.map((tag) => h("li", { class: "chip" }, tag)),
  );
  const bin = act(icon("trash"), () => forget(take, onChange), { class: "quiet round" });
  bin.setAttribute("aria-label", `Delete ${take.title}`);
  return h(
    "li",
    { class: "library-item" },
    playButton(take, player),
    h("div", { class: "library-words" }, title, factsOf(take, `take ${take.take}`, date), tags),
    take.files.picture && thumb(take),
    h("div", { class: "row" }, starOf(take, `Favourite: ${take.title}`, onChange), rename(take, title, onChange), bin),
  );
}

function thumb(take) {
  const picture = h("img", { src: take.files.picture, alt: "", loading: "lazy", width: 160, height: 90 });
  return h("a", { href: `/library/${take.id}`, tabindex: -1, "aria-hidden": "true", class: "thumb" }, picture);
}

function playButton(take, player) {
  const address = new URL(take.files.mp3, location.href).href;
  const sounds = () => !player.paused && player.src === address;
  const toggle = async () => {
    if (sounds()) return player.pause();
    if (player.src !== address) player.src = address;
    await player.play();
  };
  const button = act(icon("play"), toggle, { class: "round" });
  const dress = () => {
    show(button, icon(sounds() ? "pause" : "play"));
    button.setAttribute("aria-label", `${sounds() ? "Pause" : "Play"} ${take.title}`);
  };
  for (const event of ["play", "pause", "ended"]) player.addEventListener(event, dress);
  dress();
  return button;
}

/** The title becomes a field; Enter or leaving it keeps what is written, Escape does not. */
function rename(take, title, onChange) {
  const open = () => {
    const input = h("input", { value: take.title, maxlength: 80, "aria-label": "New title" });
    let isOpen = true;
    const close = async (keep) => {
      if (!isOpen) return; // taking the field away takes the focus, too
      isOpen = false;
      input.replaceWith(title);
      button.focus();
      if (!keep || input.value.trim() === take.title) return;
      await patch(`/api/compositions/${take.id}`, { title: input.value.trim() });
      onChange();
    };
    const end = (keep) => close(keep).catch((error) => toast(error.message, "wrong"));
    input.addEventListener("keydown", ({ key }) => (key === "Enter" ? end(true) : key === "Escape" && end(false)));
    input.addEventListener("blur", () => end(true));
    title.replaceWith(input);
    input.select();
  };
  const button = act("Rename", open, { class: "quiet small", "aria-label": `Rename ${take.title}` });
  return button;
}

async function forget(take, onChange) {
  if (!sure(`Delete “${take.title}”, its files and its share page?`)) return;
  await remove(`/api/compositions/${take.id}`);
  toast("Deleted");
  onChange();
}
