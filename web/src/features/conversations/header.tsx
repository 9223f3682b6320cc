/** The line above a conversation: its title, its project folder, and the doors to the list and the panel. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis, Folder, PanelLeftOpen, PanelRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { call, client } from "@/shared/api/client";
import { useStrings } from "@/shared/i18n";
import { useCommands } from "@/shared/lib/commands";
import { folderName } from "@/shared/lib/paths";
import { setPreference, usePreference } from "@/shared/lib/preferences";
import { useIsHere } from "@/shared/lib/use-is-here";
import { useConversation } from "@/shared/live/store";
import { Button, IconButton } from "@/shared/ui/button";
import { useIsPhone } from "@/shared/ui/use-media";
import { chooseFolder, remove, titleOf, toggleArchive, togglePin } from "./actions";
import { ConversationMenu } from "./conversation-menu";
import { FolderPicker } from "./folder-picker";
import { TitleField, useRenaming } from "./title-field";

function Bar({ children }: { children: ReactNode }) {
  const t = useStrings();
  const phone = useIsPhone();
  const open = usePreference("sidebarOpen");
  return (
    <header className="flex h-12 shrink-0 items-center gap-1.5 border-line border-b px-3">
      {(phone || !open) && (
        <IconButton
          label={t.conversations.showSidebar}
          shortcut="mod+b"
          icon={<PanelLeftOpen />}
          onClick={() => setPreference("sidebarOpen", true)}
        />
      )}
      {children}
    </header>
  );
}

export function ConversationHeader({ conversationId }: { conversationId: string }) {
  // A title that is being written belongs to its conversation.
  return <OpenHeader key={conversationId} conversationId={conversationId} />;
}

function OpenHeader({ conversationId }: { conversationId: string }) {
  const t = useStrings();
  const navigate = useNavigate();
  const isHere = useIsHere();
  const { renaming, title: titleButton, begin, end } = useRenaming<HTMLButtonElement>();
  const title = useConversation(conversationId, (view) => view.state.title) ?? null;
  const pinned = useConversation(conversationId, (view) => view.state.pinned) ?? false;
  const archived = useConversation(conversationId, (view) => view.state.archived) ?? false;
  const workdir = useConversation(conversationId, (view) => view.state.workdir);
  const panelOpen = usePreference("panelOpen");
  const conversation = { id: conversationId, title, pinned, archived };
  const leave = () => {
    if (isHere()) {
      void navigate({ to: "/" });
    }
  };
  useCommands(
    () => [
      {
        id: "conversation.rename",
        title: t.conversations.rename,
        group: "conversation",
        run: begin,
      },
      {
        id: "conversation.pin",
        title: pinned ? t.conversations.unpin : t.conversations.pin,
        group: "conversation",
        run: () => void togglePin(conversation),
      },
      {
        id: "conversation.archive",
        title: archived ? t.conversations.takeFromArchive : t.conversations.moveToArchive,
        group: "conversation",
        run: () => void toggleArchive(conversation).then((done) => done && !archived && leave()),
      },
      {
        id: "conversation.delete",
        title: t.common.delete,
        group: "conversation",
        run: () => void remove(conversation).then((done) => done && leave()),
      },
    ],
    [t, conversationId, title, pinned, archived],
  );
  if (workdir === undefined) {
    return (
      <Bar>
        <span className="flex-1" />
      </Bar>
    );
  }
  return (
    <Bar>
      {renaming ? (
        <TitleField conversation={conversation} onDone={end} />
      ) : (
        <h1 className="min-w-0 truncate font-medium text-sm" title={titleOf(conversation)}>
          <button
            ref={titleButton}
            type="button"
            className="max-w-full truncate rounded-sm px-1.5 py-1 hover:bg-hover"
            onClick={begin}
          >
            <span className="sr-only">{t.conversations.rename}: </span>
            {titleOf(conversation)}
          </button>
        </h1>
      )}
      <ConversationMenu
        conversation={conversation}
        trigger={<IconButton label={t.conversations.menu(titleOf(conversation))} icon={<Ellipsis />} />}
        onRename={begin}
        onGone={leave}
      />
      <span className="flex-1" />
      <FolderButton workdir={workdir} onChoose={(path) => chooseFolder(conversationId, path)} />
      <IconButton
        label={panelOpen ? t.conversations.hidePanel : t.conversations.showPanel}
        shortcut="shift+mod+b"
        icon={<PanelRight />}
        pressed={panelOpen}
        onClick={() => setPreference("panelOpen", !panelOpen)}
      />
    </Bar>
  );
}

export function NewConversationHeader({
  workdir,
  onWorkdir,
}: {
  workdir: string | undefined;
  onWorkdir: (path: string) => void;
}) {
  const t = useStrings();
  const about = useQuery({ queryKey: ["about"], queryFn: () => call(client.GET("/api/about")) });
  return (
    <Bar>
      <h1 className="truncate px-1.5 font-medium text-sm">{t.conversations.new}</h1>
      <span className="flex-1" />
      <FolderButton
        workdir={workdir ?? about.data?.workdir}
        onChoose={(path) => {
          onWorkdir(path);
          return Promise.resolve(true);
        }}
      />
    </Bar>
  );
}

function FolderButton({
  workdir,
  onChoose,
}: {
  workdir: string | undefined;
  onChoose: (path: string) => Promise<boolean>;
}) {
  const t = useStrings();
  const [open, setOpen] = useState(false);
  const name = workdir === undefined ? t.conversations.defaultFolder : folderName(workdir);
  return (
    <>
      <Button
        variant="ghost"
        size="small"
        icon={<Folder />}
        className="min-w-0 shrink!"
        aria-label={t.conversations.folderOf(workdir ?? t.conversations.defaultFolder)}
        title={workdir}
        onClick={() => setOpen(true)}
      >
        <span className="max-w-40 truncate max-sm:hidden">{name}</span>
      </Button>
      {open && (
        <FolderPicker
          initial={workdir}
          onClose={() => setOpen(false)}
          onChoose={async (path) => {
            if (await onChoose(path)) {
              setOpen(false);
            }
          }}
        />
      )}
    </>
  );
}
