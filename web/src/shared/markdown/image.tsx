/**
 * An image of the text. None loads by itself: a remote one would tell its host that the text is read, so it is only
 * named and can be opened elsewhere; one that is part of the text is shown when asked for.
 */
import { ImageIcon } from "lucide-react";
import { useState } from "react";
import { useStrings } from "@/shared/i18n";
import { isEmbeddedImage, webLinkOf } from "./links";
import { visibleText } from "./visible-text";

export interface ImageProps {
  address: string;
  description: string;
  inLink: boolean;
}

export function Image({ address, description, inLink }: ImageProps) {
  const { markdown } = useStrings();
  const [shown, setShown] = useState(false);
  const remote = webLinkOf(address);
  const embedded = isEmbeddedImage(address);
  if (shown && embedded) return <img src={address} alt={description} />;
  return (
    <span className="md-image">
      <ImageIcon aria-hidden="true" />
      <span className="md-image-name">{visibleText(markdown.image(description))}</span>
      {remote !== null && <span className="md-image-host">{markdown.imageNotLoaded(remote.host)}</span>}
      {embedded && <span className="md-image-host">{markdown.embeddedImage}</span>}
      {remote !== null && !inLink && (
        <a href={remote.url} title={remote.url} target="_blank" rel="noopener noreferrer nofollow">
          {markdown.openImage}
        </a>
      )}
      {embedded && !inLink && (
        <button type="button" onClick={() => setShown(true)}>
          {markdown.showImage}
        </button>
      )}
    </span>
  );
}
