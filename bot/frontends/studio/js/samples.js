// What a training sounded like at its checkpoints: one melody, side by side, switched at the same place.

import { h, show, toast } from "./dom.js";
import { segmented } from "./parts.js";
import { buildPlayer } from "./player.js";

/** Checkpoints to listen to. `set(samples)` may be called as they come. */
export class Samples {
  #players = new Map();
  #shown = null;
  #samples = [];

  constructor() {
    this.choice = h("div", { class: "scroll-x" });
    this.place = h("div", {});
    this.element = h("div", { class: "stack" }, this.choice, this.place);
  }

  set(samples) {
    this.#samples = samples.filter((sample) => sample.files.mp3 && sample.files.roll);
    const choices = this.#samples.map(({ epoch }) => [epoch, epoch ? `Epoch ${epoch}` : "Before"]);
    const open = (epoch) => this.#open(epoch).catch((error) => toast(error.message, "wrong"));
    const none = h("p", { class: "dim" }, "The first sample comes with the first checkpoint.");
    show(this.choice, choices.length ? segmented("Checkpoints to compare", choices, this.#shown, open) : none);
  }

  close() {
    for (const player of this.#players.values()) player.close();
  }

  async #open(epoch) {
    const before = this.#players.get(this.#shown);
    this.#shown = epoch;
    const { files } = this.#samples.find((sample) => sample.epoch === epoch);
    if (!this.#players.has(epoch)) {
      this.#players.set(epoch, await buildPlayer({ files, description: `Piano roll of epoch ${epoch}` }));
    }
    if (this.#shown !== epoch) return;
    const player = this.#players.get(epoch);
    show(this.place, player.element);
    if (before) player.takeOver(before);
  }
}
