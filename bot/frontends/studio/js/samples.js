// What a training sounded like at its checkpoints: one melody, side by side, switched at the same place.

import { h, show } from "./dom.js";
import { icon } from "./icons.js";

/** A row of checkpoints to listen to. `set(samples)` may be called as they come. */
export class Samples {
  #players = new Map();
  #playing = null;

  constructor() {
    this.list = h("div", { class: "checkpoints" });
    this.picture = h("img", { class: "checkpoint-roll", alt: "", hidden: true });
    this.element = h("div", { class: "stack" }, this.list, this.picture);
  }

  set(samples) {
    this.samples = samples.filter((sample) => sample.files.mp3 || sample.files.ogg);
    show(this.list, this.samples.length ? this.samples.map((sample) => this.#button(sample)) : h("p", { class: "dim" }, "The first sample comes with the first checkpoint."));
  }

  close() {
    for (const player of this.#players.values()) player.pause();
  }

  #button(sample) {
    const player = this.#player(sample);
    const sounds = !player.paused;
    return h("button", { type: "button", "aria-pressed": String(sounds), "aria-label": `${sounds ? "Pause" : "Play"} epoch ${sample.epoch}`, onclick: () => this.#toggle(sample) }, icon(sounds ? "pause" : "play"), `Epoch ${sample.epoch}`);
  }

  #player(sample) {
    if (!this.#players.has(sample.epoch)) {
      const player = new Audio();
      player.preload = "none";
      player.src = sample.files.mp3 ?? sample.files.ogg;
      for (const event of ["play", "pause", "ended"]) player.addEventListener(event, () => this.set(this.samples));
      this.#players.set(sample.epoch, player);
    }
    return this.#players.get(sample.epoch);
  }

  async #toggle(sample) {
    const player = this.#player(sample);
    if (!player.paused) return player.pause();
    const other = this.#playing;
    const place = other && !other.paused ? other.currentTime : 0;
    other?.pause();
    this.#playing = player;
    if (sample.files.picture) {
      this.picture.src = sample.files.picture;
      this.picture.alt = `Piano roll of the sample at epoch ${sample.epoch}`;
      this.picture.hidden = false;
    }
    player.currentTime = place;
    await player.play().catch(() => {});
  }
}
