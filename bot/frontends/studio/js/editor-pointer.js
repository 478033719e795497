// Mouse, pen and fingers on the roll: add, move, stretch, select, trim. A drag is one change, whatever its way.

import { move, note, stretch, withNotes } from "./score.js";

const TOUCH_SLACK = 14;
const TAP = 6; // pixels that a finger may tremble

/** Let an editor be worked by pointers. */
export class EditorPointer {
  #drag = null;

  constructor(editor) {
    this.editor = editor;
    this.roll = editor.roll;
    const { element } = this.roll;
    element.addEventListener("pointerdown", (event) => this.#down(event));
    element.addEventListener("pointermove", (event) => this.#move(event));
    for (const end of ["pointerup", "pointercancel"]) element.addEventListener(end, (event) => this.#up(event, end));
    element.addEventListener("dblclick", (event) => this.#remove(event));
    element.addEventListener("touchstart", (event) => this.#hold(event), { passive: false });
    element.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
  }

  #place(event) {
    const box = this.roll.element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** A finger on a note drags it; anywhere else it scrolls the roll. */
  #hold(event) {
    if (event.touches.length !== 1) return;
    const kind = this.roll.at(...this.#place(event.touches[0]), TOUCH_SLACK).kind;
    const drags = ["note", "edge", "from", "to", "keys"].includes(kind) || this.editor.tool === "select";
    if (drags && event.cancelable) event.preventDefault();
  }

  #down(event) {
    if (event.button) return;
    const [x, y] = this.#place(event);
    if (x > this.roll.element.clientWidth || y > this.roll.element.clientHeight) return; // the scroll bars
    const hit = this.roll.at(x, y, event.pointerType === "touch" ? TOUCH_SLACK : undefined);
    this.roll.element.focus({ preventScroll: true });
    const start = { x, y, ...hit, id: event.pointerId, touch: event.pointerType === "touch", moved: false };
    this.#drag = this.#begin(start, event);
    if (this.#drag && !(start.touch && hit.kind === "empty")) this.roll.element.setPointerCapture(event.pointerId);
  }

  #begin(start, event) {
    const { editor } = this;
    const base = editor.score;
    if (start.kind === "keys") {
      editor.sound(start.pitch);
      return null;
    }
    if (start.kind === "ruler") {
      editor.setCaret(editor.snap(start.tick), editor.caret.pitch);
      return { ...start, base };
    }
    if (start.kind === "note" || start.kind === "edge") {
      if (event.shiftKey || event.ctrlKey || event.metaKey) editor.toggle(start.note.id);
      else if (!editor.selection.has(start.note.id)) editor.select([start.note.id]);
      editor.sound(start.note.pitch);
      return { ...start, base };
    }
    if (start.kind === "empty" && !start.touch && editor.tool === "draw" && !event.shiftKey)
      return this.#draw(start, base);
    if (start.kind === "empty") editor.select([]);
    return { ...start, base, wantsBox: start.kind === "empty" && (editor.tool === "select" || event.shiftKey) };
  }

  #draw(start, base) {
    const { editor } = this;
    const added = note(Math.floor(start.tick / editor.grid) * editor.grid, start.pitch, editor.grid);
    editor.draft(withNotes(base, [...base.notes, added]));
    editor.select([added.id]);
    editor.sound(start.pitch);
    return { ...start, kind: "edge", note: added, base: editor.score, added: true };
  }

  #move(event) {
    const [x, y] = this.#place(event);
    const drag = this.#drag;
    if (!drag || drag.id !== event.pointerId) {
      this.#hover(x, y);
      return;
    }
    if (!drag.moved && Math.hypot(x - drag.x, y - drag.y) < (drag.touch ? TAP : 3)) return;
    drag.moved = true;
    const { editor, roll } = this;
    const [tick, pitch] = [roll.tickAt(x), roll.pitchAt(y)];
    if (drag.wantsBox) this.#box(drag, x, y);
    else if (drag.kind === "note") {
      const by = editor.snapBy(drag.note.start, tick - drag.tick, event.altKey);
      const before = editor.score;
      editor.draft(move(drag.base, editor.selection, by, pitch - drag.pitch));
      if (before.notes.some((n, i) => editor.score.notes[i]?.pitch !== n.pitch)) editor.sound(pitch);
    } else if (drag.kind === "edge") {
      const end = drag.note.start + drag.note.duration;
      const by = editor.snapBy(end, tick - (drag.added ? end : drag.tick), event.altKey, drag.added);
      editor.draft(stretch(drag.base, editor.selection, by, event.altKey ? 1 : editor.grid / 2));
    } else if (drag.kind === "from" || drag.kind === "to") editor.setRange(drag.kind, editor.snap(tick));
    else if (drag.kind === "ruler") editor.setCaret(editor.snap(tick), editor.caret.pitch);
  }

  #box(drag, x, y) {
    const { editor, roll } = this;
    const [left, right] = [Math.min(x, drag.x), Math.max(x, drag.x)];
    const [top, bottom] = [Math.min(y, drag.y), Math.max(y, drag.y)];
    editor.box = { x: left, y: top, width: right - left, height: bottom - top };
    const [from, to] = [roll.tickAt(left), roll.tickAt(right)];
    const [high, low] = [roll.pitchAt(top), roll.pitchAt(bottom)];
    const inside = editor.score.notes.filter(
      (n) => n.start < to && n.start + n.duration > from && n.pitch >= low && n.pitch <= high,
    );
    editor.select(inside.map((n) => n.id));
  }

  #up(event, kind) {
    const drag = this.#drag;
    if (!drag || drag.id !== event.pointerId) return;
    this.#drag = null;
    const { editor } = this;
    editor.box = null;
    if (kind === "pointercancel") editor.draft(null);
    else if (drag.touch && drag.kind === "empty" && !drag.moved && editor.tool === "draw") this.#tap(drag);
    editor.commit();
  }

  #tap(drag) {
    const { editor } = this;
    this.#draw(drag, editor.score);
  }

  #remove(event) {
    const hit = this.roll.at(...this.#place(event));
    if (hit.kind === "note" || hit.kind === "edge") this.editor.remove([hit.note.id]);
  }

  #hover(x, y) {
    const { kind } = this.roll.at(x, y);
    const empty = this.editor.tool === "draw" ? "cell" : "crosshair";
    const cursors = { note: "grab", edge: "ew-resize", from: "ew-resize", to: "ew-resize", keys: "pointer", empty };
    this.roll.element.style.cursor = cursors[kind] ?? "default";
  }

  #wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.roll.zoomBy(Math.exp(-event.deltaY / 300), this.#place(event)[0]);
  }
}
