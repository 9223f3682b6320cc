/** Which model answers in this conversation: those of every provider, found by typing. */
import { Link } from "@tanstack/react-router";
import { Box, Check, ChevronDown } from "lucide-react";
import { type KeyboardEvent, memo, useEffect, useId, useMemo, useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { compactCount } from "@/shared/lib/format";
import { useProviders } from "@/shared/providers/queries";
import type { Model } from "@/shared/providers/types";
import { Button } from "@/shared/ui/button";
import { classNames } from "@/shared/ui/class-names";
import { EmptyState, ProblemText, Spinner } from "@/shared/ui/feedback";
import { Popover } from "@/shared/ui/popover";
import { fitsModel, useModels } from "./models";

export interface ChosenModel {
  provider_id: string | null;
  model: string | null;
}

const DEFAULT: ChosenModel = { provider_id: null, model: null };

function useFacts(model: Model): string {
  const text = useStrings().composer.model;
  const { context_window: window, input_price: input, output_price: output } = model;
  return [
    window === null ? "" : text.window(compactCount(window)),
    input === null || output === null ? "" : text.price(String(input), String(output)),
  ]
    .filter(Boolean)
    .join(" · ");
}

interface OptionProps {
  id: string;
  label: string;
  facts: string;
  chosen: boolean;
  active: boolean;
  onPoint: () => void;
  onChoose: () => void;
}

function Option({ id, label, facts, chosen, active, onPoint, onChoose }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are handled in the search field, which has the focus
    <div
      id={id}
      role="option"
      tabIndex={-1}
      aria-selected={chosen}
      data-active={active}
      onMouseDown={(event) => event.preventDefault()}
      onMouseMove={() => !active && onPoint()}
      onClick={onChoose}
      className={classNames(
        "flex min-h-8 cursor-default items-center gap-2 rounded-sm px-2 py-1 pointer-coarse:min-h-11",
        active && "bg-hover",
      )}
    >
      <span className="min-w-0 flex-1">
        <span className="block truncate">{label}</span>
        {facts !== "" && <span className="block truncate text-muted text-xs">{facts}</span>}
      </span>
      {chosen && <Check aria-hidden="true" className="size-4 shrink-0 text-accent" />}
    </div>
  );
}

function ModelOption({ model, ...rest }: { model: Model } & Omit<OptionProps, "label" | "facts">) {
  return <Option {...rest} label={model.name ?? model.id} facts={useFacts(model)} />;
}

interface ListProps {
  value: ChosenModel;
  workspaceModel: string | null;
  onChoose: (chosen: ChosenModel) => void;
}

function ModelList({ value, workspaceModel, onChoose }: ListProps) {
  const text = useStrings().composer.model;
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState("");
  const [active, setActive] = useState(0);
  const providers = useProviders();
  const groups = useModels(providers.data?.items ?? []);

  const shown = groups.map((group) => ({
    ...group,
    fitting: group.models.filter((model) => fitsModel(query, model, group.provider)),
  }));
  const choices: ChosenModel[] = [
    ...(query.trim() === "" ? [DEFAULT] : []),
    ...shown.flatMap(({ provider, fitting }) =>
      fitting.map(({ id }): ChosenModel => ({ provider_id: provider.id, model: id })),
    ),
  ];
  const current = Math.min(active, choices.length - 1);

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is active moved
  useEffect(() => {
    list.current?.querySelector("[data-active=true]")?.scrollIntoView?.({ block: "nearest" });
  }, [current]);

  function press(event: KeyboardEvent) {
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (event.nativeEvent.isComposing || choices.length === 0) {
      return;
    }
    if (step !== undefined) {
      event.preventDefault();
      setActive((current + step + choices.length) % choices.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const choice = choices[current];
      if (choice) {
        onChoose(choice);
      }
    }
  }

  if (providers.error) {
    return <ProblemText error={providers.error} className="p-3" />;
  }
  if (!providers.data) {
    return (
      <div className="flex justify-center p-6">
        <Spinner label={text.choose} />
      </div>
    );
  }
  // The model that comes with the workspace is in no provider's list.
  if (providers.data.items.length === 0 && workspaceModel === null) {
    return <EmptyState title={text.noProvider} icon={<Box />} action={<SettingsLink label={text.setUp} />} />;
  }

  let place = -1;
  function option(choice: ChosenModel) {
    place += 1;
    const at = place;
    return {
      id: `${listId}-${at}`,
      active: at === current,
      chosen: choice.provider_id === value.provider_id && choice.model === value.model,
      onPoint: () => setActive(at),
      onChoose: () => onChoose(choice),
    };
  }

  return (
    <div className="flex min-h-0 flex-col">
      <input
        type="text"
        role="combobox"
        // biome-ignore lint/a11y/noAutofocus: the picker was opened to choose in it
        autoFocus
        value={query}
        onChange={(event) => {
          setQuery(event.target.value);
          setActive(0);
        }}
        onKeyDown={press}
        placeholder={text.search}
        aria-label={text.search}
        aria-expanded
        aria-autocomplete="list"
        aria-controls={listId}
        aria-activedescendant={current >= 0 ? `${listId}-${current}` : undefined}
        autoComplete="off"
        spellCheck={false}
        className="h-9 shrink-0 border-line border-b bg-transparent px-3 text-sm outline-none pointer-coarse:h-11 pointer-coarse:text-lg"
      />
      <div
        ref={list}
        id={listId}
        role="listbox"
        aria-label={text.label}
        className="max-h-80 overflow-y-auto overscroll-contain p-1"
      >
        {query.trim() === "" && (
          <Option
            {...option(DEFAULT)}
            label={text.default}
            facts={workspaceModel === null ? text.defaultNone : text.defaultIs(workspaceModel)}
          />
        )}
        {shown.map(({ provider, fitting, models, loading, error }) => (
          // biome-ignore lint/a11y/useSemanticElements: a group of options has no element of its own
          <div key={provider.id} role="group" aria-label={provider.name}>
            {(fitting.length > 0 || query.trim() === "") && (
              <p
                aria-hidden="true"
                className="flex items-center gap-2 px-2 pt-2 pb-1 font-medium text-muted text-xs"
              >
                <span className="truncate">{provider.name}</span>
                {loading && <Spinner className="size-3" />}
              </p>
            )}
            {fitting.map((model) => (
              <ModelOption
                key={model.id}
                {...option({ provider_id: provider.id, model: model.id })}
                model={model}
              />
            ))}
            {error && query.trim() === "" && (
              <p className="px-2 pb-1 text-warning text-xs" title={error.message}>
                {text.failed(provider.name)} {error.message}
              </p>
            )}
            {!error && !loading && models.length === 0 && query.trim() === "" && (
              <p className="px-2 pb-1 text-muted text-xs">{text.noModels}</p>
            )}
          </div>
        ))}
      </div>
      {choices.length === 0 && (
        <p role="status" className="px-3 pb-3 text-muted text-sm">
          {text.noMatch}
        </p>
      )}
      <div className="shrink-0 border-line border-t px-3 py-2 text-xs">
        <SettingsLink label={text.manage} />
      </div>
    </div>
  );
}

function SettingsLink({ label }: { label: string }) {
  return (
    <Link
      to="/settings/{-$section}"
      params={{ section: "providers" }}
      className="inline-flex min-h-6 items-center text-accent underline-offset-2 hover:underline"
    >
      {label}
    </Link>
  );
}

export interface ModelPickerProps extends ListProps {
  /** There is little room: on a phone the name makes way for a sign. */
  tight: boolean;
  open: boolean;
  onOpenChange: (open: boolean) => void;
}

export const ModelPicker = memo(function ModelPicker({
  tight,
  value,
  workspaceModel,
  open,
  onOpenChange,
  onChoose,
}: ModelPickerProps) {
  const text = useStrings().composer.model;
  const name = value.model ?? workspaceModel ?? text.none;
  const short = useMemo(() => name.split("/").at(-1) ?? name, [name]);
  return (
    <Popover
      label={text.choose}
      side="top"
      align="start"
      open={open}
      onOpenChange={onOpenChange}
      className="w-80 overflow-hidden! p-0!"
      trigger={
        <Button
          variant="ghost"
          aria-label={text.current(name)}
          className="min-w-0 shrink! px-2 font-normal pointer-coarse:min-w-11"
        >
          {tight && <Box aria-hidden="true" className="sm:hidden" />}
          <span className={classNames("max-w-52 truncate", tight && "max-sm:hidden")}>{short}</span>
          <ChevronDown aria-hidden="true" className="size-3.5! text-faint max-sm:hidden" />
        </Button>
      }
    >
      <ModelList value={value} workspaceModel={workspaceModel} onChoose={onChoose} />
    </Popover>
  );
});
