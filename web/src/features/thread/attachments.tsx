/** Files that came with a message: images in small, everything else as a chip to download. */
import { FileText } from "lucide-react";
import type { AttachmentPart } from "@/shared/api/types";
import { useStrings } from "@/shared/i18n";
import { byteSize } from "@/shared/lib/format";

/** What the server gives to be shown in place; all else it gives as a download. */
const IMAGES: ReadonlySet<string> = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export function Attachments({ parts }: { parts: readonly AttachmentPart[] }) {
  return (
    <ul className="flex flex-wrap justify-end gap-2">
      {parts.map((part) => (
        <li key={part.id} data-part-id={part.id}>
          {IMAGES.has(part.media_type) ? <ImageThumbnail part={part} /> : <FileChip part={part} />}
        </li>
      ))}
    </ul>
  );
}

const address = (part: AttachmentPart) => `/api/attachments/${encodeURIComponent(part.attachment_id)}`;

/** Its box has its size before the image is there, so that nothing moves when it comes. */
function ImageThumbnail({ part }: { part: AttachmentPart }) {
  const { thread } = useStrings();
  const shown = `${address(part)}?inline=true`;
  return (
    <a
      href={shown}
      target="_blank"
      rel="noopener noreferrer nofollow"
      aria-label={`${thread.openAttachment(part.name)}, ${byteSize(part.size)}`}
      title={`${part.name}, ${byteSize(part.size)}`}
      className="block size-28 overflow-hidden rounded-lg border border-line bg-sunken transition-colors hover:border-line-strong"
    >
      <img src={shown} alt="" loading="lazy" decoding="async" className="size-full object-cover" />
    </a>
  );
}

function FileChip({ part }: { part: AttachmentPart }) {
  const { thread } = useStrings();
  return (
    <a
      href={address(part)}
      download={part.name}
      aria-label={`${thread.downloadAttachment(part.name)}, ${byteSize(part.size)}`}
      className="inline-flex min-h-9 max-w-64 items-center gap-2 rounded-md border border-line bg-raised px-2.5 text-sm transition-colors hover:border-line-strong hover:bg-hover pointer-coarse:min-h-11"
    >
      <FileText aria-hidden="true" className="size-4 shrink-0 text-faint" />
      <span className="min-w-0 truncate">{part.name}</span>
      <span className="shrink-0 text-muted text-xs tabular-nums">{byteSize(part.size)}</span>
    </a>
  );
}
