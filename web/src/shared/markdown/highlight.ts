/**
 * The page's side of highlighting: sends new lines to the worker and keeps what comes back, in chunks.
 * Without a worker, or if a grammar fails, code stays plain text: nothing waits for its colours.
 */
import type { Answer, Request } from "./highlight-worker";
import type { Language } from "./languages";
import type { LineTokens } from "./tokenizer";

/** Lines per chunk, the unit in which code is drawn. */
export const CHUNK_LINES = 40;

let worker: Worker | null | undefined;
let documents = 0;
const listeners = new Map<number, (answer: Answer) => void>();
const languages = new Map<Language, Promise<void>>();
const sent = new Set<string>();

function send(request: Request): void {
  startedWorker()?.postMessage(request);
}

function startedWorker(): Worker | null {
  if (worker !== undefined) return worker;
  if (typeof Worker === "undefined") {
    worker = null;
    return worker;
  }
  const started = new Worker(new URL("./highlight-worker.ts", import.meta.url), { type: "module" });
  started.addEventListener("message", ({ data }: MessageEvent<Answer>) =>
    listeners.get(data.document)?.(data),
  );
  // Code whose grammar fails stays plain; that is no error of the page.
  started.addEventListener("error", (event) => event.preventDefault());
  worker = started;
  return worker;
}

/** Brings a language's grammars into the worker, one message each; each only once, since languages share some. */
function prepared(language: Language): Promise<void> {
  const known = languages.get(language);
  if (known !== undefined) return known;
  const loading = language.load().then(({ default: grammars }) => {
    const missing = grammars.filter((grammar) => !sent.has(grammar.name));
    for (const grammar of missing) sent.add(grammar.name);
    if (missing.length > 0) send({ kind: "grammars", grammars: missing });
  });
  languages.set(language, loading);
  loading.catch(() => languages.delete(language));
  return loading;
}

/** The colours of one piece of code that may grow. */
export class Highlighting {
  readonly #language: Language;
  readonly #document: number;
  readonly #changed: () => void;
  #chunks: (readonly LineTokens[])[] = [];
  #count = 0;
  #last = "";
  #closed = false;

  constructor(language: Language, changed: () => void) {
    documents += 1;
    this.#language = language;
    this.#document = documents;
    this.#changed = changed;
    listeners.set(this.#document, (answer) => this.#receive(answer));
  }

  /** The tokens of a chunk's lines, as far as they are known. The array changes its identity when its content does. */
  chunk(index: number): readonly LineTokens[] | undefined {
    return this.#chunks[index];
  }

  /** Reads what is new. `lines` gives the lines from a number on; all before the last one sent are as they were. */
  async update(count: number, lines: (first: number) => readonly string[]): Promise<void> {
    try {
      await prepared(this.#language);
    } catch {
      return; // The grammar could not be loaded: the code stays plain, and the next code tries again.
    }
    if (this.#closed || count < this.#count) return;
    const candidates = lines(Math.max(this.#count - 1, 0));
    const unchanged = this.#count > 0 && candidates[0] === this.#last;
    const fresh = unchanged ? candidates.slice(1) : candidates;
    if (fresh.length === 0) return;
    const first = this.#count === 0 || unchanged ? this.#count : this.#count - 1;
    this.#count = first + fresh.length;
    this.#last = fresh.at(-1) ?? "";
    send({ kind: "lines", document: this.#document, language: this.#language.id, first, lines: fresh });
  }

  close(): void {
    this.#closed = true;
    listeners.delete(this.#document);
    send({ kind: "forget", document: this.#document });
  }

  #receive({ first, tokens }: Answer): void {
    const chunks = [...this.#chunks];
    const copied = new Map<number, LineTokens[]>();
    tokens.forEach((line, offset) => {
      const index = Math.floor((first + offset) / CHUNK_LINES);
      const chunk = copied.get(index) ?? [...(chunks[index] ?? [])];
      chunk[(first + offset) % CHUNK_LINES] = line;
      copied.set(index, chunk);
      chunks[index] = chunk;
    });
    this.#chunks = chunks;
    this.#changed();
  }
}
