/**
 * The button that sends, and the one that stops. While a turn runs the button says what becomes of a message: it waits
 * in the queue, or it steers the running work.
 */
import { ArrowUp, ChevronDown, CornerDownRight, ListPlus, Square } from "lucide-react";
import { memo } from "react";
import { useStore } from "zustand";
import type { SendMode } from "@/shared/api/commands";
import { useStrings } from "@/shared/i18n";
import { setPreference, usePreference } from "@/shared/lib/preferences";
import { Button, IconButton } from "@/shared/ui/button";
import { shortcutText } from "@/shared/ui/kbd";
import { Menu, MenuLabel, MenuRadio, MenuRadioGroup } from "@/shared/ui/menu";
import { Tooltip } from "@/shared/ui/tooltip";
import type { ComposerStore } from "./composer-store";
import { canSend } from "./sending";

const ICONS = { queue: ListPlus, steer: CornerDownRight };

function ModeMenu({ mode }: { mode: SendMode }) {
  const text = useStrings().composer.send;
  const sendWith = usePreference("sendWith");
  const other = shortcutText(sendWith === "enter" ? "mod+enter" : "alt+enter");
  return (
    <Menu
      label={text.choose}
      align="end"
      side="top"
      className="w-72"
      trigger={
        <Button
          variant="primary"
          aria-label={text.choose}
          icon={<ChevronDown />}
          className="rounded-s-none border-s-accent-ink/30 px-1.5 pointer-coarse:min-w-11"
        />
      }
    >
      <MenuRadioGroup
        value={mode}
        label={text.choose}
        onChange={(value) => setPreference("whileBusy", value === "steer" ? "steer" : "queue")}
      >
        <MenuRadio value="queue" icon={<ListPlus />} description={text.queueHint}>
          {text.queue}
        </MenuRadio>
        <MenuRadio value="steer" icon={<CornerDownRight />} description={text.steerHint}>
          {text.steer}
        </MenuRadio>
      </MenuRadioGroup>
      <MenuLabel>{text.otherKeys(other)}</MenuLabel>
    </Menu>
  );
}

export interface SendButtonProps {
  store: ComposerStore;
  busy: boolean;
  stopping: boolean;
  onSend: () => void;
  onStop: () => void;
}

export const SendButton = memo(function SendButton({
  store,
  busy,
  stopping,
  onSend,
  onStop,
}: SendButtonProps) {
  const text = useStrings().composer;
  const mode = usePreference("whileBusy");
  const possible = useStore(store, canSend);
  const sending = useStore(store, (state) => state.sending);
  const Icon = busy ? ICONS[mode] : ArrowUp;

  return (
    <div className="flex shrink-0 items-center gap-1.5">
      {busy && (
        <IconButton
          variant="secondary"
          label={text.stop.stop}
          shortcut="escape"
          busy={stopping}
          onClick={onStop}
          icon={<Square className="fill-current p-0.5" />}
        />
      )}
      {busy ? (
        <div className="flex gap-px">
          <Tooltip content={mode === "queue" ? text.send.queueHint : text.send.steerHint}>
            <Button
              variant="primary"
              icon={<Icon aria-hidden="true" className="max-sm:hidden" />}
              busy={sending}
              aria-disabled={!possible}
              onClick={onSend}
              className="rounded-e-none max-sm:px-2"
            >
              {mode === "queue" ? text.send.queue : text.send.steer}
            </Button>
          </Tooltip>
          <ModeMenu mode={mode} />
        </div>
      ) : (
        <IconButton
          variant="primary"
          label={sending ? text.send.sending : text.send.send}
          busy={sending}
          aria-disabled={!possible}
          onClick={onSend}
          icon={<Icon />}
        />
      )}
    </div>
  );
});
