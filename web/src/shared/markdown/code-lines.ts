/** The lines of code that may grow, in chunks of which the full ones keep their identity. */
import { CHUNK_LINES } from "./highlight";

export interface Chunk {
  /** The index of the chunk's first line, counted from 0. */
  first: number;
  lines: readonly string[];
}

export class CodeLines {
  #code = "";
  #chunks: readonly Chunk[] = [{ first: 0, lines: [""] }];
  /** Rises whenever the code is another one and not more of the same. */
  #generation = 0;

  get generation(): number {
    return this.#generation;
  }

  get count(): number {
    const last = this.#chunks.at(-1);
    return last === undefined ? 0 : last.first + last.lines.length;
  }

  read(code: string): readonly Chunk[] {
    if (code === this.#code) return this.#chunks;
    if (code.startsWith(this.#code)) {
      this.#extend(code.slice(this.#code.length));
    } else {
      this.#generation += 1;
      this.#chunks = [{ first: 0, lines: [""] }];
      this.#extend(code);
    }
    this.#code = code;
    return this.#chunks;
  }

  /** The lines from `first` on. */
  from(first: number): readonly string[] {
    const start = Math.floor(first / CHUNK_LINES);
    return this.#chunks
      .slice(start)
      .flatMap((chunk) => chunk.lines)
      .slice(first - start * CHUNK_LINES);
  }

  #extend(more: string): void {
    const last = this.#chunks.at(-1);
    const [head = "", ...rest] = more.split(/\r?\n/);
    const lines = [...(last?.lines.slice(0, -1) ?? []), (last?.lines.at(-1) ?? "") + head, ...rest];
    const chunks = this.#chunks.slice(0, -1);
    const first = last?.first ?? 0;
    for (let index = 0; index < lines.length; index += CHUNK_LINES) {
      chunks.push({ first: first + index, lines: lines.slice(index, index + CHUNK_LINES) });
    }
    this.#chunks = chunks;
  }
}
