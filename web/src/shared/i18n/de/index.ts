/** The German table. */
import type { Strings } from "..";
import { common } from "./common";
import { composer } from "./composer";
import { conversations } from "./conversations";
import { frame } from "./frame";
import { markdown } from "./markdown";
import { palette } from "./palette";
import { panel } from "./panel";
import { settings } from "./settings";
import { thread } from "./thread";
import { welcome } from "./welcome";

export const de: Strings = {
  common,
  composer,
  conversations,
  frame,
  markdown,
  palette,
  panel,
  settings,
  thread,
  welcome,
};
