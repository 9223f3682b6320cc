/** What has to be said above the field: why a message was not sent, and what could be done with a long text. */
import { memo } from "react";
import { useStore } from "zustand";
import { useStrings } from "@/shared/i18n";
import { announce } from "@/shared/ui/announcer";
import { Button } from "@/shared/ui/button";
import { Banner } from "@/shared/ui/feedback";
import { attachFiles } from "./attachments";
import type { ComposerStore } from "./composer-store";
import type { AttachmentLimits } from "./files";

export interface NoticesProps {
  id: string;
  store: ComposerStore;
  limits: AttachmentLimits;
  onRetry: () => void;
  onDone: () => void;
}

function Failure({ store, onRetry }: Pick<NoticesProps, "store" | "onRetry">) {
  const { common, composer } = useStrings();
  const failure = useStore(store, (state) => state.failure);
  if (failure === null) {
    return null;
  }
  const titles = {
    refused: composer.send.refused,
    unreachable: composer.send.unreachableTitle,
    files: composer.send.filesTitle,
  };
  return (
    <Banner
      tone={failure.kind === "unreachable" ? "warning" : "danger"}
      title={titles[failure.kind]}
      action={
        failure.kind !== "files" && (
          <Button size="small" onClick={onRetry}>
            {common.retry}
          </Button>
        )
      }
      onDismiss={() => store.setState({ failure: null })}
    >
      {failure.sentence}
    </Banner>
  );
}

function LongPaste({ store, limits, onDone }: Pick<NoticesProps, "store" | "limits" | "onDone">) {
  const text = useStrings().composer.files;
  const pasted = useStore(store, (state) => state.longPaste);
  const there = useStore(store, (state) => pasted !== null && state.text.includes(pasted));
  if (pasted === null || !there) {
    return null;
  }

  function keep() {
    store.setState({ longPaste: null });
    onDone();
  }

  function attach(long: string) {
    store.setState((state) => ({ longPaste: null, text: state.text.replace(long, () => "") }));
    void attachFiles(store, [new File([long], text.pastedName, { type: "text/plain" })], limits);
    announce(text.pastedAsFile);
    onDone();
  }

  return (
    <Banner
      tone="info"
      title={text.longPaste}
      action={
        <>
          <Button size="small" onClick={keep} variant="ghost">
            {text.keepAsText}
          </Button>
          <Button size="small" onClick={() => attach(pasted)}>
            {text.asFile}
          </Button>
        </>
      }
    >
      {text.longPasteHint}
    </Banner>
  );
}

export const Notices = memo(function Notices({ id, store, limits, onRetry, onDone }: NoticesProps) {
  const text = useStrings().composer;
  const kept = useStore(store, (state) => state.kept);
  const waiting = useStore(
    store,
    (state) =>
      state.sending &&
      state.attachments.some((item) => item.state.kind === "uploading" || item.state.kind === "waiting"),
  );
  return (
    <div id={id} className="flex flex-col gap-2 empty:hidden [&>*]:mb-2">
      <Failure store={store} onRetry={onRetry} />
      <LongPaste store={store} limits={limits} onDone={onDone} />
      {waiting && <Banner tone="neutral" title={text.send.waitingForFiles} />}
      {!kept && <Banner tone="warning" title={text.draftNotKept} />}
    </div>
  );
});
