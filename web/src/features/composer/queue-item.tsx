/** One waiting message: what it says, what becomes of it, and what can be done with it. */
import { ArrowDown, ArrowUp, CornerDownRight, Ellipsis, ListPlus, Pencil, Send, Trash2 } from "lucide-react";
import { type KeyboardEvent, memo, useRef, useState } from "react";
import type { QueueItem } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { Button, IconButton } from "@/shared/ui/button";
import { classNames } from "@/shared/ui/class-names";
import { Badge } from "@/shared/ui/feedback";
import { Menu, MenuItem, MenuSeparator } from "@/shared/ui/menu";
import { moveItem, type QueueContext, removeItem, saveItem, sendItem, setItemMode } from "./queue-actions";
import { filesOf, textOf } from "./queue-changes";
import { editOf, endEdit, keepEdit } from "./queue-edits";

function Editor({
  text,
  hasFiles,
  onChange,
  onSave,
  onCancel,
}: {
  text: string;
  hasFiles: boolean;
  onChange: (text: string) => void;
  onSave: (text: string) => void;
  onCancel: () => void;
}) {
  const { common, composer } = useStrings();
  const [value, setValue] = useState(text);
  const possible = value.trim() !== "" || hasFiles;

  function press(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) {
      return;
    }
    if (event.key === "Escape") {
      event.preventDefault();
      onCancel();
    } else if (event.key === "Enter" && !event.shiftKey && possible) {
      event.preventDefault();
      onSave(value);
    }
  }

  return (
    <div className="flex min-w-0 flex-1 flex-col gap-1.5">
      <textarea
        value={value}
        // biome-ignore lint/a11y/noAutofocus: somebody asked to edit it
        autoFocus
        rows={1}
        onFocus={({ currentTarget }) => currentTarget.setSelectionRange(text.length, text.length)}
        onChange={(event) => {
          setValue(event.target.value);
          onChange(event.target.value);
        }}
        onKeyDown={press}
        aria-label={composer.queue.editing}
        className="field-sizing-content max-h-48 w-full resize-none rounded-sm border border-control bg-raised px-2 py-1.5 text-sm pointer-coarse:text-lg"
      />
      <div className="flex gap-1.5">
        <Button size="small" variant="primary" disabled={!possible} onClick={() => onSave(value)}>
          {composer.queue.save}
        </Button>
        <Button size="small" variant="ghost" onClick={onCancel}>
          {common.cancel}
        </Button>
      </div>
    </div>
  );
}

export interface QueueItemRowProps {
  item: QueueItem;
  place: number;
  count: number;
  /** A turn runs, so that what waits will be sent by itself. */
  busy: boolean;
  context: QueueContext;
  onRemoved: () => void;
}

export const QueueItemRow = memo(function QueueItemRow({
  item,
  place,
  count,
  busy,
  context,
  onRemoved,
}: QueueItemRowProps) {
  const text = useStrings().composer.queue;
  const { conversationId } = context;
  const [editing, setEditing] = useState(() => editOf(conversationId, item.id) !== null);
  const actions = useRef<HTMLButtonElement>(null);
  const content = textOf(item);
  const files = filesOf(item);
  const name = content.trim() === "" ? text.filesOnly : content.trim().slice(0, 60);
  const mode = busy ? text[item.mode] : text.heldItem;

  function done() {
    endEdit(conversationId, item.id);
    setEditing(false);
    requestAnimationFrame(() => actions.current?.focus());
  }

  if (editing) {
    return (
      <li className="flex px-2 py-1.5">
        <Editor
          text={editOf(conversationId, item.id) ?? content}
          hasFiles={files.length > 0}
          onChange={(changed) => keepEdit(conversationId, item.id, changed)}
          onCancel={done}
          onSave={(changed) => {
            done();
            if (changed !== content) {
              void saveItem(context, item.id, changed);
            }
          }}
        />
      </li>
    );
  }
  return (
    <li className="flex min-h-9 items-center gap-2 ps-3 pe-1">
      <p className="min-w-0 flex-1 truncate text-sm" title={content.slice(0, 500)} dir="auto">
        {content.trim() === "" ? <span className="text-muted">{text.filesOnly}</span> : content}
      </p>
      {files.length > 0 && <Badge>{text.files(files.length)}</Badge>}
      <Badge
        tone={busy && item.mode === "steer" ? "accent" : "neutral"}
        className={classNames("max-sm:max-w-28")}
      >
        {item.mode === "steer" && busy && <CornerDownRight aria-hidden="true" />}
        <span className="truncate">{mode}</span>
      </Badge>
      <IconButton
        size="small"
        label={text.sendNow}
        icon={<Send />}
        onClick={() => {
          void sendItem(context, item.id);
          onRemoved();
        }}
        className="max-sm:hidden"
      />
      <IconButton
        size="small"
        label={text.edit}
        icon={<Pencil />}
        onClick={() => setEditing(true)}
        className="max-sm:hidden"
      />
      <Menu
        label={text.actions(name)}
        align="end"
        side="top"
        trigger={<IconButton ref={actions} size="small" label={text.actions(name)} icon={<Ellipsis />} />}
      >
        <MenuItem
          icon={<Send />}
          onSelect={() => {
            void sendItem(context, item.id);
            onRemoved();
          }}
        >
          {text.sendNow}
        </MenuItem>
        <MenuItem icon={<Pencil />} onSelect={() => setEditing(true)}>
          {text.edit}
        </MenuItem>
        {item.mode === "steer" ? (
          <MenuItem icon={<ListPlus />} onSelect={() => void setItemMode(context, item.id, "queue")}>
            {text.toQueue}
          </MenuItem>
        ) : (
          busy && (
            <MenuItem icon={<CornerDownRight />} onSelect={() => void setItemMode(context, item.id, "steer")}>
              {text.toSteer}
            </MenuItem>
          )
        )}
        <MenuItem
          icon={<ArrowUp />}
          disabled={place === 0}
          onSelect={() => void moveItem(context, item.id, place - 1)}
        >
          {text.moveUp}
        </MenuItem>
        <MenuItem
          icon={<ArrowDown />}
          disabled={place === count - 1}
          onSelect={() => void moveItem(context, item.id, place + 1)}
        >
          {text.moveDown}
        </MenuItem>
        <MenuSeparator />
        <MenuItem
          danger
          icon={<Trash2 />}
          onSelect={() => {
            void removeItem(context, item.id);
            onRemoved();
          }}
        >
          {text.remove}
        </MenuItem>
      </Menu>
    </li>
  );
});
