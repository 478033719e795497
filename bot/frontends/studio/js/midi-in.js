// A real keyboard by Web MIDI: notes only, from every input that is plugged in.

const OFF = 0x80;
const ON = 0x90;

/** Whether this browser can speak to MIDI keyboards at all. */
export function hasMidi() {
  return "requestMIDIAccess" in navigator;
}

/**
 * Listen to every MIDI input, also to those plugged in later. `onDevices` gets their names.
 * Throws what the browser throws, when the user or a policy says no.
 */
export async function listenToMidi({ press, lift, onDevices }) {
  const access = await navigator.requestMIDIAccess({ sysex: false });
  const hear = ({ data: [status, pitch, velocity] }) => {
    const kind = status & 0xf0;
    if (kind === ON && velocity > 0) press(pitch, velocity);
    else if (kind === OFF || kind === ON) lift(pitch);
  };
  const attach = () => {
    const inputs = [...access.inputs.values()].filter((input) => input.state === "connected");
    for (const input of inputs) input.onmidimessage = hear;
    onDevices(inputs.map((input) => input.name || "MIDI keyboard"));
  };
  access.onstatechange = attach;
  attach();
}
