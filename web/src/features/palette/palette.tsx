/** Everything by name: commands, conversations (all titles, asked from the server), messages of the open conversation. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Command } from "cmdk";
import { MessageSquare, Text } from "lucide-react";
import { type ReactNode, useDeferredValue, useMemo, useState } from "react";
import type { Message } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { useAllCommands, type Command as WorkspaceCommand } from "@/shared/lib/commands";
import { showMessage } from "@/shared/lib/workspace";
import { branch } from "@/shared/live/conversation";
import { ordered } from "@/shared/live/list";
import { getView, loadListPage, useList } from "@/shared/live/store";
import { Dialog } from "@/shared/ui/dialog";
import { Kbd } from "@/shared/ui/kbd";
import { excerpt } from "./excerpt";
import { rank } from "./rank";

const MOST_MESSAGES = 8;
const MOST_CONVERSATIONS = 12;

export function Palette({ conversationId, onClose }: { conversationId: string | null; onClose: () => void }) {
  const t = useStrings();
  const navigate = useNavigate();
  const commands = useAllCommands();
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search.trim());
  const conversations = useConversations(wanted);
  const messages = useMemo(() => foundMessages(conversationId, wanted), [conversationId, wanted]);
  const run = (action: () => void) => {
    onClose();
    // After the dialog gave the focus back, so that what runs may take it.
    setTimeout(action, 0);
  };
  return (
    <Dialog open onClose={onClose} title={t.palette.open} placement="top" hideTitle>
      <Command
        label={t.palette.open}
        filter={(_, search, keywords) => rank(keywords ?? [], search)}
        className="flex min-h-0 flex-col"
      >
        <Command.Input
          data-autofocus=""
          value={search}
          onValueChange={setSearch}
          placeholder={t.palette.placeholder}
          className="h-12 w-full border-line border-b bg-transparent px-4 text-base outline-none"
        />
        <Command.List className="max-h-[min(26rem,56dvh)] overflow-y-auto p-2">
          <Command.Empty className="p-6 text-center text-muted text-sm">{t.palette.nothing}</Command.Empty>
          <Group heading={t.palette.commands}>
            {unique(commands).map((command) => (
              <Item
                key={command.id}
                value={`command ${command.id}`}
                keywords={[command.title, t.palette.groups[command.group], ...(command.keywords ?? [])]}
                icon={command.icon}
                onSelect={() => run(command.run)}
                {...(command.shortcut === undefined ? {} : { shortcut: command.shortcut })}
              >
                {command.title}
              </Item>
            ))}
          </Group>
          <Group heading={t.palette.conversations}>
            {conversations.map((line) => (
              <Item
                key={line.id}
                value={`conversation ${line.id}`}
                keywords={[line.title ?? t.conversations.untitled]}
                icon={<MessageSquare />}
                onSelect={() =>
                  run(() => void navigate({ to: "/c/$conversationId", params: { conversationId: line.id } }))
                }
              >
                {line.title ?? t.conversations.untitled}
              </Item>
            ))}
          </Group>
          {conversationId !== null && messages.length > 0 && (
            <Group heading={t.palette.messages} always>
              {messages.map(({ message, text }) => (
                <Item
                  key={message.id}
                  value={`message ${message.id}`}
                  keywords={[wanted]}
                  icon={<Text />}
                  onSelect={() => run(() => showMessage(conversationId, message.id))}
                >
                  <span className="text-muted">
                    {message.author === "user" ? t.palette.you : t.palette.assistant}:{" "}
                  </span>
                  {text}
                </Item>
              ))}
            </Group>
          )}
        </Command.List>
      </Command>
    </Dialog>
  );
}

/** Of two commands with one id the latest registered is meant; what is on the sheet only is left out. */
function unique(commands: readonly WorkspaceCommand[]): WorkspaceCommand[] {
  const byId = new Map(commands.map((command) => [command.id, command]));
  return [...byId.values()].filter((command) => !command.keysOnly);
}

function useConversations(search: string) {
  const list = useList((view) => view);
  const newest = useMemo(() => ordered(list).slice(0, MOST_CONVERSATIONS), [list]);
  const found = useQuery({
    queryKey: ["titles", search],
    queryFn: () => loadListPage({ search }),
    enabled: search !== "",
    placeholderData: (before) => before,
  });
  return search === "" || !found.data ? newest : found.data.items.slice(0, MOST_CONVERSATIONS);
}

function foundMessages(conversationId: string | null, search: string): { message: Message; text: string }[] {
  const view = conversationId === null ? undefined : getView(conversationId);
  if (!view || search.length < 2) {
    return [];
  }
  const found: { message: Message; text: string }[] = [];
  for (const id of [...branch(view)].reverse()) {
    const message = view.messages.get(id);
    const text = message && excerpt(message, search);
    if (message && text !== undefined) {
      found.push({ message, text });
    }
    if (found.length === MOST_MESSAGES) {
      break;
    }
  }
  return found;
}

function Group({ heading, always, children }: { heading: string; always?: boolean; children: ReactNode }) {
  return (
    <Command.Group
      heading={heading}
      forceMount={always ?? false}
      className="[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1.5 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-muted"
    >
      {children}
    </Command.Group>
  );
}

interface ItemProps {
  value: string;
  keywords: string[];
  icon?: ReactNode;
  shortcut?: string;
  onSelect: () => void;
  children: ReactNode;
}

function Item({ value, keywords, icon, shortcut, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      value={value}
      keywords={keywords}
      onSelect={onSelect}
      className="flex h-9 cursor-default items-center gap-2.5 rounded-md px-2 text-sm data-[selected=true]:bg-active pointer-coarse:h-11 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-muted"
    >
      {icon}
      <span className="min-w-0 flex-1 truncate">{children}</span>
      {shortcut !== undefined && <Kbd shortcut={shortcut} />}
    </Command.Item>
  );
}
