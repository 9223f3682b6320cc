/** The files of the message: what each one is, how far it got, and what is wrong with it. */
import { FileText, FileType, ImageIcon, RotateCw, X } from "lucide-react";
import { memo } from "react";
import { useStore } from "zustand";
import { useStrings } from "@/shared/i18n";
import { byteSize } from "@/shared/lib/format";
import { announce } from "@/shared/ui/announcer";
import { IconButton } from "@/shared/ui/button";
import { classNames } from "@/shared/ui/class-names";
import { ProgressBar } from "@/shared/ui/feedback";
import { removeAttachment, retryAttachment } from "./attachments";
import { type Attachment, type ComposerStore, isImage } from "./composer-store";

function Picture({ item }: { item: Attachment }) {
  if (item.preview !== null) {
    return <img src={item.preview} alt="" className="size-10 shrink-0 rounded-sm bg-sunken object-cover" />;
  }
  const Icon = isImage(item.mediaType)
    ? ImageIcon
    : item.mediaType === "application/pdf"
      ? FileType
      : FileText;
  return (
    <span className="flex size-10 shrink-0 items-center justify-center rounded-sm bg-sunken text-muted">
      <Icon aria-hidden="true" className="size-5" />
    </span>
  );
}

function Progress({ item }: { item: Attachment }) {
  const text = useStrings().composer.files;
  switch (item.state.kind) {
    case "failed":
      return <span className="line-clamp-3 text-danger text-xs">{item.state.sentence}</span>;
    case "uploading":
      return (
        <ProgressBar value={Math.round(item.state.share * 100)} max={100} label={text.uploading(item.name)} />
      );
    case "waiting":
      return <span className="text-muted text-xs">{text.waiting}</span>;
    case "ready":
      return <span className="text-muted text-xs tabular-nums">{byteSize(item.size)}</span>;
  }
}

const AttachmentItem = memo(function AttachmentItem({
  item,
  store,
  onRemoved,
}: {
  item: Attachment;
  store: ComposerStore;
  onRemoved: () => void;
}) {
  const text = useStrings().composer.files;
  const failed = item.state.kind === "failed";
  return (
    <li
      className={classNames(
        "flex w-full items-center gap-2.5 rounded-md border p-1.5 sm:w-60",
        failed ? "border-danger bg-danger-soft sm:w-80" : "border-line bg-surface",
      )}
    >
      <Picture item={item} />
      <span className="flex min-w-0 flex-1 flex-col gap-0.5">
        <bdi className="truncate font-medium text-xs" title={item.name}>
          {item.name}
        </bdi>
        <Progress item={item} />
      </span>
      {item.state.kind === "failed" && item.state.again && (
        <IconButton
          size="small"
          label={text.again(item.name)}
          icon={<RotateCw />}
          onClick={() => retryAttachment(store, item.key)}
        />
      )}
      <IconButton
        size="small"
        label={text.remove(item.name)}
        icon={<X />}
        onClick={() => {
          removeAttachment(store, item.key);
          announce(text.removed(item.name));
          onRemoved();
        }}
      />
    </li>
  );
});

/** `onRemoved` takes the focus, which was on a button that is gone. */
export const AttachmentList = memo(function AttachmentList({
  store,
  onRemoved,
}: {
  store: ComposerStore;
  onRemoved: () => void;
}) {
  const text = useStrings().composer.files;
  const attachments = useStore(store, (state) => state.attachments);
  if (attachments.length === 0) {
    return null;
  }
  return (
    <ul
      aria-label={text.list}
      className="flex max-h-[min(17rem,34dvh)] flex-wrap gap-2 overflow-y-auto border-line border-b p-2.5"
    >
      {attachments.map((item) => (
        <AttachmentItem key={item.key} item={item} store={store} onRemoved={onRemoved} />
      ))}
    </ul>
  );
});
