/** The English table: what every language has the shape of. */
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

export const en = {
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
