import type { Strings } from "..";

export const settings: Strings["settings"] = {};
