import type { Strings } from "..";

export const panel: Strings["panel"] = {};
