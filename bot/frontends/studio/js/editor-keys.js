// The roll from the computer's keyboard. No letters: those play the piano.

export const HELP = [
  ["Arrow keys", "move the selected notes, or the cursor when nothing is selected"],
  ["Shift + ← →", "shorten or lengthen the selected notes"],
  ["Shift + ↑ ↓", "move by an octave"],
  ["Enter", "write a note at the cursor, and go on behind it"],
  ["Ctrl + ← →", "select the note before, the note after"],
  ["Delete", "delete the selected notes"],
  ["Escape", "select nothing"],
  ["Ctrl + A", "select all"],
  ["Ctrl + C, X, V", "copy, cut, paste at the cursor"],
  ["Ctrl + D", "repeat the selection right behind it"],
  ["Ctrl + Z, Shift + Ctrl + Z", "undo, redo"],
  ["[ and ]", "set the flags of beginning and end at the cursor, for trimming"],
  ["Home, End", "to the beginning, to the end"],
  ["+ and −", "zoom"],
  ["Space", "play and stop"],
];

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Let an editor be worked by keys. */
export function listenToKeys(editor) {
  editor.roll.element.addEventListener("keydown", (event) => {
    const done = event.ctrlKey || event.metaKey ? withControl(editor, event) : plain(editor, event);
    if (done) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
}

function withControl(editor, event) {
  const actions = {
    z: () => (event.shiftKey ? editor.redo() : editor.undo()),
    y: () => editor.redo(),
    a: () => editor.select(editor.score.notes.map((n) => n.id)),
    c: () => editor.copy(),
    x: () => editor.cut(),
    v: () => editor.paste(),
    d: () => editor.duplicate(),
    arrowleft: () => editor.step(-1),
    arrowright: () => editor.step(1),
  };
  const action = actions[event.key.toLowerCase()];
  if (!action || event.altKey) return false;
  action();
  return true;
}

function plain(editor, event) {
  const arrow = ARROWS[event.key];
  if (arrow) {
    const [across, up] = arrow;
    if (event.shiftKey && across) editor.stretchBy(across);
    else editor.nudge(across, up * (event.shiftKey ? 12 : 1));
    return true;
  }
  const actions = {
    Enter: () => editor.write(),
    Delete: () => editor.remove([...editor.selection]),
    Backspace: () => editor.remove([...editor.selection]),
    Escape: () => editor.select([]),
    Home: () => editor.setCaret(0, editor.caret.pitch, true),
    End: () => editor.toEnd(),
    "[": () => editor.setRange("from", editor.caret.tick),
    "]": () => editor.setRange("to", editor.caret.tick),
    "+": () => editor.roll.zoomBy(1.25),
    "=": () => editor.roll.zoomBy(1.25),
    "-": () => editor.roll.zoomBy(0.8),
    " ": () => editor.onPlay(),
  };
  const action = actions[event.key];
  if (!action || event.altKey) return false;
  if (event.key === "Escape" && !editor.selection.size) return false;
  action();
  return true;
}
