// The player of one take: roll, transport, and a mixer that fetches the stems when it is first touched.

import { get } from "./api.js";
import { h, show } from "./dom.js";
import { swatch } from "./genre-cards.js";
import { icon } from "./icons.js";
import { RollPlayer } from "./roll-player.js";
import { Sound } from "./sound.js";
import { clock } from "./timing.js";

/** Build a player of `take` (files, length_s, description). Without `stemsPath` there is no mixer. */
export async function buildPlayer(take, stemsPath = null) {
  const roll = await get(take.files.roll);
  const chords = roll.chords.map(([start_s, label]) => ({ start_s, label }));
  return new Player(take, { ...roll, chords }, stemsPath);
}

/** `element` goes into a page; `close` when it leaves. */
export class Player {
  #timer = 0;

  constructor(take, roll, stemsPath) {
    this.roll = roll;
    this.sound = new Sound(take.files.mp3, stemsPath, take.length_s ?? roll.length_s);
    this.strips = new Map(roll.tracks.map((track) => [track.number, { volume: 1, mute: false, solo: false }]));
    this.picture = new RollPlayer(roll, {
      position: () => this.sound.position,
      isPlaying: () => this.sound.isPlaying,
      isSilent: (number) => this.#gain(number) === 0,
      onSeek: (seconds) => this.sound.seek(seconds),
      label: take.description || "Piano roll",
    });
    this.status = h("p", { class: "small dim", role: "status" });
    this.element = h(
      "section",
      { class: "player panel", "aria-label": "Player" },
      this.sound.audio,
      this.picture.element,
      this.#transport(),
      stemsPath ? this.#mixer() : this.#legend(),
    );
    this.sound.addEventListener("state", () => this.#dress());
    this.sound.addEventListener("error", () => (this.status.textContent = "The sound cannot be played here."));
    this.#dress();
  }

  close() {
    clearInterval(this.#timer);
    this.sound.close();
  }

  /** Go on where another player is, if it plays; be at the same place, if it does not. */
  takeOver(other) {
    const [place, goesOn] = [other.sound.position, other.sound.isPlaying];
    other.sound.pause();
    this.sound.seek(place);
    if (goesOn) this.toggle();
  }

  toggle() {
    if (this.sound.isPlaying) this.sound.pause();
    else this.sound.play().catch(() => (this.status.textContent = "The sound cannot be played here."));
  }

  #transport() {
    this.button = h("button", { type: "button", class: "primary round big", onclick: () => this.toggle() });
    this.time = h("span", { class: "numbers" });
    const volume = h("input", {
      type: "range",
      min: 0,
      max: 1,
      step: 0.01,
      value: 1,
      "aria-label": "Volume",
      oninput: () => (this.sound.volume = Number(volume.value)),
    });
    return h(
      "div",
      { class: "player-bar" },
      this.button,
      this.time,
      this.status,
      h("label", { class: "inline small volume" }, "Volume", volume),
    );
  }

  #legend() {
    let band = -1;
    return h(
      "ul",
      { class: "ensemble" },
      this.roll.tracks.map((track) => h("li", {}, swatch(track.is_melody ? null : (band += 1)), track.name)),
    );
  }

  #mixer() {
    let band = -1;
    const rows = this.roll.tracks.map((track) => this.#strip(track, swatch(track.is_melody ? null : (band += 1))));
    return h("div", { class: "mixer", role: "group", "aria-label": "Mixer" }, rows);
  }

  #strip(track, sign) {
    const strip = this.strips.get(track.number);
    const press = (what, letter, words) => {
      const button = h(
        "button",
        {
          type: "button",
          class: "small",
          "aria-pressed": "false",
          "aria-label": `${words} ${track.name}`,
          title: words,
          onclick: () => {
            strip[what] = !strip[what];
            button.setAttribute("aria-pressed", String(strip[what]));
            this.#mix();
          },
        },
        letter,
      );
      return button;
    };
    const volume = h("input", {
      type: "range",
      min: 0,
      max: 1.5,
      step: 0.01,
      value: 1,
      "aria-label": `Volume of ${track.name}`,
      oninput: () => {
        strip.volume = Number(volume.value);
        this.#mix();
      },
    });
    return h(
      "div",
      { class: "strip" },
      h("span", { class: "strip-name" }, sign, track.name),
      press("mute", "M", "Mute"),
      press("solo", "S", "Solo"),
      volume,
    );
  }

  #gain(number) {
    const strip = this.strips.get(number);
    const anySolo = [...this.strips.values()].some((other) => other.solo);
    return strip.mute || (anySolo && !strip.solo) ? 0 : strip.volume;
  }

  async #mix() {
    this.picture.draw();
    try {
      this.loading ??= this.sound.loadStems((stage) => (this.status.textContent = stage));
      await this.loading;
      this.status.textContent = "";
    } catch (error) {
      this.loading = null;
      this.status.textContent = error.message;
    }
    this.sound.setGains(new Map([...this.strips.keys()].map((number) => [number, this.#gain(number)])));
  }

  #dress() {
    const playing = this.sound.isPlaying;
    show(this.button, icon(playing ? "pause" : "play"));
    this.button.setAttribute("aria-label", playing ? "Pause" : "Play");
    this.picture.draw();
    this.#tick();
    clearInterval(this.#timer);
    if (playing) this.#timer = setInterval(() => this.#tick(), 250);
  }

  #tick() {
    this.time.textContent = `${clock(this.sound.position)} / ${clock(this.sound.duration)}`;
  }
}
