/** Copies a text and says that it did. Works on plain http too, where browsers have no clipboard interface. */
import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { announce } from "./announcer";
import { IconButton } from "./button";
import { topLayer } from "./layer";
import { toast } from "./toast";

const SHOWN_MILLISECONDS = 1600;

export interface CopyButtonProps {
  /** The text, or a function that gives it when it is wanted. */
  text: string | (() => string);
  label?: string | undefined;
  size?: "small" | "medium" | undefined;
  className?: string | undefined;
}

export function CopyButton({ text, label, size = "small", className }: CopyButtonProps) {
  const { common } = useStrings();
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), SHOWN_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [copied]);

  async function copy() {
    try {
      await copyText(typeof text === "function" ? text() : text);
      setCopied(true);
      announce(common.copied);
    } catch {
      toast({ title: common.copyFailed, tone: "danger" });
    }
  }

  return (
    <IconButton
      size={size}
      label={copied ? common.copied : (label ?? common.copy)}
      icon={copied ? <Check className="text-success" /> : <Copy />}
      onClick={copy}
      className={className}
    />
  );
}

/** Puts a text on the clipboard; throws if the browser refuses. */
export async function copyText(text: string): Promise<void> {
  // On plain http `navigator.clipboard` is missing, whatever its type says.
  const clipboard: Clipboard | undefined = navigator.clipboard;
  if (clipboard !== undefined) {
    try {
      await clipboard.writeText(text);
      return;
    } catch {
      // Refused by a permission: the older way may still be allowed.
    }
  }
  copyBySelection(text);
}

function copyBySelection(text: string): void {
  const focused = document.activeElement;
  const area = document.createElement("textarea");
  area.value = text;
  area.setAttribute("aria-hidden", "true");
  area.className = "sr-only";
  topLayer().append(area);
  area.focus({ preventScroll: true });
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (focused instanceof HTMLElement) focused.focus();
  if (!done) throw new Error("The browser refused to copy.");
}
