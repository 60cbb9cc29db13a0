// The board's feed: connects, notices silence, and connects again until the board is back.

const SILENCE = 5000; // milliseconds without a message; the board says something every two seconds
const AGAIN = 1000; // milliseconds between two tries to connect, half of them or half as many more by chance

/** The address of the feed that stands beside the page, whatever path a proxy has put before it. */
export function feedAddress(page, known = {}) {
  const address = new URL("watch", page);
  address.hash = "";
  address.search = known.life ? new URLSearchParams({since: known.number, life: known.life}) : "";
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  return address;
}

/**
 * Calls `hear(message)` for each message, and before it `live()`. Calls `lost(why, tries)` where none comes: `why` is
 * "silent" with the connection still open, or else "closed", and `tries` how often in a row that was so.
 */
export class Feed {
  #on; #socket = null; #known = {}; #tries = 0; #isOver = false; #silence = 0;

  constructor(on) {
    this.#on = on;
    this.#connect();
  }

  /** Send a command. Whether that was possible. */
  send(command) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(command));
    return true;
  }

  /** Connect no more: the lesson is over. */
  end() {
    this.#isOver = true;
    this.#drop();
  }

  #connect() {
    this.#socket = new WebSocket(feedAddress(location, this.#known));
    this.#awaitMessage();
    this.#socket.onmessage = event => this.#heard(JSON.parse(event.data));
    this.#socket.onclose = () => this.#lost("closed");
  }

  // An open connection alone is not live: a proxy may open it before it has reached the board.
  #heard(message) {
    this.#tries = 0;
    this.#awaitMessage();
    if (message.life) this.#known = {number: message.number, life: message.life};
    this.#on.live();
    this.#on.hear(message);
  }

  #awaitMessage() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost("silent"), SILENCE);
  }

  // A silent board may answer a close frame much later, so the page does not wait for it.
  #drop() {
    clearTimeout(this.#silence);
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
  }

  #lost(why) {
    this.#drop();
    if (this.#isOver) return;
    this.#on.lost(why, ++this.#tries);
    // A little chance, so that not all pages come back in the same instant.
    setTimeout(() => this.#isOver || this.#connect(), AGAIN * (0.5 + Math.random()));
  }
}
