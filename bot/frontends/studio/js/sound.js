// The sound of a result: the mix from an audio element, or its stems side by side once somebody mutes one.

import { made } from "./made.js";

const START_S = 0.04;
const FULL_RATE_S = 900; // seconds of stems, all together, that are decoded at the full rate: memory is finite
const RATES = [44100, 22050];

/** Tells `state` when it starts, stops or changes its ways, `error` when a file cannot be played. */
export class Sound extends EventTarget {
  #stems = null;
  #context = null;
  #offset = 0;
  #startedAt = null;
  #volume = 1;

  constructor(mp3, stemsPath, lengthS) {
    super();
    this.stemsPath = stemsPath;
    this.lengthS = lengthS;
    this.audio = new Audio();
    this.audio.preload = "metadata";
    this.audio.src = mp3;
    for (const event of ["play", "pause", "seeked", "loadedmetadata"])
      this.audio.addEventListener(event, () => this.#tell());
    this.audio.addEventListener("error", () => this.dispatchEvent(new Event("error")));
  }

  get hasStems() {
    return this.#stems !== null;
  }

  get duration() {
    return Number.isFinite(this.audio.duration) ? this.audio.duration : this.lengthS;
  }

  get isPlaying() {
    return this.#stems ? this.#startedAt !== null : !this.audio.paused;
  }

  /** Where we are, in seconds of the sound file. */
  get position() {
    if (!this.#stems) return this.audio.currentTime;
    if (this.#startedAt === null) return this.#offset;
    const heard = this.#context.currentTime - (this.#context.outputLatency || 0);
    return Math.min(this.#offset + Math.max(heard - this.#startedAt, 0), this.duration);
  }

  set volume(volume) {
    this.#volume = volume;
    this.audio.volume = volume;
    if (this.#stems) this.#stems.master.gain.value = volume;
  }

  async play() {
    if (this.position >= this.duration - 0.05) this.seek(0);
    if (!this.#stems) return this.audio.play();
    await this.#context.resume();
    this.#start();
  }

  pause() {
    if (!this.#stems) return this.audio.pause();
    this.#offset = this.position;
    this.#halt();
    this.#tell();
  }

  seek(seconds) {
    const place = Math.min(Math.max(seconds, 0), this.duration);
    if (!this.#stems) {
      this.audio.currentTime = place;
      return;
    }
    const goesOn = this.isPlaying;
    this.#halt();
    this.#offset = place;
    if (goesOn) this.#start();
    else this.#tell();
  }

  /** Fetch the stems, recorded by a worker if need be, and go on with them where the mix was. */
  async loadStems(onStage = () => {}) {
    if (this.#stems) return;
    onStage("the stems are being recorded …");
    const answer = await made(this.stemsPath);
    onStage("the stems are being fetched …");
    this.#use(await this.#decode(answer.stems));
  }

  /** How loud each track is, by number; the reverberation follows their mean. */
  setGains(gains) {
    if (!this.#stems) return;
    const values = [...gains.values()];
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1);
    for (const stem of this.#stems.list) {
      const gain = stem.level * (stem.number === 0 ? mean : (gains.get(stem.number) ?? 1));
      stem.gain.gain.setTargetAtTime(gain, this.#context.currentTime, 0.012);
    }
  }

  /** End for good. */
  close() {
    this.audio.pause();
    this.audio.removeAttribute("src");
    this.audio.load();
    this.#halt();
    this.#context?.close();
    this.#stems = null;
  }

  async #decode(stems) {
    const rate = RATES[Number(stems.length * this.duration > FULL_RATE_S)];
    const decoder = new OfflineAudioContext(2, 1, rate);
    return Promise.all(
      stems.map(async ({ number, url, gain_db = 0 }) => {
        const answer = await fetch(url, { credentials: "same-origin" });
        if (!answer.ok) throw new Error("A stem could not be fetched: try again.");
        return {
          number,
          level: 10 ** (gain_db / 20),
          buffer: await decoder.decodeAudioData(await answer.arrayBuffer()),
        };
      }),
    );
  }

  #use(decoded) {
    this.#context = new AudioContext({ latencyHint: "playback" });
    const master = this.#context.createGain();
    master.gain.value = this.#volume;
    const limiter = new DynamicsCompressorNode(this.#context, {
      threshold: -3,
      knee: 3,
      ratio: 12,
      attack: 0.003,
      release: 0.12,
    });
    master.connect(limiter).connect(this.#context.destination);
    const list = decoded.map((stem) => {
      const gain = this.#context.createGain();
      gain.gain.value = stem.level;
      gain.connect(master);
      return { ...stem, gain, source: null };
    });
    const [place, wasPlaying] = [this.audio.currentTime, !this.audio.paused];
    this.audio.pause();
    this.#stems = { list, master };
    this.#offset = place;
    if (wasPlaying) this.play();
    else this.#tell();
  }

  #start() {
    this.#halt();
    const when = this.#context.currentTime + START_S;
    for (const stem of this.#stems.list) {
      stem.source = new AudioBufferSourceNode(this.#context, { buffer: stem.buffer });
      stem.source.connect(stem.gain);
      stem.source.start(when, Math.min(this.#offset, stem.buffer.duration));
    }
    const longest = this.#stems.list.reduce((a, b) => (b.buffer.duration > a.buffer.duration ? b : a));
    longest.source.onended = () => {
      if (this.position >= this.duration - 0.3) {
        this.#offset = this.duration;
        this.#halt();
        this.#tell();
      }
    };
    this.#startedAt = when;
    this.#tell();
  }

  #halt() {
    this.#startedAt = null;
    for (const stem of this.#stems?.list ?? []) {
      if (!stem.source) continue;
      stem.source.onended = null;
      stem.source.stop();
      stem.source.disconnect();
      stem.source = null;
    }
  }

  #tell() {
    this.dispatchEvent(new Event("state"));
  }
}
