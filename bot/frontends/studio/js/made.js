// What a worker makes of a take when it is first wanted: stems, sheet music.

import { get, post } from "./api.js";
import { follow } from "./live.js";

/** Have what is at `path` made, if it is not there yet, and return it. Throws what went wrong, in words. */
export async function made(path) {
  let answer = await post(path);
  if (answer.status === "queued" || answer.status === "running") {
    await new Promise((resolve) => follow(answer.job_id, { onEnd: resolve }));
    answer = await get(path);
  }
  if (answer.status !== "ready") throw new Error(answer.error ?? "It could not be made: try again.");
  return answer;
}
