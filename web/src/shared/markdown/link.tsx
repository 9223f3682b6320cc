/** A link of the text: to the web in a new tab, to a file of the project in the panel, or nothing but its text. */
import { type ReactNode, useContext } from "react";
import { useStrings } from "@/shared/i18n";
import { openFile } from "@/shared/lib/workspace";
import { ConversationContext } from "./conversation-context";
import { type FileLink, isMisleading, linkOf } from "./links";

export interface AnchorProps {
  address: string;
  /** The words of the link, to compare them with where it leads. */
  text: string;
  children: ReactNode;
}

export function Anchor({ address, text, children }: AnchorProps) {
  const { markdown } = useStrings();
  const conversationId = useContext(ConversationContext);
  const link = linkOf(address);
  if (link?.kind === "file" && conversationId !== null) {
    return (
      <button
        type="button"
        className="md-file"
        title={markdown.openFile(link.path)}
        onClick={() => openFile(requestOf(conversationId, link))}
      >
        {children}
      </button>
    );
  }
  if (link?.kind !== "web") return children;
  return (
    <>
      <a href={link.url} title={link.url} target="_blank" rel="noopener noreferrer nofollow">
        {children}
      </a>
      {isMisleading(text, link) && <span className="md-host">{` (${markdown.leadsTo(link.host)})`}</span>}
    </>
  );
}

function requestOf(conversationId: string, link: FileLink) {
  return {
    conversationId,
    path: link.path,
    ...(link.line !== null && { line: link.line }),
    ...(link.lastLine !== null && { lastLine: link.lastLine }),
  };
}
