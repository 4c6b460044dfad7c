/* A page that waits for something looks by itself whether it is done, and reloads then. Without script its link does that. */
"use strict";

(() => {
  const WAITS = [1, 1, 2, 2, 3, 5];
  const LOOKS = 60;
  if (!document.querySelector("[data-wait]")) return;

  const pause = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });

  async function waiting() {
    const answer = await fetch(location.pathname, {
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      cache: "no-store",
    });
    return !answer.ok || (await answer.json()).waiting;
  }

  (async () => {
    for (let turn = 0; turn < LOOKS; turn += 1) {
      await pause(WAITS[Math.min(turn, WAITS.length - 1)]);
      if (!(await waiting().catch(() => true))) {
        location.reload();
        return;
      }
    }
  })();
})();
