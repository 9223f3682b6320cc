/** The languages that code is coloured in. Each grammar is a file of its own, loaded when its language is first met. */
import type { LanguageRegistration } from "shiki/core";

type Grammars = { default: LanguageRegistration[] };

export interface Language {
  /** The name of the grammar. */
  id: string;
  /** The name for people. */
  name: string;
  aliases: readonly string[];
  load: () => Promise<Grammars>;
}

const of = (id: string, name: string, aliases: string, load: () => Promise<Grammars>): Language => ({
  id,
  name,
  aliases: aliases === "" ? [] : aliases.split(" "),
  load,
});

export const LANGUAGES: readonly Language[] = [
  of("bash", "Shell", "sh shell zsh shellscript ksh bashrc envrc", () => import("shiki/langs/bash.mjs")),
  of("c", "C", "h", () => import("shiki/langs/c.mjs")),
  of("clojure", "Clojure", "clj cljs edn", () => import("shiki/langs/clojure.mjs")),
  of("cmake", "CMake", "", () => import("shiki/langs/cmake.mjs")),
  of("cpp", "C++", "c++ cc cxx hpp hh hxx", () => import("shiki/langs/cpp.mjs")),
  of("csharp", "C#", "cs c#", () => import("shiki/langs/csharp.mjs")),
  of("css", "CSS", "", () => import("shiki/langs/css.mjs")),
  of("dart", "Dart", "", () => import("shiki/langs/dart.mjs")),
  of("diff", "Diff", "patch udiff", () => import("shiki/langs/diff.mjs")),
  of("dockerfile", "Dockerfile", "docker containerfile", () => import("shiki/langs/dockerfile.mjs")),
  of("dotenv", "Environment", "env", () => import("shiki/langs/dotenv.mjs")),
  of("elixir", "Elixir", "ex exs", () => import("shiki/langs/elixir.mjs")),
  of("go", "Go", "golang", () => import("shiki/langs/go.mjs")),
  of("graphql", "GraphQL", "gql", () => import("shiki/langs/graphql.mjs")),
  of("haskell", "Haskell", "hs", () => import("shiki/langs/haskell.mjs")),
  of("hcl", "HCL", "terraform tf tfvars", () => import("shiki/langs/hcl.mjs")),
  of("html", "HTML", "htm xhtml", () => import("shiki/langs/html.mjs")),
  of("ini", "INI", "cfg conf properties editorconfig", () => import("shiki/langs/ini.mjs")),
  of("java", "Java", "", () => import("shiki/langs/java.mjs")),
  of("javascript", "JavaScript", "js mjs cjs node", () => import("shiki/langs/javascript.mjs")),
  of("json", "JSON", "webmanifest ipynb", () => import("shiki/langs/json.mjs")),
  of("jsonc", "JSON with comments", "json5", () => import("shiki/langs/jsonc.mjs")),
  of("jsx", "JSX", "", () => import("shiki/langs/jsx.mjs")),
  of("kotlin", "Kotlin", "kt kts", () => import("shiki/langs/kotlin.mjs")),
  of("latex", "LaTeX", "tex", () => import("shiki/langs/latex.mjs")),
  of("lua", "Lua", "", () => import("shiki/langs/lua.mjs")),
  of("make", "Makefile", "makefile mk", () => import("shiki/langs/make.mjs")),
  of("markdown", "Markdown", "md mdx", () => import("shiki/langs/markdown.mjs")),
  of("nginx", "nginx", "", () => import("shiki/langs/nginx.mjs")),
  of("nix", "Nix", "", () => import("shiki/langs/nix.mjs")),
  of("php", "PHP", "", () => import("shiki/langs/php.mjs")),
  of("powershell", "PowerShell", "ps ps1 psm1 pwsh", () => import("shiki/langs/powershell.mjs")),
  of("proto", "Protocol Buffers", "protobuf", () => import("shiki/langs/proto.mjs")),
  of("python", "Python", "py python3 pyi pyw", () => import("shiki/langs/python.mjs")),
  of("r", "R", "", () => import("shiki/langs/r.mjs")),
  of("ruby", "Ruby", "rb gemfile rakefile", () => import("shiki/langs/ruby.mjs")),
  of("rust", "Rust", "rs", () => import("shiki/langs/rust.mjs")),
  of("scala", "Scala", "sbt", () => import("shiki/langs/scala.mjs")),
  of("scss", "SCSS", "sass", () => import("shiki/langs/scss.mjs")),
  of("shellsession", "Terminal", "console terminal session", () => import("shiki/langs/shellsession.mjs")),
  of("sql", "SQL", "postgres postgresql mysql sqlite psql", () => import("shiki/langs/sql.mjs")),
  of("svelte", "Svelte", "", () => import("shiki/langs/svelte.mjs")),
  of("swift", "Swift", "", () => import("shiki/langs/swift.mjs")),
  of("toml", "TOML", "", () => import("shiki/langs/toml.mjs")),
  of("tsx", "TSX", "", () => import("shiki/langs/tsx.mjs")),
  of("typescript", "TypeScript", "ts mts cts", () => import("shiki/langs/typescript.mjs")),
  of("vue", "Vue", "", () => import("shiki/langs/vue.mjs")),
  of("xml", "XML", "svg xsd xsl plist rss", () => import("shiki/langs/xml.mjs")),
  of("yaml", "YAML", "yml", () => import("shiki/langs/yaml.mjs")),
  of("zig", "Zig", "", () => import("shiki/langs/zig.mjs")),
];

const byName = new Map(
  LANGUAGES.flatMap((language) =>
    [language.id, ...language.aliases].map((name) => [name, language] as const),
  ),
);

/** The language of a name, an alias or a file's ending, in any case; undefined for those without a grammar. */
export function languageOf(name: string): Language | undefined {
  return byName.get(name.trim().toLowerCase().replace(/^\./, ""));
}

/** The language of a file by its name. */
export function languageOfFile(path: string): Language | undefined {
  const file = path.split("/").at(-1) ?? "";
  return languageOf(file) ?? languageOf(file.split(".").at(-1) ?? "");
}
