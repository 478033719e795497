// A composition with everything that can be done with it: hear, compare its takes, save, vary, use, share, sort.

import { get, patch, remove } from "./api.js";
import { downloads } from "./downloads.js";
import { h, show, toast } from "./dom.js";
import { icon } from "./icons.js";
import { go } from "./main.js";
import { composeFrom } from "./pages/compose.js";
import { act, group, openDialog, segmented, sure } from "./parts.js";
import { chordPlan, transposePlan } from "./plan.js";
import { buildPlayer } from "./player.js";
import { scorePanel } from "./score-panel.js";
import { settingsTable } from "./settings-table.js";
import { sharePanel } from "./share-panel.js";
import { tagEditor } from "./tag-editor.js";
import { factsOf, starOf } from "./take-facts.js";
import { varyPanel } from "./vary-panel.js";

/** Shows the takes of one job, one at a time. */
export class CompositionView {
  #players = new Map();
  #shown = null;

  constructor() {
    this.element = h("div", { class: "stack" });
  }

  /** Show a take; the music goes on where the other one was. Returns the take. */
  async open(id) {
    const path = `/api/compositions/${id}`;
    const take = await get(path);
    const before = this.#players.get(this.#shown);
    if (!this.#players.has(id)) this.#players.set(id, await buildPlayer(take, `${path}/stems`));
    const player = this.#players.get(id);
    this.#shown = id;
    const parts = [this.#head(take), this.#tabs(take), player.element, notices(take), this.#actions(take, player)];
    show(this.element, parts, this.#more(take, player.roll));
    if (before && before !== player) player.takeOver(before);
    return take;
  }

  leave() {
    for (const player of this.#players.values()) player.close();
  }

  #head(take) {
    const title = h("input", { class: "title-input", value: take.title, maxlength: 80, "aria-label": "Title" });
    const rename = async () => {
      const changed = await patch(`/api/compositions/${take.id}`, { title: title.value.trim() });
      title.value = changed.title;
    };
    title.addEventListener("change", () => rename().catch((error) => toast(error.message, "wrong")));
    return h(
      "header",
      { class: "take-head" },
      h("h1", { class: "unseen" }, take.title),
      h("div", { class: "row take-title" }, title, starOf(take)),
      factsOf(take, `seed ${take.seed}`),
    );
  }

  #tabs(take) {
    if (take.takes.length < 2) return null;
    const choices = take.takes.map((id, i) => [id, `Take ${i + 1}`]);
    const open = (id) => this.open(id).catch((error) => toast(error.message, "wrong"));
    const hint = h("span", { class: "small dim" }, "The music goes on at the same place.");
    return h("div", { class: "row" }, segmented("Takes to compare", choices, take.id, open), hint);
  }

  #actions(take, player) {
    const place = h("div", {});
    const panels = [
      ["dice", "Vary", () => varyPanel(take)],
      ["score", "Sheet music", () => scorePanel(take)],
      ["download", "Download", () => downloads(take)],
      ["share", "Share", () => sharePanel(take)],
    ];
    const buttons = panels.map(([sign, words, build]) => {
      const button = act([icon(sign), words], () => unfold(button, buttons, place, build), {
        "aria-expanded": "false",
      });
      return button;
    });
    const use = act([icon("melody"), "Use as melody"], () => chooseLine(take, player.roll));
    const bin = act([icon("trash"), "Delete"], () => this.#delete(take), { class: "quiet danger end" });
    return h("div", { class: "stack" }, h("div", { class: "row" }, buttons, use, bin), place);
  }

  #more(take, roll) {
    const plan = chordPlan(roll);
    const change = act("Change the chords", () => editChords(take, roll, plan), { class: "small" });
    const chords = group("Chords", "", h("p", { class: "mono plan" }, plan), h("div", { class: "row" }, change));
    const made = h("details", {}, h("summary", {}, "How it was made"), settingsTable(take));
    return h("div", { class: "panel stack" }, tagEditor(take), chords, made);
  }

  async #delete(take) {
    if (!sure(`Delete “${take.title}”, its files and its share page?`)) return;
    await remove(`/api/compositions/${take.id}`);
    toast("Deleted");
    const [other] = take.takes.filter((id) => id !== take.id);
    if (other) await this.open(other);
    else await go("/library");
  }
}

/** Open the panel of one button and close the others'. */
function unfold(button, buttons, place, build) {
  const opens = button.getAttribute("aria-expanded") !== "true";
  for (const other of buttons) other.setAttribute("aria-expanded", String(opens && other === button));
  show(place, opens && build());
}

function notices({ notices: lines }) {
  return h(
    "ul",
    { class: lines.length ? "notices notice small" : "notices" },
    lines.map((text) => h("li", {}, text)),
  );
}

/** Ask which line of the result is the next melody, and go to the desk with it. */
function chooseLine(take, roll) {
  openDialog("Which line?", (close) => {
    const use = async (track) => {
      close();
      const query = track.is_melody ? "" : `?track=${track.number}`;
      await composeFrom(await get(`/api/compositions/${take.id}/melody${query}`));
    };
    const tracks = roll.tracks.filter((track) => !track.is_drum);
    const buttons = tracks.map((track) => act(track.name, () => use(track)));
    return h("div", { class: "stack" }, buttons, act("Cancel", close, { class: "quiet" }));
  });
}

/**
 * To the desk, with the same melody and settings and the chords ready to be changed. They move to a key together with
 * the melody, so they go back to its own here. Behind an intro the bars would not be the melody's: the line stays.
 */
async function editChords(take, roll, plan) {
  const { settings, melody } = take;
  const heard = roll.tracks.find((track) => track.is_melody);
  const shift = melody.notes[0].pitch - heard.notes[0][2];
  const chords = settings.intro ? (settings.chords ?? "") : transposePlan(plan, shift);
  await composeFrom(melody, {
    ...settings,
    genre: take.genre,
    seed: take.seed,
    takes: 1,
    reharmonise: undefined,
    chords,
  });
}
