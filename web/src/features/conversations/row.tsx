/** A conversation's line in the list. Its menu is made when somebody comes near, so that a long list stays light. */
import { Link } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { memo, useRef, useState } from "react";
import { useStrings } from "@/shared/i18n";
import { dotOf, type Listed } from "@/shared/live/list";
import { IconButton } from "@/shared/ui/button";
import { classNames } from "@/shared/ui/class-names";
import { StatusDot } from "@/shared/ui/feedback";
import { useHeir } from "@/shared/ui/use-heir";
import { titleOf } from "./actions";
import { ConversationMenu } from "./conversation-menu";
import { TitleField, useRenaming } from "./title-field";

export interface RowProps {
  conversation: Listed;
  active: boolean;
  onGone: (id: string) => void;
}

export const Row = memo(function Row({ conversation, active, onGone }: RowProps) {
  const t = useStrings();
  const [near, setNear] = useState(false);
  const [open, setOpen] = useState(false);
  const { renaming, title: link, begin, end } = useRenaming<HTMLAnchorElement>();
  const line = useRef<HTMLLIElement>(null);
  useHeir(line, (gone) =>
    (gone.nextElementSibling ?? gone.previousElementSibling ?? gone.closest("nav"))?.querySelector("a"),
  );
  const dot = dotOf(conversation);
  const title = titleOf(conversation);
  if (renaming) {
    return (
      <li ref={line} className="px-2 py-0.5">
        <TitleField conversation={conversation} onDone={end} />
      </li>
    );
  }
  const button = (
    <IconButton
      size="small"
      label={t.conversations.menu(title)}
      icon={<Ellipsis />}
      onClick={near ? undefined : () => setOpen(true)}
    />
  );
  return (
    <li
      ref={line}
      className="group relative px-2 [contain-intrinsic-size:auto_2rem] [content-visibility:auto]"
      onPointerEnter={() => setNear(true)}
      onFocus={() => setNear(true)}
    >
      <Link
        ref={link}
        to="/c/$conversationId"
        params={{ conversationId: conversation.id }}
        preload={false}
        aria-current={active ? "page" : undefined}
        className={classNames(
          "flex h-8 items-center gap-2 rounded-md ps-2 pe-8 text-sm outline-offset-[-2px] pointer-coarse:h-11",
          active ? "bg-active font-medium text-ink" : "text-ink/90 hover:bg-hover",
          dot === "unread" && "font-medium text-ink",
        )}
        onDoubleClick={begin}
        onKeyDown={(event) => {
          if (event.key === "F2") {
            begin();
          }
        }}
      >
        <span className="min-w-0 flex-1 truncate" title={title}>
          {title}
        </span>
        {dot !== "idle" && (
          <span className="pointer-fine:-me-4 pointer-fine:group-focus-within:opacity-0 pointer-fine:group-hover:opacity-0">
            <StatusDot tone={dot} label={t.conversations.status[dot]} />
          </span>
        )}
      </Link>
      <span
        className={classNames(
          "absolute inset-y-0 end-2.5 flex items-center group-focus-within:opacity-100 group-hover:opacity-100",
          !open && "pointer-fine:opacity-0",
        )}
      >
        {near || open ? (
          <ConversationMenu
            conversation={conversation}
            trigger={button}
            open={open}
            onOpenChange={setOpen}
            onRename={begin}
            onGone={() => onGone(conversation.id)}
          />
        ) : (
          button
        )}
      </span>
    </li>
  );
});
