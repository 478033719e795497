// What a training sounded like at its checkpoints: one melody, side by side, switched at the same place.

import { h, show, toast } from "./dom.js";
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
    if (!this.#samples.length) {
      show(this.choice, h("p", { class: "dim" }, "The first sample comes with the first checkpoint."));
      return;
    }
    const labels = this.#samples.map(({ epoch }) =>
      h("label", {}, h("input", { type: "radio", name: "epoch", checked: epoch === this.#shown, onchange: () => this.#open(epoch) }), epoch ? `Epoch ${epoch}` : "Before"));
    show(this.choice, h("div", { class: "segmented", role: "radiogroup", "aria-label": "Checkpoints to compare" }, labels));
  }

  close() {
    for (const player of this.#players.values()) player.close();
  }

  async #open(epoch) {
    const before = this.#players.get(this.#shown);
    this.#shown = epoch;
    try {
      const sample = this.#samples.find((one) => one.epoch === epoch);
      if (!this.#players.has(epoch)) this.#players.set(epoch, await buildPlayer({ files: sample.files, description: `Piano roll of epoch ${epoch}` }));
      if (this.#shown !== epoch) return;
      const player = this.#players.get(epoch);
      const [place, goesOn] = before ? [before.sound.position, before.sound.isPlaying] : [0, false];
      before?.sound.pause();
      show(this.place, player.element);
      player.sound.seek(place);
      if (goesOn) player.toggle();
    } catch (error) {
      toast(error.message, "wrong");
    }
  }
}
