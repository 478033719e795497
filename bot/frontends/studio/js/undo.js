// Undo and redo over immutable states.

const MOST = 200;

/** A state with its past and future; `changed` is called after every change. */
export class Undoable {
  #past = [];
  #future = [];
  #state;
  #listeners = new Set();

  constructor(state) {
    this.#state = state;
  }

  get state() {
    return this.#state;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Call a function now and after every change. */
  watch(listener) {
    this.#listeners.add(listener);
    listener(this.#state);
  }

  /** Make a change that can be undone. */
  change(state) {
    if (state === this.#state) return;
    this.#past.push(this.#state);
    if (this.#past.length > MOST) this.#past.shift();
    this.#future = [];
    this.#become(state);
  }

  /** Go on with the last change: what was before it stays what undo leads to. */
  amend(state) {
    this.#future = [];
    this.#become(state);
  }

  /** Let the last change, which came from `before`, count as part of the one before it. */
  fold(before) {
    if (this.#past.at(-1) === before && this.#past.length > 1) this.#past.pop();
    this.#tell();
  }

  /** Take the last change back. */
  undo() {
    if (this.canUndo) this.#step(this.#past, this.#future);
  }

  /** Make the change again that was taken back. */
  redo() {
    if (this.canRedo) this.#step(this.#future, this.#past);
  }

  #step(from, to) {
    to.push(this.#state);
    this.#become(from.pop());
  }

  #become(state) {
    this.#state = state;
    this.#tell();
  }

  #tell() {
    for (const listener of this.#listeners) listener(this.#state);
  }
}
