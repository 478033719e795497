// A composition with everything that can be done with it: hear, compare its takes, save, vary, use, share, sort.

import { get, patch, remove } from "./api.js";
import { downloads } from "./downloads.js";
import { h, show, toast } from "./dom.js";
import { icon } from "./icons.js";
import { go } from "./main.js";
import { composeFrom } from "./pages/compose.js";
import { chordPlan } from "./plan.js";
import { buildPlayer } from "./player.js";
import { settingsTable } from "./settings-table.js";
import { sharePanel } from "./share-panel.js";
import { tagEditor } from "./tag-editor.js";
import { clock } from "./timing.js";
import { varyPanel } from "./vary-panel.js";

/** Shows the takes of one job, the one named first. `onChange(composition)` hears of renaming and deleting. */
export class CompositionView {
  #players = new Map();
  #shown = null;

  constructor({ heading = "h1" } = {}) {
    this.heading = heading;
    this.element = h("div", { class: "stack" });
  }

  /** Show a take; the music goes on where the other one was. */
  async open(id) {
    const before = this.#shown && this.#players.get(this.#shown);
    const take = await get(`/api/compositions/${id}`);
    const path = `/api/compositions/${id}`;
    if (!this.#players.has(id)) this.#players.set(id, await buildPlayer(take, `${path}/stems`));
    const player = this.#players.get(id);
    const [place, goesOn] = before ? [before.sound.position, before.sound.isPlaying] : [0, false];
    before?.sound.pause();
    this.#shown = id;
    show(this.element, this.#head(take), this.#tabs(take), player.element, this.#notices(take), this.#actions(take, player), this.#more(take));
    if (before && before !== player) {
      player.sound.seek(place);
      if (goesOn) player.sound.play();
    }
    return take;
  }

  leave() {
    for (const player of this.#players.values()) player.close();
  }

  #head(take) {
    const title = h("input", { class: "title-input", value: take.title, maxlength: 80, "aria-label": "Title", onchange: async () => {
      const changed = await patch(`/api/compositions/${take.id}`, { title: title.value.trim() }).catch((error) => toast(error.message, "wrong"));
      if (changed) title.value = changed.title;
    } });
    const star = h("button", { type: "button", class: "quiet round star", "aria-pressed": String(take.favourite), "aria-label": "Favourite", onclick: async () => {
      const changed = await patch(`/api/compositions/${take.id}`, { favourite: star.getAttribute("aria-pressed") !== "true" }).catch((error) => toast(error.message, "wrong"));
      if (changed) star.setAttribute("aria-pressed", String(changed.favourite));
    } }, icon("star"));
    const about = [take.genre, take.key, take.metre, `${Math.round(take.tempo_bpm)} bpm`, clock(take.length_s), `seed ${take.seed}`];
    return h(
      "header",
      { class: "take-head" },
      h(this.heading, { class: "unseen" }, take.title),
      h("div", { class: "row take-title" }, title, star),
      h("p", { class: "dim numbers about" }, about.map((text) => h("span", {}, text))),
    );
  }

  #tabs(take) {
    if (take.takes.length < 2) return null;
    const choices = take.takes.map((id, i) =>
      h("label", {}, h("input", { type: "radio", name: "take", checked: id === take.id, onchange: () => this.open(id).catch((error) => toast(error.message, "wrong")) }), `Take ${i + 1}`));
    return h("div", { class: "row" }, h("div", { class: "segmented", role: "radiogroup", "aria-label": "Takes to compare" }, choices), h("span", { class: "small dim" }, "The music goes on at the same place."));
  }

  #notices(take) {
    return take.notices.length ? h("ul", { class: "notices notice small" }, take.notices.map((text) => h("li", {}, text))) : null;
  }

  #actions(take, player) {
    const place = h("div", {});
    const toggle = (name, build) => {
      const button = h("button", { type: "button", "aria-expanded": "false", onclick: () => {
        const opens = button.getAttribute("aria-expanded") !== "true";
        for (const other of bar.querySelectorAll("[aria-expanded]")) other.setAttribute("aria-expanded", "false");
        button.setAttribute("aria-expanded", String(opens));
        show(place, opens && build());
      } }, icon(name[0]), name[1]);
      return button;
    };
    const use = h("button", { type: "button", onclick: () => this.#use(take, player) }, icon("melody"), "Use as melody");
    const bar = h(
      "div",
      { class: "row" },
      toggle(["dice", "Vary"], () => varyPanel(take, player.roll)),
      use,
      toggle(["download", "Download"], () => downloads(take)),
      toggle(["share", "Share"], () => sharePanel(take)),
      h("button", { type: "button", class: "quiet danger end", onclick: () => this.#delete(take) }, icon("trash"), "Delete"),
    );
    return h("div", { class: "stack" }, bar, place);
  }

  #more(take) {
    const plan = chordPlan(this.#players.get(take.id).roll);
    const chords = h("div", { class: "field wide" }, h("span", { class: "label" }, "Chords"), h("p", { class: "mono plan" }, plan),
      h("div", { class: "row" }, h("button", { type: "button", class: "small", onclick: () => this.#edit(take, plan) }, "Change the chords")));
    return h("div", { class: "panel stack" }, tagEditor(take), chords, h("details", {}, h("summary", {}, "How it was made"), settingsTable(take)));
  }

  async #use(take, player) {
    const tracks = player.roll.tracks.filter((track) => !track.is_drum);
    const choose = h("div", { class: "stack" });
    const dialog = h("dialog", { "aria-label": "Use as melody", onclose: () => dialog.remove() }, h("h2", {}, "Which line?"), choose);
    const take_ = async (track) => {
      dialog.close();
      const query = track.is_melody ? "" : `?track=${track.number}`;
      const melody = await get(`/api/compositions/${take.id}/melody${query}`).catch((error) => toast(error.message, "wrong"));
      if (melody) await composeFrom(melody);
    };
    show(choose, tracks.map((track) => h("button", { type: "button", onclick: () => take_(track) }, track.name)), h("button", { type: "button", class: "quiet", onclick: () => dialog.close() }, "Cancel"));
    document.body.append(dialog);
    dialog.showModal();
  }

  /** To the desk, with the same melody and settings, and the chords ready to be changed. */
  async #edit(take, plan) {
    await composeFrom(take.melody, { ...take.settings, genre: take.genre, seed: take.seed, takes: 1, reharmonise: undefined, chords: take.settings.intro ? (take.settings.chords ?? "") : plan });
  }

  async #delete(take) {
    if (!confirm(`Delete “${take.title}”, its files and its share page?`)) return;
    try {
      await remove(`/api/compositions/${take.id}`);
      const rest = take.takes.filter((id) => id !== take.id);
      toast("Deleted");
      if (rest.length) await this.open(rest[0]);
      else await go("/library");
    } catch (error) {
      toast(error.message, "wrong");
    }
  }
}
