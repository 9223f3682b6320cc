/**
 * Markdown, also while it is arriving: a token costs the same at any length of the text.
 *
 * The text is untrusted. It is cut into blocks (splitter), each block is read by itself (parse) and becomes elements of
 * a fixed set (nodes). Blocks stand in sections, which keep their identity once full and are skipped while out of sight.
 */
import { type CSSProperties, memo, useState } from "react";
import "./markdown.css";
import { BlockView, DefinitionsContext } from "./blocks";
import { ConversationContext } from "./conversation-context";
import { DefinitionIndex } from "./definitions";
import { type Section, Splitter } from "./splitter";

/** From this many sections on, those out of sight are not laid out. */
const SKIPPED_SECTIONS = 4;
const CHARACTERS_PER_LINE = 70;
const LINE_HEIGHT_PIXELS = 28;

export interface MarkdownProps {
  text: string;
  /** Whether more of the text is to come. */
  streaming?: boolean | undefined;
  /** The conversation in whose project the paths of the text lie; without it they are no links. */
  conversationId?: string | undefined;
}

export const Markdown = memo(function Markdown({ text, streaming = false, conversationId }: MarkdownProps) {
  const [splitter] = useState(() => new Splitter());
  const [index] = useState(() => new DefinitionIndex());
  const sections = splitter.read(text);
  const definitions = index.read(sections, streaming);
  return (
    <ConversationContext value={conversationId ?? null}>
      <DefinitionsContext value={definitions}>
        <div className="markdown">
          {sections.map((section, position) => (
            <SectionView
              key={section.key}
              section={section}
              arriving={streaming && position === sections.length - 1}
              skipped={sections.length > SKIPPED_SECTIONS && position < sections.length - 2}
            />
          ))}
        </div>
      </DefinitionsContext>
    </ConversationContext>
  );
});

interface SectionViewProps {
  section: Section;
  arriving: boolean;
  skipped: boolean;
}

const SectionView = memo(function SectionView({ section, arriving, skipped }: SectionViewProps) {
  const lines = Math.ceil(section.characters / CHARACTERS_PER_LINE) + section.blocks.length;
  const style: CSSProperties | undefined = skipped
    ? { containIntrinsicBlockSize: `auto ${lines * LINE_HEIGHT_PIXELS}px` }
    : undefined;
  return (
    <div className={skipped ? "md-section md-skipped" : "md-section"} style={style}>
      {section.blocks.map((block) => (
        <BlockView key={block.from} block={block} arriving={arriving && block.open} />
      ))}
    </div>
  );
});
