// A line between a browser and the server that can be cut, or swallow everything, at will.

import { connect, createServer } from "node:net";

export class Line {
  #pairs = new Set();
  #isDown = false;

  static async to(port) {
    const line = new Line();
    line.server = createServer((near) => line.#join(near, port));
    await new Promise((done) => line.server.listen(0, "127.0.0.1", done));
    line.base = `http://127.0.0.1:${line.server.address().port}`;
    return line;
  }

  #join(near, port) {
    if (this.#isDown) return near.destroy();
    const far = connect(port, "127.0.0.1");
    const pair = [near, far];
    this.#pairs.add(pair);
    const end = () => {
      this.#pairs.delete(pair);
      for (const one of pair) one.destroy();
    };
    for (const [from, to] of [pair, [far, near]]) {
      // What is swallowed is gone for good: the line says nothing of it.
      from.on("data", (part) => pair.isDead || to.write(part));
      from.on("close", end).on("error", end);
    }
  }

  /** Everything that is connected is cut off; what comes next gets through. */
  cut() {
    for (const pair of [...this.#pairs]) for (const one of pair) one.destroy();
  }

  /** What is connected now stays so and says nothing any more; what comes next gets through. */
  deafen() {
    for (const pair of this.#pairs) pair.isDead = true;
  }

  down() {
    this.#isDown = true;
    this.cut();
  }

  up() {
    this.#isDown = false;
  }

  stop() {
    this.down();
    this.server.close();
  }
}
