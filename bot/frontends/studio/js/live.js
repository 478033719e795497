// Follows a job as it happens; a lost line is taken up where it broke.

import { get, lost } from "./api.js";

const AGAIN_MS = 1500;
const KINDS = ["progress", "report", "epoch", "sample", "note"];

/**
 * Follow a job. `onJob` gets its status, `onEvent(kind, data)` what the worker tells, `onEnd` the job at last.
 * Returns a function that stops following.
 */
export function follow(jobId, { onJob = () => {}, onEvent = () => {}, onEnd }) {
  let source = null;
  let timer = 0;
  let last = 0;
  let stopped = false;

  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    source?.close();
  };
  const end = (job) => {
    if (stopped) return;
    stop();
    onEnd(job);
  };
  const again = async () => {
    const job = await get(`/api/jobs/${jobId}`).catch((error) => (error.status === 404 ? stop() : null));
    if (stopped) return;
    if (job && ["done", "failed", "cancelled"].includes(job.status)) end(job);
    else timer = setTimeout(open, AGAIN_MS);
  };
  const open = () => {
    source = new EventSource(`/api/jobs/${jobId}/events?after=${last}`);
    source.addEventListener("job", (event) => onJob(JSON.parse(event.data)));
    source.addEventListener("end", (event) => end(JSON.parse(event.data)));
    for (const kind of KINDS) {
      source.addEventListener(kind, (event) => {
        last = Number(event.lastEventId) || last;
        onEvent(kind, JSON.parse(event.data));
      });
    }
    source.addEventListener("error", () => {
      if (stopped) return;
      source.close();
      if (navigator.onLine === false) lost();
      again();
    });
  };
  open();
  return stop;
}
