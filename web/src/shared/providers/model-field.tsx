/**
 * A model's id: written freely, or taken from what the provider lists. Arrow keys walk through the list, Enter takes the
 * marked one, Escape closes it. What is typed is always a valid value: lists are never complete.
 */
import { ChevronDown } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useDeferredValue, useId, useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { compactCount } from "@/shared/lib/format";
import { classNames } from "@/shared/ui/class-names";
import { Spinner } from "@/shared/ui/feedback";
import { Field, INPUT, INPUT_HEIGHT } from "@/shared/ui/field";

const MOST_SHOWN = 100;

export interface ModelChoice {
  id: string;
  name?: string | null | undefined;
  context_window?: number | null | undefined;
}

export interface ModelFieldProps {
  label: string;
  value: string;
  onChange: (id: string) => void;
  models: readonly ModelChoice[];
  loading?: boolean | undefined;
  hint?: ReactNode;
  error?: ReactNode;
  placeholder?: string | undefined;
  /** What Enter does, besides taking what is marked; else it sends the form. */
  onEnter?: (() => void) | undefined;
  className?: string | undefined;
}

/** Those that have every word that was typed in their id or name; all where an entry itself is what stands there. */
function fitting(models: readonly ModelChoice[], typed: string): readonly ModelChoice[] {
  if (models.some((model) => model.id === typed)) {
    return models;
  }
  const words = typed.toLowerCase().split(/\s+/);
  return models.filter((model) => {
    const text = `${model.id} ${model.name ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

export function ModelField({
  label,
  value,
  onChange,
  models,
  loading = false,
  hint,
  error,
  placeholder,
  onEnter,
  className,
}: ModelFieldProps) {
  const t = useStrings().settings.provider;
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const [marked, setMarked] = useState(-1);
  const found = fitting(models, useDeferredValue(value.trim()));
  const shown = found.slice(0, MOST_SHOWN);

  function show(marking: number) {
    setOpen(true);
    setMarked(marking);
    list.current?.children[marking]?.scrollIntoView?.({ block: "nearest" });
  }

  function take(id: string) {
    onChange(id);
    setOpen(false);
    setMarked(-1);
    input.current?.focus();
  }

  function press(event: KeyboardEvent) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = marked === -1 && step === -1 ? 0 : marked;
      show(shown.length === 0 ? -1 : (from + step + shown.length) % shown.length);
    } else if (event.key === "Enter" && open && shown[marked] !== undefined) {
      event.preventDefault();
      take(shown[marked].id);
    } else if (event.key === "Enter" && onEnter !== undefined) {
      event.preventDefault();
      setOpen(false);
      onEnter();
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    }
  }

  return (
    <Field label={label} hint={hint} error={error} className={className}>
      {(aids) => (
        <div className="relative">
          <input
            {...aids}
            ref={input}
            role="combobox"
            aria-expanded={open}
            aria-controls={open ? listId : undefined}
            aria-autocomplete="list"
            aria-activedescendant={open && shown[marked] !== undefined ? `${listId}-${marked}` : undefined}
            type="text"
            autoComplete="off"
            autoCapitalize="off"
            autoCorrect="off"
            spellCheck={false}
            placeholder={placeholder}
            value={value}
            onChange={(event) => {
              onChange(event.target.value);
              setOpen(true);
              setMarked(-1);
            }}
            onClick={() => setOpen(true)}
            onBlur={() => setOpen(false)}
            onKeyDown={press}
            className={classNames(INPUT, INPUT_HEIGHT, "pe-8")}
          />
          <span className="pointer-events-none absolute inset-y-0 end-2.5 flex items-center text-muted">
            {loading ? (
              <Spinner className="size-3.5" />
            ) : (
              <ChevronDown aria-hidden="true" className="size-4" />
            )}
          </span>
          {open && (shown.length > 0 || loading) && (
            <div
              ref={list}
              id={listId}
              role="listbox"
              aria-label={label}
              tabIndex={-1}
              // The field keeps the focus, also when the list is scrolled.
              onMouseDown={(event) => event.preventDefault()}
              className="absolute inset-x-0 top-full z-40 mt-1 max-h-64 animate-appear overflow-y-auto overscroll-contain rounded-lg bg-raised p-1 text-sm shadow-md"
            >
              {loading && shown.length === 0 && <p className="px-2 py-1.5 text-muted">{t.askingForModels}</p>}
              {shown.map((model, place) => (
                // biome-ignore lint/a11y/useKeyWithClickEvents: the input, which has the focus, answers the keys
                <div
                  key={model.id}
                  id={`${listId}-${place}`}
                  role="option"
                  tabIndex={-1}
                  aria-selected={model.id === value}
                  onClick={() => take(model.id)}
                  onMouseMove={() => setMarked(place)}
                  className={classNames(
                    "flex min-h-8 cursor-default items-center gap-2 rounded-sm px-2 py-1 pointer-coarse:min-h-11",
                    place === marked && "bg-hover",
                    model.id === value && "font-medium text-accent",
                  )}
                >
                  <span className="min-w-0 flex-1 truncate">{model.id}</span>
                  {typeof model.context_window === "number" && (
                    <span className="shrink-0 text-muted text-xs tabular-nums">
                      {compactCount(model.context_window)}
                    </span>
                  )}
                </div>
              ))}
              {found.length > shown.length && (
                <p className="px-2 py-1.5 text-muted text-xs">{t.moreModels(found.length - shown.length)}</p>
              )}
            </div>
          )}
        </div>
      )}
    </Field>
  );
}
