/** The menu of one conversation: the same in the list and in the header. */
import { Archive, ArchiveRestore, Pencil, Pin, PinOff, Trash2 } from "lucide-react";
import type { ReactElement } from "react";
import { useStrings } from "@/shared/i18n";
import { Menu, MenuItem, MenuSeparator } from "@/shared/ui/menu";
import { type Named, remove, titleOf, toggleArchive, togglePin } from "./actions";

export interface ConversationMenuProps {
  conversation: Named;
  trigger: ReactElement;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
  onRename: () => void;
  /** It left the list that it was in. */
  onGone: () => void;
}

export function ConversationMenu({
  conversation,
  trigger,
  open,
  onOpenChange,
  onRename,
  onGone,
}: ConversationMenuProps) {
  const t = useStrings();
  const afterwards = (done: boolean) => {
    if (done) {
      onGone();
    }
  };
  const { archived } = conversation;
  return (
    <Menu
      trigger={trigger}
      label={t.conversations.menu(titleOf(conversation))}
      align="end"
      open={open}
      onOpenChange={onOpenChange}
    >
      <MenuItem icon={<Pencil />} onSelect={onRename}>
        {t.conversations.rename}
      </MenuItem>
      <MenuItem
        icon={conversation.pinned ? <PinOff /> : <Pin />}
        onSelect={() => void togglePin(conversation)}
      >
        {conversation.pinned ? t.conversations.unpin : t.conversations.pin}
      </MenuItem>
      <MenuItem
        icon={archived ? <ArchiveRestore /> : <Archive />}
        onSelect={() => void toggleArchive(conversation).then((done) => afterwards(done && !archived))}
      >
        {archived ? t.conversations.takeFromArchive : t.conversations.moveToArchive}
      </MenuItem>
      <MenuSeparator />
      <MenuItem icon={<Trash2 />} danger onSelect={() => void remove(conversation).then(afterwards)}>
        {t.common.delete}
      </MenuItem>
    </Menu>
  );
}
