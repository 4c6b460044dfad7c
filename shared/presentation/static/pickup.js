/* The pickup page, and the page that issues a pass by card: asks for the pass when the button is pressed, decrypts it here, shows it, and then says so.
 *
 * The private key is made in this browser, cannot be exported, and lies in IndexedDB until the pass was shown, so that
 * a reload in between loses nothing. Nothing is sent before a person presses the button: mail scanners run scripts too.
 */
"use strict";

(() => {
  const root = document.getElementById("pickup");
  /* The page of a verified card has addresses of its own, and lets choose what is issued. */
  const byCard = Boolean(root.dataset.base);
  const base = root.dataset.base || "/pickup/" + encodeURIComponent(root.dataset.application);
  const asked = root.dataset.ask || base;
  const name = base + "/" + root.dataset.application;
  const part = (id) => document.getElementById(id);
  const ask = part("ask");
  const field = part("pass");
  const ALGORITHM = { name: "RSA-OAEP", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };
  const WAITS = [1, 1, 1, 2, 2, 3, 3, 4, 5];
  const SLOW_AFTER = 30000;
  const GIVE_UP_AFTER = 300000;
  let onScreen = false;
  let ticking = 0;
  let told = null;

  const words = (name) => root.querySelector(`[data-text="${name}"]`).textContent;
  const say = (name) => { part("status").textContent = name ? words(name) : ""; };
  const pause = (seconds) => new Promise((done) => { setTimeout(done, seconds * 1000); });

  /* --- the key ------------------------------------------------------------------------------------------------ */

  const memory = new Map();

  function database() {
    return new Promise((done, fail) => {
      const opening = indexedDB.open("reregister-pickup", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => fail(opening.error);
      opening.onblocked = () => fail(new Error("blocked"));
    });
  }

  async function inStore(mode, act) {
    const opened = await database();
    try {
      return await new Promise((done, fail) => {
        const transaction = opened.transaction("keys", mode);
        const request = act(transaction.objectStore("keys"));
        transaction.oncomplete = () => done(request.result);
        transaction.onerror = transaction.onabort = () => fail(transaction.error);
      });
    } finally {
      opened.close();
    }
  }

  /* Private windows may have no IndexedDB: then the key lives as long as the page. */
  const keep = (key) => { memory.set(name, key); return inStore("readwrite", (store) => store.put(key, name)).catch(() => {}); };
  const forget = () => { memory.delete(name); return inStore("readwrite", (store) => store.delete(name)).catch(() => {}); };
  const kept = async () => memory.get(name) || inStore("readonly", (store) => store.get(name)).catch(() => undefined);

  const toBase64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
  const fromBase64 = (text) => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));

  /* --- the server --------------------------------------------------------------------------------------------- */

  const call = (method, path, body) => fetch(path, {
    method,
    headers: { Accept: "application/json", ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body ? JSON.stringify(body) : undefined,
    credentials: "same-origin",
    cache: "no-store",
    redirect: "manual",
  });

  /* The server says in which browser the pass was asked for; all other refusals are told by their status. */
  async function outcome(answer) {
    const problem = [403, 409, 429].includes(answer.status) || byCard ? await answer.json().catch(() => null) : null;
    told = byCard ? problem : null;
    if (problem && String(problem.type).endsWith(":other_browser")) return "elsewhere";
    if (problem && String(problem.type).endsWith(":passes_frozen")) return "frozen";
    if (problem && String(problem.type).endsWith(":trial")) return "trial";
    if (problem && String(problem.type).endsWith(":passes_busy")) return "busy";
    if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) return "session";
    if (answer.status === 404 || answer.status === 410) return "gone";
    if (answer.status === 409) return "conflict";
    if (answer.status === 429) return "too_many";
    return "server";
  }

  async function request() {
    const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["encrypt", "decrypt"]);
    const publicKey = toBase64(await crypto.subtle.exportKey("spki", pair.publicKey));
    await keep(pair.privateKey);
    const chosen = root.querySelector("input[name=item]:checked");
    const answer = await call("POST", asked, { public_key: publicKey, ...(chosen ? { item: chosen.value } : {}) });
    if (answer.status === 202) return pair.privateKey;
    if (answer.status < 500) await forget(); // after a failure nobody knows whether it was taken: a pass may come for this key
    throw new Error(await outcome(answer));
  }

  async function collect() {
    const begun = performance.now();
    for (let turn = 0; performance.now() - begun < GIVE_UP_AFTER; turn += 1) {
      let answer = null;
      try {
        answer = await call("GET", base + "/pass");
      } catch {
        say("offline");
      }
      if (answer) {
        if (answer.status === 200) return answer.json();
        if (answer.status !== 202 && answer.status < 500) throw new Error(await outcome(answer));
        say(performance.now() - begun > SLOW_AFTER ? "slow" : "working");
      }
      await pause(WAITS[Math.min(turn, WAITS.length - 1)]);
    }
    throw new Error("server");
  }

  async function open(key, sealed) {
    try {
      return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "RSA-OAEP" }, key, fromBase64(sealed)));
    } catch {
      throw new Error("unreadable");
    }
  }

  /* --- the screen --------------------------------------------------------------------------------------------- */

  const painted = () => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); });

  async function confirmShown() {
    for (let turn = 0; turn < 3; turn += 1) {
      try {
        const answer = await call("POST", base + "/shown", {});
        if (answer.status < 500) return;
      } catch { /* the pass is on the screen; the server forgets it by itself after a while */ }
      await pause(2);
    }
  }

  function countDown(secondsLeft) {
    const line = part("countdown");
    const ends = performance.now() + secondsLeft * 1000;
    const tick = () => {
      const left = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
      line.textContent = line.dataset.left.replace("%m", Math.floor(left / 60)).replace("%s", left % 60);
      if (left === 0) finish("expired");
    };
    clearInterval(ticking);
    ticking = setInterval(tick, 1000);
    tick();
  }

  async function show(pass, secondsLeft, account) {
    field.value = pass;
    if (account) part("whose").textContent = account;
    part("result").hidden = false;
    part("before").hidden = true;
    ask.hidden = true;
    onScreen = true;
    say("shown");
    countDown(secondsLeft);
    field.focus();
    field.select();
    await painted();
    await confirmShown();
    await forget();
  }

  function finish(name) {
    clearInterval(ticking);
    onScreen = false;
    field.value = "";
    part("result").hidden = true;
    part("sign-in").hidden = name !== "session";
    ask.hidden = name === "session";
    ask.textContent = words("again");
    ask.disabled = false;
    say(name);
    if (told && told.detail && name !== "elsewhere") sayForCard(told);
  }

  /* The server's own words, with dates where it knows them; the button stays where pressing it again helps. */
  function sayForCard(problem) {
    const again = /:(ask_again|gone|unavailable)$/.test(problem.type);
    part("status").textContent = problem.detail;
    part("sign-in").hidden = again;
    for (const id of ["ask", "before", "afterwards"]) part(id).hidden = !again;
  }

  async function read(key) {
    say("working");
    const { sealed, seconds_left: secondsLeft, account } = await collect();
    return { pass: await open(key, sealed), secondsLeft, account };
  }

  const begin = async () => read(await request());

  /* What this browser asked for earlier; nothing if that is over, so that the same press asks anew. */
  async function resume() {
    const key = await kept();
    if (!key) return null;
    try {
      return await read(key);
    } catch (error) {
      if (error.message !== "gone" && error.message !== "conflict" && error.message !== "unreadable") throw error;
      await forget();
      return null;
    }
  }

  async function pressed() {
    ask.disabled = true;
    part("sign-in").hidden = true;
    told = null;
    say("asking");
    try {
      const answer = (await resume()) || (await begin());
      await show(answer.pass, answer.secondsLeft, answer.account);
    } catch (error) {
      const name = root.querySelector(`[data-text="${error.message}"]`) ? error.message : "server";
      if (name === "gone" || name === "unreadable" || name === "conflict") await forget();
      finish(name);
    }
  }

  async function copy() {
    field.select();
    field.setSelectionRange(0, field.value.length);
    try {
      await navigator.clipboard.writeText(field.value);
      say("copied");
    } catch {
      say(document.execCommand && document.execCommand("copy") ? "copied" : "copy_failed");
    }
  }

  window.addEventListener("beforeunload", (event) => { if (onScreen) event.preventDefault(); });
  part("copy").addEventListener("click", copy);
  ask.addEventListener("click", pressed);

  if (!window.isSecureContext || !window.crypto || !crypto.subtle) {
    say("old_browser");
    return;
  }
  ask.disabled = false;
  kept().then((key) => { if (key) say("resume"); });
})();
