/**
 * Where messages are written: the field with its files and completions, the queue above it, and below it what answers,
 * how much context is used, and the buttons that send and stop.
 *
 * While somebody types, only the text field renders: what is written is in a store of its own (`composer-store`), and of
 * the conversation only what is shown here is subscribed to.
 */
import { Paperclip } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { useStore } from "zustand";
import { stopTurn } from "@/shared/api/commands";
import type { QueueItem } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { preferences, usePreference } from "@/shared/lib/preferences";
import { useIsHere } from "@/shared/lib/use-is-here";
import { useLatest } from "@/shared/lib/use-latest";
import { setPast, usePast } from "@/shared/live/past";
import { getView } from "@/shared/live/store";
import { useSettings } from "@/shared/providers/queries";
import { announce } from "@/shared/ui/announcer";
import { Button, IconButton } from "@/shared/ui/button";
import { Banner } from "@/shared/ui/feedback";
import { AttachmentList } from "./attachment-list";
import { attachFiles } from "./attachments";
import { composerStore, keepDrafts } from "./composer-store";
import { ContextMeter } from "./context-meter";
import { DropZone } from "./drop-zone";
import { EffortPicker } from "./effort-picker";
import { DEFAULT_LIMITS } from "./files";
import { ModelPicker } from "./model-picker";
import { Notices } from "./notices";
import { ownMessages } from "./own-messages";
import { Queue } from "./queue";
import type { QueueContext } from "./queue-actions";
import { SendButton } from "./send-button";
import { carryOver, sendDraft } from "./sending";
import { typedCommand } from "./slash";
import { TextField } from "./text-field";
import { useChoice } from "./use-choice";
import { useComposerCommands } from "./use-composer-commands";
import { useFacts, useLateAcceptance } from "./use-facts";
import { useInsertion } from "./use-insertion";
import { useKeyboardInset } from "./use-keyboard-inset";
import { report, useSlashCommands } from "./use-slash-commands";

const NO_QUEUE: readonly QueueItem[] = [];

export interface ComposerProps {
  /** null: a conversation that is made when its first message is sent. */
  conversationId: string | null;
  /** The project folder of a new conversation; the workspace's own where absent. */
  workdir?: string | undefined;
  /** Shows a conversation that was made here. */
  onCreated: (id: string) => void;
}

export function Composer(props: ComposerProps) {
  const past = usePast(props.conversationId ?? "");
  if (past !== null && props.conversationId !== null) {
    return <PastNotice conversationId={props.conversationId} />;
  }
  return <Writing key={props.conversationId ?? ""} {...props} />;
}

function PastNotice({ conversationId }: { conversationId: string }) {
  const text = useStrings().composer.past;
  return (
    <div className="mx-auto w-full max-w-3xl px-3 pb-3 sm:px-5">
      <Banner
        tone="info"
        title={text.title}
        action={
          <Button size="small" onClick={() => setPast(conversationId, null)}>
            {text.back}
          </Button>
        }
      >
        {text.text}
      </Banner>
    </div>
  );
}

function Writing({ conversationId: id, workdir, onCreated }: ComposerProps) {
  const strings = useStrings().composer;
  const noticesId = useId();
  const hintId = useId();
  const store = composerStore(id);
  const field = useRef<HTMLTextAreaElement>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const [picker, setPicker] = useState<"model" | "effort" | null>(null);
  const [stopping, setStopping] = useState(false);
  const facts = useFacts(id);
  const { data: settings } = useSettings();
  const choice = useChoice(store, id, facts);
  const mode = usePreference("whileBusy");
  const sendWith = usePreference("sendWith");
  const failed = useStore(store, (state) => state.failure !== null);
  const covered = useKeyboardInset();
  const busy = facts?.busy ?? false;
  const limits = settings?.attachments ?? DEFAULT_LIMITS;

  useEffect(keepDrafts, []);
  useEffect(() => {
    // On a touch screen the keyboard would cover the page before anybody wants to write.
    if (document.activeElement === document.body && !window.matchMedia("(pointer: coarse)").matches) {
      field.current?.focus();
    }
  }, []);
  useInsertion(field, id);
  useLateAcceptance(store, id);

  const focus = useLatest(() => field.current?.focus());
  const attach = useLatest(() => chooser.current?.click());
  const addFiles = useLatest((files: readonly File[]) => {
    if (files.length > 0) {
      void attachFiles(store, files, limits);
      focus();
    }
  });

  const stop = useLatest(async () => {
    if (id === null || !busy || stopping) {
      return;
    }
    setStopping(true);
    try {
      await stopTurn(id);
      announce(strings.stop.stopped);
    } catch (error) {
      report(error);
    } finally {
      setStopping(false);
      focus();
    }
  });
  // Whoever has gone elsewhere meanwhile stays there.
  const isHere = useIsHere();
  const show = useLatest((made: string) => {
    if (isHere()) {
      onCreated(made);
    }
  });
  const stopNow = useLatest(() => void stop());

  const actions = useMemo(
    () => ({
      focus,
      attach,
      stop: stopNow,
      pickModel: () => setPicker("model"),
      pickEffort: () => setPicker("effort"),
      setEffort: choice.chooseEffort,
      show,
    }),
    [focus, attach, stopNow, choice.chooseEffort, show],
  );
  const commands = useSlashCommands(id, facts?.head ?? null, busy, actions);
  useComposerCommands(actions, busy);

  const submit = useLatest(async (meaning: "send" | "other") => {
    const typed = typedCommand(store.getState().text, commands);
    if (typed) {
      store.setState({ text: "" });
      typed.command.run(typed.argument);
      return;
    }
    const shown = preferences().whileBusy;
    const wanted = meaning === "send" ? shown : shown === "queue" ? "steer" : "queue";
    const sent = await sendDraft(store, { conversationId: id, workdir, mode: wanted });
    if (sent) {
      announce(!busy ? strings.send.sent : wanted === "queue" ? strings.send.queued : strings.send.steered);
      if (id === null && isHere()) {
        carryOver(store, sent.conversationId);
        onCreated(sent.conversationId);
      }
    }
  });
  const send = useLatest(() => {
    void submit("send");
    focus();
  });
  const submitNow = useLatest((meaning: "send" | "other") => void submit(meaning));

  const queueContext = useMemo(
    (): QueueContext | null =>
      id === null
        ? null
        : {
            conversationId: id,
            store,
            now: () => {
              const state = getView(id)?.state;
              return { items: state?.queue ?? [], seq: state?.seq ?? 0, busy: state?.status !== "idle" };
            },
          },
    [id, store],
  );
  const history = useLatest(() => ownMessages(id));
  const openModel = useLatest((open: boolean) => setPicker(open ? "model" : null));
  const openEffort = useLatest((open: boolean) => setPicker(open ? "effort" : null));
  const chooseModel = useLatest((chosen: Parameters<typeof choice.chooseModel>[0]) => {
    setPicker(null);
    choice.chooseModel(chosen);
  });
  const chosen = useMemo(
    () => ({ provider_id: choice.provider_id, model: choice.model }),
    [choice.provider_id, choice.model],
  );

  const placeholder =
    id === null
      ? strings.placeholderNew
      : !busy
        ? strings.placeholder
        : mode === "queue"
          ? strings.placeholderQueue
          : strings.placeholderSteer;

  const { willQueue, willSteer, willQueueMod, willSteerMod } = strings.send;
  const outcome =
    sendWith === "enter"
      ? { queue: willQueue, steer: willSteer }
      : { queue: willQueueMod, steer: willSteerMod };
  const hint = busy ? outcome[mode] : strings.hint;

  return (
    <section
      aria-label={strings.region}
      className="mx-auto w-full max-w-3xl px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-5"
      style={covered > 0 ? { paddingBottom: covered + 8 } : undefined}
    >
      <DropZone onFiles={addFiles} />
      <Notices id={noticesId} store={store} limits={limits} onRetry={send} onDone={focus} />
      {queueContext && (
        <Queue items={facts?.queue ?? NO_QUEUE} busy={busy} context={queueContext} onRemoved={focus} />
      )}
      <div className="rounded-xl border border-line-strong bg-raised shadow-sm transition-colors focus-within:border-accent">
        <span id={hintId} className="sr-only">
          {hint}
        </span>
        <AttachmentList store={store} onRemoved={focus} />
        <TextField
          field={field}
          store={store}
          placeholder={placeholder}
          describedBy={failed ? `${noticesId} ${hintId}` : hintId}
          invalid={failed}
          busy={busy}
          commands={commands}
          project={id === null ? { workdir } : { conversationId: id }}
          history={history}
          onSubmit={submitNow}
          onStop={stopNow}
          onFiles={addFiles}
        />
        <div className="flex min-w-0 items-center gap-0.5 p-1.5">
          <IconButton label={strings.files.attach} icon={<Paperclip />} onClick={attach} shortcut="mod+u" />
          <input
            ref={chooser}
            type="file"
            multiple
            hidden
            tabIndex={-1}
            aria-hidden="true"
            onChange={({ currentTarget }) => {
              addFiles(Array.from(currentTarget.files ?? []));
              // The same file can be chosen again.
              currentTarget.value = "";
            }}
          />
          <ModelPicker
            tight={busy}
            value={chosen}
            workspaceModel={settings?.model ?? settings?.provider_id ?? null}
            open={picker === "model"}
            onOpenChange={openModel}
            onChoose={chooseModel}
          />
          <EffortPicker
            value={choice.reasoning_effort}
            workspace={settings?.reasoning_effort ?? "default"}
            open={picker === "effort"}
            onOpenChange={openEffort}
            onChange={choice.chooseEffort}
          />
          <span className="flex-1" />
          <span className={busy ? "max-sm:hidden" : undefined}>
            <ContextMeter usage={facts?.last_usage ?? null} contextWindow={facts?.context_window ?? null} />
          </span>
          <SendButton store={store} busy={busy} stopping={stopping} onSend={send} onStop={stopNow} />
        </div>
      </div>
    </section>
  );
}
