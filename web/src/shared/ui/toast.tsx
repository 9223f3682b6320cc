/**
 * Short messages about what just happened, with at most one thing to do about it.
 *
 * They go by themselves, but never while the pointer is over them, the focus is in them or the page is hidden. F6 moves
 * the focus to them, Escape sends one away.
 */
import { X } from "lucide-react";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { create } from "zustand";
import { useStrings } from "@/shared/i18n";
import { announce } from "./announcer";
import { Button, IconButton } from "./button";
import { classNames } from "./class-names";
import { TONE_ICONS, type Tone } from "./feedback";
import { useTopLayer } from "./layer";

export interface ToastOptions {
  title: string;
  description?: string | undefined;
  tone?: Tone | undefined;
  action?: { label: string; run: () => void } | undefined;
  /** Milliseconds until it goes; `Infinity` to stay. Longer by itself where there is something to do or a failure. */
  duration?: number | undefined;
}

interface Toast extends ToastOptions {
  id: number;
}

const VISIBLE = 4;
const DURATION = 5_000;
const LONG_DURATION = 10_000;

const useToasts = create<{ toasts: readonly Toast[]; nextId: number }>(() => ({ toasts: [], nextId: 1 }));

/** Shows a message; gives its id for `dismissToast`. */
export function toast(options: ToastOptions): number {
  const id = useToasts.getState().nextId;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts, { ...options, id }], nextId: id + 1 }));
  // A failure is an alert, which is read when it appears; other messages are read by the announcer.
  if (options.tone !== "danger") announce([options.title, options.description].filter(Boolean).join(" "));
  return id;
}

export function dismissToast(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((other) => other.id !== id) }));
}

/** The place of the messages. One stands in the page. */
export function Toasts() {
  const { common } = useStrings();
  const toasts = useToasts((state) => state.toasts);
  const layer = useTopLayer();
  const region = useRef<HTMLElement>(null);
  const before = useRef<HTMLElement | null>(null);
  const [hovered, setHovered] = useState(false);
  const [focused, setFocused] = useState(false);
  const hidden = useHiddenPage();
  const shown = toasts.slice(-VISIBLE);

  useEffect(() => {
    function reach(event: globalThis.KeyboardEvent) {
      if (event.key !== "F6" || region.current === null) return;
      event.preventDefault();
      if (document.activeElement instanceof HTMLElement) before.current = document.activeElement;
      region.current.querySelector<HTMLElement>("li:last-child button")?.focus();
    }
    document.addEventListener("keydown", reach);
    return () => document.removeEventListener("keydown", reach);
  }, []);

  /** Sends a message away without losing the focus that was in it. */
  function dismiss(id: number, item: HTMLElement | null) {
    if (item?.contains(document.activeElement)) {
      const next = item.previousElementSibling ?? item.nextElementSibling;
      const target = next?.querySelector<HTMLElement>("button") ?? before.current;
      target?.focus();
      if (next === null) setFocused(false);
    }
    if (toasts.length === 1) setHovered(false);
    dismissToast(id);
  }

  if (shown.length === 0) return null;
  return createPortal(
    <section
      ref={region}
      aria-label={common.notifications}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
      onFocus={() => setFocused(true)}
      onBlur={(event) => setFocused(event.currentTarget.contains(event.relatedTarget))}
      className="pointer-events-none fixed end-4 bottom-4 z-50 w-[22rem] max-w-[calc(100vw-2rem)] max-md:inset-x-3 max-md:top-[calc(env(safe-area-inset-top)+0.75rem)] max-md:bottom-auto max-md:mx-auto"
    >
      <ol className="flex flex-col gap-2 max-md:flex-col-reverse">
        {shown.map((item) => (
          <ToastCard key={item.id} toast={item} paused={hovered || focused || hidden} onDismiss={dismiss} />
        ))}
      </ol>
    </section>,
    layer,
  );
}

interface ToastCardProps {
  toast: Toast;
  paused: boolean;
  onDismiss: (id: number, item: HTMLElement | null) => void;
}

function ToastCard({
  toast: { id, title, description, tone = "neutral", action, duration },
  paused,
  onDismiss,
}: ToastCardProps) {
  const { common } = useStrings();
  const item = useRef<HTMLLIElement>(null);
  const remaining = useRef(
    duration ?? (tone === "danger" || action !== undefined ? LONG_DURATION : DURATION),
  );
  const Icon = TONE_ICONS[tone];
  const dismiss = () => onDismiss(id, item.current);

  useEffect(() => {
    if (paused || remaining.current === Number.POSITIVE_INFINITY) return;
    const started = performance.now();
    const timer = setTimeout(() => dismissToast(id), remaining.current);
    return () => {
      clearTimeout(timer);
      remaining.current -= performance.now() - started;
    };
  }, [paused, id]);

  function leave(event: KeyboardEvent) {
    if (event.key !== "Escape") return;
    // Else the dialog that the message stands in would close too.
    event.preventDefault();
    event.stopPropagation();
    dismiss();
  }

  return (
    <li
      ref={item}
      onKeyDown={leave}
      className="pointer-events-auto flex animate-rise items-start gap-2.5 rounded-lg bg-raised py-2.5 ps-3 pe-2 text-sm shadow-lg"
    >
      <Icon aria-hidden="true" className={classNames("mt-1 size-4 shrink-0", ICON_TONES[tone])} />
      <div
        role={tone === "danger" ? "alert" : "status"}
        aria-live={tone === "danger" ? undefined : "off"}
        className="min-w-0 flex-1 break-words py-0.5"
      >
        <p className="font-medium">{title}</p>
        {description !== undefined && <p className="mt-0.5 text-muted">{description}</p>}
      </div>
      {action !== undefined && (
        <Button
          size="small"
          onClick={() => {
            action.run();
            dismiss();
          }}
        >
          {action.label}
        </Button>
      )}
      <IconButton size="small" label={common.dismiss} icon={<X />} onClick={dismiss} />
    </li>
  );
}

const ICON_TONES: Readonly<Record<Tone, string>> = {
  neutral: "text-muted",
  accent: "text-accent",
  info: "text-info",
  success: "text-success",
  warning: "text-warning",
  danger: "text-danger",
};

function useHiddenPage(): boolean {
  const [hidden, setHidden] = useState(document.hidden);
  useEffect(() => {
    const changed = () => setHidden(document.hidden);
    document.addEventListener("visibilitychange", changed);
    return () => document.removeEventListener("visibilitychange", changed);
  }, []);
  return hidden;
}
