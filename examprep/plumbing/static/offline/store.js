// What this device keeps: questions to practise without a connection, and answers and staff's scans until the server has
// them.
// Every change is one transaction of IndexedDB, so that any number of windows may work at once.

let opening;

function opened() {
  opening ??= new Promise((resolve, reject) => {
    const ask = indexedDB.open("examprep", 2);
    ask.onupgradeneeded = ({ oldVersion }) => {
      ask.result.createObjectStore("scans", { keyPath: "id" }).createIndex("person", "person");
      if (oldVersion) return;
      ask.result.createObjectStore("queue", { keyPath: "id" }).createIndex("person", "person");
      ask.result.createObjectStore("packs", { keyPath: ["person", "subject"] });
      ask.result.createObjectStore("facts");
    };
    ask.onsuccess = () => {
      // A newer version of these pages may need the database to itself.
      ask.result.onversionchange = () => {
        ask.result.close();
        opening = undefined;
      };
      resolve(ask.result);
    };
    ask.onerror = () => reject(ask.error);
  });
  return opening;
}

// Runs `work` in one transaction; gives what its request found, once all of it is on the disk.
async function within(stores, mode, work) {
  const database = await opened();
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(stores, mode, { durability: "strict" });
    const asked = work(...stores.map((name) => transaction.objectStore(name)));
    transaction.oncomplete = () => resolve(asked?.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

const channel = "BroadcastChannel" in self ? new BroadcastChannel("examprep-kept") : null;
const told = () => channel?.postMessage("changed");

export function whenOthersChange(react) {
  channel?.addEventListener("message", react);
}

// Whose device it is now: whoever signed in last, until they sign out.
export const owner = () => within(["facts"], "readonly", (facts) => facts.get("owner"));
export const setOwner = (person) => within(["facts"], "readwrite", (facts) => facts.put(person, "owner"));

// Rows of one person were merged: what was kept for the others is this one's now.
export const takeOver = (person, others) =>
  within(["queue"], "readwrite", (queue) => {
    for (const other of others) {
      queue.index("person").openCursor(IDBKeyRange.only(other)).onsuccess = ({ target: { result: at } }) => {
        at?.update({ ...at.value, person });
        at?.continue();
      };
    }
  });

export const waiting = (person) =>
  within(["queue"], "readonly", (queue) => queue.index("person").getAll(person));

export const countWaiting = (person) =>
  within(["queue"], "readonly", (queue) => queue.index("person").count(person));

// Of whomever: what waits for one person may be another's once the server was asked.
export const anyWait = () => within(["queue"], "readonly", (queue) => queue.count());

// Keeps an answer, and in the same transaction notes in the pack that its question has been answered.
export async function keepAnswer(answer) {
  await within(["queue", "packs"], "readwrite", (queue, packs) => {
    queue.put(answer);
    note(packs, answer.person, answer.subject, answer.version);
  });
  told();
}

// A question was answered, here or on the page with a connection: the pack asks it no more.
export const noteAnswered = (person, subject, version) =>
  within(["packs"], "readwrite", (packs) => note(packs, person, subject, version));

function note(packs, person, subject, version) {
  const asked = packs.get([person, subject]);
  asked.onsuccess = () => {
    const kept = asked.result;
    if (!kept || kept.done.includes(version)) return;
    kept.done.push(version);
    packs.put(kept);
  };
}

// The server has said what became of these answers: they need not be kept. What it refused is told once.
export async function settle(person, outcomes) {
  await within(["queue", "facts"], "readwrite", (queue, facts) => {
    for (const outcome of outcomes) queue.delete(outcome.id);
    const refused = outcomes.filter((outcome) => outcome.state === "refused").map((outcome) => outcome.message);
    if (!refused.length) return;
    const asked = facts.get(["refused", person]);
    asked.onsuccess = () => facts.put([...(asked.result ?? []), ...refused].slice(-20), ["refused", person]);
  });
  told();
}

export const refusals = (person) =>
  within(["facts"], "readonly", (facts) => facts.get(["refused", person])).then((found) => found ?? []);

export const forgetRefusals = (person) =>
  within(["facts"], "readwrite", (facts) => facts.delete(["refused", person]));

export const packs = (person) =>
  within(["packs"], "readonly", (kept) => kept.getAll(IDBKeyRange.bound([person], [person, []])));

export const packOf = (person, subject) => within(["packs"], "readonly", (kept) => kept.get([person, subject]));

export const putPack = (pack) => within(["packs"], "readwrite", (kept) => kept.put(pack));

// What a scanner must know of its session; it names no learner. It goes when its person signs out or the session closes.
export const scannerOf = (session) => within(["facts"], "readonly", (facts) => facts.get(["scanner", session]));
export const putScanner = (pack) => within(["facts"], "readwrite", (facts) => facts.put(pack, ["scanner", pack.session]));
export const forgetScanner = (session) => within(["facts"], "readwrite", (facts) => facts.delete(["scanner", session]));

export const scansOf = (person) => within(["scans"], "readonly", (scans) => scans.index("person").getAll(person));

export async function keepScan(scan) {
  await within(["scans"], "readwrite", (scans) => scans.put(scan));
  told();
}

export async function settleScans(ids) {
  await within(["scans"], "readwrite", (scans) => ids.forEach((id) => scans.delete(id)));
  told();
}
