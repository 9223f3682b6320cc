/** What the browser's tab says: its title, and whether its icon carries a badge. */
import { strings } from "@/shared/i18n";

export interface TabState {
  /** How many conversations hold something unread. */
  unread: number;
  /** Whether the current conversation is being answered. */
  running: boolean;
  /** The current conversation's title; null where there is none. */
  title: string | null;
}

/** `(2) ● Title – Flowent`: what needs a person comes first, since tabs are narrow. */
export function tabTitle({ unread, running, title }: TabState): string {
  const { productName } = strings().common;
  const marks = [unread > 0 ? `(${unread})` : "", running ? "●" : ""].filter(Boolean);
  const name = title?.trim() ? `${title.trim()} – ${productName}` : productName;
  return [...marks, name].join(" ");
}

/** What the tab's icon shows beside the title: something unread is told before something that runs. */
export function tabBadge({
  unread,
  running,
}: Pick<TabState, "unread" | "running">): "unread" | "running" | null {
  if (unread > 0) {
    return "unread";
  }
  return running ? "running" : null;
}
